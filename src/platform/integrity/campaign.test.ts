import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { listPredictions, recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { billText, call, dailyRows, importFiles, testApplication } from '../../testing/application.ts';
import { draws, isDeep } from '../../testing/deep.ts';
import {
  DAMAGE_KINDS,
  damageFile,
  damageStore,
  filesBelow,
  pickOne,
  type RandomSource,
  seededRandom,
} from './damages.testing.ts';
import { getKnownDamage, getVerification, startVerification, type Verification } from './schema.ts';

/** One in five damages is one of the store. */
const DAMAGES = draws(200);
const STORE_DAMAGES = DAMAGES / 5;
const AT_ONCE = 8;
const MONTHS = ['2026-06', '2026-07', '2026-08'];
const SESSIONS = 3;
const ROWS_A_SESSION = 40;
const PREDICTIONS = '/api/v1/predictions?model=ranker&pageSize=1000';

const newFolder = (name: string) => join(mkdtempSync(join(tmpdir(), `${name}-`)), 'data');
const openOn = (data: string) => testApplication({}, { data });
const base = newFolder('base');
const deliveries: string[] = [];
/** Answers of the undamaged folder. */
let recorded: Map<string, string>;
const count = { silent: 0, refused: 0, incomplete: 0, refusedStarts: 0 };

beforeAll(async () => {
  for (let session = 0; session < SESSIONS; session += 1) {
    await using application = await openOn(base);
    const period = MONTHS[session] ?? '';
    const file = { [`${period}.csv`]: billText(...dailyRows(20, { cost: String(session), period })) };
    deliveries.push((await importFiles(application, 'aws', file)).delivery ?? '');
    await put(application, `model-${session}`, `weights ${session} `.repeat(5000));
    await predict(application, session);
  }
  await using application = await openOn(base);
  recorded = (await readAnswers(application)).answers;
});

async function put(application: Application, name: string, payload: string): Promise<void> {
  const url = `/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/${name}`;
  const headers = { host: 'localhost', 'content-type': 'application/octet-stream' };
  expect((await application.http.inject({ method: 'PUT', url, headers, payload })).statusCode).toBe(200);
}

/** Predictions with their labels; each session begins a new segment. */
async function predict(application: Application, session: number): Promise<void> {
  const ids = Array.from({ length: ROWS_A_SESSION }, (_, index) => `p-${session}-${index}`);
  const predictedAt = '2026-11-20T10:00:00.000Z';
  const predictions = ids.map((prediction) => ({ prediction, model: 'ranker', output: 'yes', predictedAt }));
  await call(application, recordPredictions, { body: { predictions } });
  const labels = ids.map((prediction) => ({ prediction, value: prediction }));
  await call(application, recordLabels, { body: { model: 'ranker', labels } });
}

/** Responses by URL, each the body or `refused`; and the URLs whose response reports missing records. */
async function readAnswers(application: Application) {
  const months = MONTHS.flatMap((month) => [
    `/api/v1/costs/summary?by=serviceName&from=${month}&to=${month}`,
    `/api/v1/costs/rows?from=${month}&to=${month}`,
  ]);
  const raw = deliveries.map((delivery, index) => `/api/v1/bill/raw?delivery=${delivery}&file=${MONTHS[index]}.csv`);
  const artifacts = MONTHS.map((_, index) => `/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/model-${index}`);
  const answers = new Map<string, string>();
  const incomplete = new Set<string>();
  for (const url of [...months, ...raw, ...artifacts, PREDICTIONS]) {
    const answer = await application.http.inject({ method: 'GET', url, headers: { host: 'localhost' } });
    answers.set(url, answer.statusCode === 200 ? answer.body : `refused ${answer.statusCode}`);
    if (answer.headers['steelyard-damage'] !== undefined && url === PREDICTIONS) incomplete.add(url);
  }
  return { answers, incomplete };
}

/** URLs whose response differs from before without a report of missing records. */
async function silentOnes(application: Application, before: ReadonlyMap<string, string>): Promise<string[]> {
  const { answers, incomplete } = await readAnswers(application);
  const other = [...answers].filter(([url, answer]) => answer !== before.get(url));
  count.refused += other.filter(([, answer]) => /^refused (404|503)$/.test(answer)).length;
  count.incomplete += other.filter(([url]) => incomplete.has(url)).length;
  const silent = other.filter(([url, answer]) => !(incomplete.has(url) || /^refused (404|503)$/.test(answer)));
  count.silent += silent.length;
  return silent.map(([url, answer]) => `${url}: ${answer.slice(0, 300)}`);
}

async function verify(application: Application): Promise<Verification> {
  const { verification } = await call(application, startVerification, { body: { repair: false } });
  const state = () => call(application, getVerification, { params: { verification } });
  await expect.poll(state, { interval: 20 }).toMatchObject({ state: 'ended' });
  return state();
}

/** Files of the journals with lines. The ledger of the others names nothing that could be lost. */
function journalFiles(data: string): string[] {
  const files = filesBelow(data, 'journals').filter((path) => !path.endsWith('.damaged'));
  const used = new Set(files.filter((path) => path.endsWith('.jsonl')).map((path) => dirname(path)));
  return files.filter((path) => used.has(dirname(path)));
}
const linesIn = (path: string) => readFileSync(path, 'utf8').split('\n').filter(Boolean);

/** Ids in the lines of a table that are whole in any file of its journal. */
function keptIds(data: string, table: string, lines: readonly string[]): Set<string> {
  const files = journalFiles(data).filter((path) => relative(data, path).startsWith(join('journals', table)));
  const contents = files.map((path) => readFileSync(path, 'latin1'));
  const whole = lines.filter((line) => contents.some((content) => content.includes(line)));
  return new Set(whole.map((line) => String((JSON.parse(line) as { prediction: string }).prediction)));
}

function readJournalLines(data: string, table: string): string[] {
  const folder = join('journals', table);
  return journalFiles(data)
    .filter((path) => relative(data, path).startsWith(`${folder}/`) && path.endsWith('.jsonl'))
    .flatMap(linesIn);
}

/** Every id of which a line is whole is answered, and none twice. */
async function expectKept(application: Application, predictions: Set<string>, labels: Set<string>): Promise<void> {
  // A read that meets damage is refused, and settling sets it aside meanwhile.
  const page = await expect
    .poll(() => call(application, listPredictions, { query: { model: 'ranker', pageSize: 1000 } }).catch(() => null))
    .not.toBe(null)
    .then(() => call(application, listPredictions, { query: { model: 'ranker', pageSize: 1000 } }));
  const answered = new Map(page.predictions.map(({ prediction, label }) => [prediction, label]));
  expect(answered.size).toBe(page.predictions.length);
  expect([...predictions].filter((id) => !answered.has(id))).toEqual([]);
  expect([...labels].filter((id) => answered.has(id) && answered.get(id) !== id)).toEqual([]);
}

/**
 * Whether a file and a damaged one are a ledger and a segment of the same journal: with both damaged the length of the segment is unknown.
 * The verification then finds the ledger, and reports that lines may be missing.
 */
function isWitness(path: string, damaged: readonly string[]): boolean {
  const isLedger = (one: string) => one.endsWith('.ledger');
  return damaged.some((one) => dirname(one) === dirname(path) && (isLedger(one) || isLedger(path)));
}

/** Damages `AT_ONCE` files; the kind of damage by path. */
function damageSome(
  data: string,
  { random, drawn, hasMemory }: { readonly random: RandomSource; readonly drawn: number; readonly hasMemory: boolean },
): ReadonlyMap<string, string> {
  const journals = journalFiles(data);
  const files = [...filesBelow(data, 'lake'), ...filesBelow(data, 'objects'), ...journals];
  const damaged = new Map<string, string>();
  while (damaged.size < AT_ONCE) {
    const isFree = (one: string) => !damaged.has(one) && (hasMemory || !isWitness(one, [...damaged.keys()]));
    const journal = random() < 0.5 ? journals.filter(isFree) : [];
    const path = pickOne(journal.length > 0 ? journal : files.filter(isFree), random);
    const other = pickOne(
      files.filter((one) => one !== path && !damaged.has(one)),
      random,
    );
    const kind = DAMAGE_KINDS[(drawn + damaged.size) % DAMAGE_KINDS.length] ?? 'flip';
    damageFile(kind, path, other, random);
    damaged.set(path, kind);
  }
  return damaged;
}

describe('damage to lake, objects and journals', () => {
  it.each(['running', 'stopped'] as const)(
    'is never answered in silence, costs no line but those that it hits, and is found (%s server)',
    { timeout: 1_200_000 },
    async (state) => {
      const random = seededRandom(state === 'running' ? 66 : 76);
      for (let drawn = 0; drawn < (DAMAGES - STORE_DAMAGES) / 2; drawn += AT_ONCE) {
        const data = newFolder('damaged');
        cpSync(base, data, { recursive: true });
        const running = state === 'running' ? await openOn(data) : null;
        if (running !== null) await predict(running, SESSIONS);
        const before = running === null ? recorded : (await readAnswers(running)).answers;
        const lines = ['prediction', 'prediction_label'].map((table) => readJournalLines(data, table));
        const damaged = damageSome(data, { random, drawn, hasMemory: state === 'running' });
        const [predictions, labels] = ['prediction', 'prediction_label'].map((table, index) =>
          keptIds(data, table, lines[index] ?? []),
        );
        await using application = running ?? (await openOn(data));
        const context = [...damaged].map(([path, kind]) => `${kind} ${relative(data, path)}`).join('\n');
        expect(await silentOnes(application, before), context).toEqual([]);
        const { findings } = await verify(application);
        const found = findings.map(({ what }) => join(data, what));
        const isFound = (path: string) => found.some((one) => one === path || one.startsWith(`${path}.`));
        // A running server holds the names of the segments in memory and rewrites these files when it settles.
        const isNamed = (path: string) => state === 'running' && /\.(ledger|head)$/.test(path);
        expect(
          [...damaged.keys()].filter((path) => !isFound(path) && !isNamed(path)),
          context,
        ).toEqual([]);
        expect(await silentOnes(application, before), context).toEqual([]);
        await expectKept(application, predictions ?? new Set(), labels ?? new Set());
        expect((await call(application, getKnownDamage)).count, context).toBeGreaterThan(0);
      }
    },
  );
});

describe('damage to the header and pages of the store', () => {
  it('keeps the server from starting, or is found by the verification', { timeout: 1_200_000 }, async () => {
    const random = seededRandom(67);
    for (let drawn = 0; drawn < STORE_DAMAGES; drawn += 1) {
      const data = newFolder('damaged-store');
      cpSync(base, data, { recursive: true });
      const kind = DAMAGE_KINDS[drawn % DAMAGE_KINDS.length] ?? 'flip';
      damageStore(kind, join(data, 'store.db'), random);
      const started = await openOn(data).catch((error: unknown) => error as { code?: string });
      if (!('http' in started)) {
        expect(started.code).toMatch(/^(store_damaged|data_folder_unusable)$/);
        count.refusedStarts += 1;
        continue;
      }
      await using application = started;
      const context = `${kind}, number ${drawn}`;
      expect(await silentOnes(application, recorded), context).toEqual([]);
      const { findings } = await verify(application);
      expect(
        findings.map(({ area }) => area),
        context,
      ).toContain('store');
    }
    // The numbers of a deep run are reported.
    if (isDeep) console.log(count);
  });
});
