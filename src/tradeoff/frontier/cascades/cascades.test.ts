import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { importEvaluation } from '../../../mlops/evaluations/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { createRandom } from '../../../platform/numbers/index.ts';
import { call } from '../../../testing/application.ts';
import { sharedQuietApplication } from '../../../testing/shared.ts';
import { getFrontier } from '../schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

const CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: small, perHour: '1', effectiveFrom: 2026-01-01}
    - {resource: large, perHour: '3', effectiveFrom: 2026-01-01}
    - {resource: cheap0, perHour: '0.1', effectiveFrom: 2026-01-01}
    - {resource: cheap1, perHour: '0.2', effectiveFrom: 2026-01-01}
    - {resource: cheap2, perHour: '0.3', effectiveFrom: 2026-01-01}
`;

const application = await sharedQuietApplication({ clock: { now: () => NOW } });

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

const instant = (beforeMs: number) => new Date(NOW - beforeMs).toISOString();

/** One example of a version; confidence null: the table has none. */
interface Row {
  readonly id: string;
  readonly correct: boolean;
  readonly confidence: number | null;
  readonly user?: string;
}

/** A version with a benchmark of 1,000 predictions in 2 s on a resource, and the outcomes of its examples. */
async function registerVersion(model: string, resource: string, rows: readonly Row[]): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    start_time: NOW,
  });
  const runId = run.info.run_id;
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  const { model_version: created } = await mlflow<{ model_version: { version: string } }>('model-versions/create', {
    ...{ name: model, source: `mlflow-artifacts:/0/${runId}/artifacts/model`, run_id: runId },
  });
  const usage = {
    ...{ usage: runId, subject: { run: runId, purpose: 'inference' as const }, resource, quantity: '1' },
    ...{ period: { start: instant(2000), end: instant(0) }, predictions: 1000, origin: 'test' },
    benchmark: { batchSize: 1, serviceSeconds: Array.from({ length: 40 }, (_, at) => 0.0019 + 0.000005 * at) },
  };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  await importRows(runId, rows);
  return created.version;
}

async function importRows(runId: string, rows: readonly Row[]): Promise<void> {
  const lines = rows.map(({ id, correct, confidence, user }) => `${id},${correct ? 1 : 0},${confidence ?? ''},${user}`);
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/evaluations/files?name=e.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: `id,correct,confidence,user\n${lines.join('\n')}\n`,
  });
  const columns = {
    ...{ id: 'id', correct: 'correct' },
    ...(rows[0]?.confidence == null ? {} : { confidence: 'confidence' }),
    ...(rows[0]?.user === undefined ? {} : { cluster: 'user' }),
  };
  await call(application, importEvaluation, {
    body: { runId, columns, upload: answer.json<{ upload: string }>().upload },
  });
}

/**
 * The cheap version is right on 98 % of the examples of which it is confident (above 0.5, so many of them), and on 40 % of the others; the dear
 * one on 95 % of all.
 */
function simulateRows(seed: number, count: number, { confident = 0.7, rightWhenConfident = 0.98, prefix = 'q' } = {}) {
  const random = createRandom(seed);
  const cheap: Row[] = [];
  const dear: Row[] = [];
  for (let at = 0; at < count; at += 1) {
    const id = `${prefix}${at}`;
    const isConfident = random() < confident;
    const confidence = isConfident ? 0.5 + random() / 2 : random() / 2;
    const right = isConfident ? rightWhenConfident : 0.4;
    cheap.push({ id, correct: random() < right, confidence });
    dear.push({ id, correct: random() < 0.95, confidence: null });
  }
  return { cheap, dear };
}

const DEMAND = 10_000_000_000;
const show = (model: string, query: Record<string, unknown> = {}) =>
  call(application, getFrontier, {
    params: { model },
    query: { predictionsPerMonth: DEMAND, baseline: '2', ...query },
  });

/** Side of the split: the parity of the first 32 bits of the MD5 of the cluster, else of the id. */
function isFitted({ id, user }: Row): boolean {
  return (
    parseInt(
      createHash('md5')
        .update(user ?? id)
        .digest('hex')
        .slice(0, 8),
      16,
    ) %
      2 ===
    0
  );
}

/** The outcomes of a cascade on rows, row by row. */
function replayRows(cheap: readonly Row[], dear: readonly Row[], threshold: number) {
  const rows = cheap.map((row, at) => ({ row, other: dear[at] as Row })).filter(({ row }) => !isFitted(row));
  const answers = rows.map(({ row, other }) => ((row.confidence ?? 0) >= threshold ? row : other).correct);
  const count = (list: readonly boolean[]) => list.filter(Boolean).length;
  const n = rows.length;
  const escalated = count(rows.map(({ row }) => (row.confidence ?? 0) < threshold)) / n;
  const quality = count(answers) / n;
  return { n, escalated, quality, difference: quality - count(rows.map(({ other }) => other.correct)) / n };
}

beforeAll(async () => {
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CONFIG }] } });
});

describe('a cascade that saves and is non-inferior', () => {
  const { cheap, dear } = simulateRows(1, 8000);
  beforeAll(async () => {
    await registerVersion('saving', 'small', cheap);
    await registerVersion('saving', 'large', dear);
  });

  it('is a frontier point with the cost of both stages and the figures of the reported examples', async () => {
    const { points, cascades, cheapestNonInferior } = await show('saving', { margin: 0.02 });
    const found = points.find(({ cascade }) => cascade !== null);
    const cascade = found?.cascade;
    expect(found).toMatchObject({ status: 'frontier', version: null, aliases: [] });
    // The cheap version is confident above 0.5.
    expect(cascade?.acceptAtConfidence).toBeGreaterThan(0.45);
    expect(cascade?.acceptAtConfidence).toBeLessThan(0.6);
    const replay = replayRows(cheap, dear, cascade?.acceptAtConfidence ?? 0);
    expect(cascade).toMatchObject({ reportedRows: replay.n, fittedRows: 8000 - replay.n });
    expect(cascade?.escalated.estimate).toBeCloseTo(replay.escalated, 12);
    expect(cascade?.reported.estimate).toBeCloseTo(replay.quality, 12);
    expect(cascade?.difference.estimate).toBeCloseTo(replay.difference, 12);
    // Comparable with the versions: that of version 2 on all examples plus the difference.
    const whole = dear.filter(({ correct }) => correct).length / 8000;
    expect(found?.quality.estimate).toBeCloseTo(whole + replay.difference, 12);
    // Replicas of 450.56 predictions a second: 9 for 3,805 a second, and as many as the escalated share needs; 730 hours at 1 and 3 USD.
    const needed = Math.ceil((replay.escalated * DEMAND) / (730 * 3600) / 450.563204);
    expect(cascade?.stages.map(({ version, replicas }) => [version, replicas.most])).toEqual([
      ['1', 9],
      ['2', needed],
    ]);
    expect(found?.replicas).toEqual({ least: 9 + needed, most: 9 + needed });
    expect(found?.costPerMonth.amount).toBe(String(730 * (9 + 3 * needed)));
    expect(Number(found?.costPerThousand.amount)).toBeCloseTo((730 * (9 + 3 * needed) * 1000) / DEMAND, 12);
    expect(cheapestNonInferior.point).toBe(found?.point);
    expect(cascades).toMatchObject({
      ...{ marginSource: 'stated', notTried: 0, alpha: 0.05 },
      pairs: [{ first: '1', last: '2', margin: 0.02, point: found?.point, reason: null }],
    });
  });

  it('has a threshold that does not depend on the outcomes of the reported examples', async () => {
    const flip = (rows: readonly Row[]) => rows.map((row) => (isFitted(row) ? row : { ...row, correct: !row.correct }));
    await registerVersion('flipped', 'small', flip(cheap));
    // More often right than the flipped cheap version, so that the pair is the same.
    await registerVersion(
      'flipped',
      'large',
      dear.map((row) => (isFitted(row) ? row : { ...row, correct: true })),
    );
    const thresholdOf = async (model: string) =>
      (await show(model, { margin: 0.02 })).points.find(({ cascade }) => cascade !== null)?.cascade;
    const [own, other] = [await thresholdOf('saving'), await thresholdOf('flipped')];
    expect(own?.acceptAtConfidence).toBe(other?.acceptAtConfidence);
    expect(other?.difference.estimate).toBeLessThan(-0.5);
  });

  it('is judged by the policy on its axes, and unproven by rules about other measures', async () => {
    const policy = (model: string, cost: string) => `
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${model}}
spec:
  model: saving
  currency: USD
  alpha: 0.05
  quality:
    - {metric: correct, direction: higher, nonInferiority: {margin: '0.02'}}
  cost: [${cost}]
`;
    const month = (atMost: number) => `{measure: costPerMonth, predictionsPerMonth: ${DEMAND}, atMost: '${atMost}'}`;
    const texts = [
      policy('wide', month(15_000)),
      policy('narrow', month(12_000)),
      policy('training', `${month(15_000)}, {measure: trainingCost, atMost: '1'}`),
    ];
    await call(application, postApply, {
      body: { documents: texts.map((text, at) => ({ file: `p${at}.yaml`, text })) },
    });
    const accept = async (name: string) => {
      const { points, cascades } = await show('saving', { policy: name });
      expect(cascades.marginSource).toBe('policy');
      return points.find(({ cascade }) => cascade !== null)?.acceptance;
    };
    expect(await accept('wide')).toEqual({ result: 'accepted', rules: [] });
    expect(await accept('narrow')).toMatchObject({ result: 'rejected', rules: [{ name: 'cost per month' }] });
    expect(await accept('training')).toMatchObject({
      result: 'unproven',
      rules: [{ name: 'training cost', reason: 'not measured for a cascade' }],
    });
  });
});

describe('a pair without a cascade', () => {
  const reasonOf = async (model: string, query: Record<string, unknown> = {}) => {
    const { points, cascades } = await show(model, { margin: 0.02, ...query });
    expect(points.filter(({ cascade }) => cascade !== null)).toEqual([]);
    expect(cascades.pairs.map(({ point }) => point)).toEqual(cascades.pairs.map(() => null));
    return cascades.pairs[0]?.reason ?? cascades.reason;
  };

  it('has the reason: too few examples', async () => {
    const { cheap, dear } = simulateRows(2, 200);
    await registerVersion('few', 'small', cheap);
    await registerVersion('few', 'large', dear);
    expect(await reasonOf('few')).toMatch(/^not tested: too few rows; on \d+ of \d+ fitted examples/);
  });

  it('has the reason: no confidence', async () => {
    const { cheap, dear } = simulateRows(3, 400);
    await registerVersion(
      'bare',
      'small',
      cheap.map((row) => ({ ...row, confidence: null })),
    );
    await registerVersion(
      'bare',
      'large',
      dear.map((row) => ({ ...row, confidence: 0.5 })),
    );
    expect(await reasonOf('bare')).toMatch(/^the evaluation "default" of version 1 has no confidence; import it with/);
  });

  it('has the reason: other examples', async () => {
    const { cheap } = simulateRows(4, 2000, { prefix: 'a' });
    await registerVersion('apart', 'small', cheap);
    await registerVersion('apart', 'large', simulateRows(4, 2000, { prefix: 'b' }).dear);
    // The version is no point either, so that there is no pair.
    expect(await reasonOf('apart')).toBe('no version is cheaper than one with a better estimate');
  });

  it('has the reason: the cost of whole replicas, without a read of examples', async () => {
    expect(await reasonOf('saving', { predictionsPerMonth: 1_000_000 })).toBe(
      'its stages cost at least 2,920 USD a month, version 2 alone 2,190 USD; each stage needs its own replicas',
    );
  });

  it('has the reason: the same cost of both versions', async () => {
    const { cheap, dear } = simulateRows(5, 2000);
    await registerVersion('equal', 'large', cheap);
    await registerVersion('equal', 'large', dear);
    expect(await reasonOf('equal')).toBe('no version is cheaper than one with a better estimate');
  });

  it('has the reason: no threshold is proven', async () => {
    const { cheap, dear } = simulateRows(6, 8000, { confident: 0.9, rightWhenConfident: 0.93 });
    await registerVersion(
      'loses',
      'small',
      cheap.map((row) => ({ ...row, confidence: Number(row.confidence) < 0.5 ? 0.1 : 0.9 })),
    );
    await registerVersion('loses', 'large', dear);
    expect(await reasonOf('loses', { margin: 0.01 })).toMatch(/^no threshold is shown to lose less than 0.01 on/);
  });
});

it('keeps the examples of one user on one side, and widens the intervals of dependent examples', async () => {
  const { cheap, dear } = simulateRows(8, 2000);
  const repeat = (rows: readonly Row[]) =>
    rows.flatMap((row) => [0, 1, 2, 3].map((at) => ({ ...row, id: `${row.id}-${at}`, user: row.id })));
  const [first, last] = [repeat(cheap), repeat(dear)];
  await registerVersion('clustered', 'small', first);
  await registerVersion('clustered', 'large', last);
  const { points } = await show('clustered', { margin: 0.03 });
  const cascade = points.find((point) => point.cascade !== null)?.cascade;
  const replay = replayRows(first, last, cascade?.acceptAtConfidence ?? 0);
  expect(cascade).toMatchObject({ reportedRows: replay.n });
  expect(cascade?.escalated.estimate).toBeCloseTo(replay.escalated, 12);
  // Four equal examples of each user are one: the interval is that of a quarter of the rows.
  const { lower, upper } = cascade?.escalated ?? {};
  const width = 2 * 1.96 * Math.sqrt((replay.escalated * (1 - replay.escalated)) / (replay.n / 4));
  expect(((upper ?? 0) - (lower ?? 0)) / width).toBeCloseTo(1, 1);
});

it('tries at most six pairs, those with the baseline first', async () => {
  for (const [at, confident] of [0.5, 0.6, 0.7].entries()) {
    await registerVersion('many', `cheap${at}`, simulateRows(20 + at, 1000, { confident }).cheap);
  }
  const dear = (seed: number) => simulateRows(seed, 1000).dear;
  await registerVersion('many', 'large', dear(31));
  await registerVersion('many', 'large', dear(32));
  const { cascades } = await show('many', { baseline: '5', margin: 0.05 });
  expect(cascades.pairs).toHaveLength(6);
  expect(cascades.notTried).toBeGreaterThan(0);
  expect(cascades.pairs.slice(0, 3).map(({ last }) => last)).toEqual(['5', '5', '5']);
});
