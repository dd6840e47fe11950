import { createHash } from 'node:crypto';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { importEvaluation } from '../../../mlops/evaluations/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, type testApplication } from '../../../testing/application.ts';
import { getFrontier, type ModelFrontier } from '../schema.ts';

type Application = Awaited<ReturnType<typeof testApplication>>;

/** Time of the application. */
export const NOW = Date.parse('2026-11-10T12:00:00Z');

/** Predictions a month: 9 replicas of each resource. */
export const DEMAND = 10_000_000_000;

/** Resources by name, with their prices for an hour in USD. */
const PRICES = { small: '1', large: '3', cheap0: '0.1', cheap1: '0.2', cheap2: '0.3', free: '0.0001', paid: '10' };

/** One example of a version; confidence null: the table has none. */
export interface Row {
  readonly id: string;
  readonly correct: boolean;
  readonly confidence: number | null;
  readonly user?: string;
}

/** An application with prices, in which models are registered and asked for their frontiers. */
export interface CascadeSuite {
  /** A version with a benchmark of 1,000 predictions in 2 s on a resource, and the outcomes of its examples. */
  registerVersion(model: string, resource: keyof typeof PRICES, rows: readonly Row[]): Promise<void>;
  show(model: string, query?: Record<string, unknown>): Promise<ModelFrontier>;
  apply(texts: readonly string[]): Promise<void>;
}

export async function createCascadeSuite(application: Application): Promise<CascadeSuite> {
  const apply = async (texts: readonly string[]) => {
    await call(application, postApply, {
      body: { documents: texts.map((text, at) => ({ file: `c${at}.yaml`, text })) },
    });
  };
  const prices = Object.entries(PRICES).map(
    ([resource, perHour]) => `{resource: ${resource}, perHour: '${perHour}', effectiveFrom: 2026-01-01}`,
  );
  await apply([
    `apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract of 2026-01, prices: [${prices.join(', ')}]}
`,
  ]);
  return {
    apply,
    registerVersion: (model, resource, rows) => registerVersion(application, { model, resource, rows }),
    show: (model, query = {}) =>
      call(application, getFrontier, {
        params: { model },
        query: { predictionsPerMonth: DEMAND, baseline: '2', ...query },
      }),
  };
}

async function callMlflow<T>(application: Application, path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

const instant = (beforeMs: number) => new Date(NOW - beforeMs).toISOString();

interface Registering {
  readonly model: string;
  readonly resource: string;
  readonly rows: readonly Row[];
}

async function registerVersion(application: Application, { model, resource, rows }: Registering): Promise<void> {
  const { run } = await callMlflow<{ run: { info: { run_id: string } } }>(application, 'runs/create', {
    ...{ experiment_id: '0', start_time: NOW },
  });
  const runId = run.info.run_id;
  await callMlflow(application, 'registered-models/create', { name: model }).catch(() => undefined);
  await callMlflow(application, 'model-versions/create', {
    ...{ name: model, source: `mlflow-artifacts:/0/${runId}/artifacts/model`, run_id: runId },
  });
  const usage = {
    ...{ usage: runId, subject: { run: runId, purpose: 'inference' as const }, resource, quantity: '1' },
    ...{ period: { start: instant(2000), end: instant(0) }, predictions: 1000, origin: 'test' },
    benchmark: { batchSize: 1, serviceSeconds: Array.from({ length: 40 }, (_, at) => 0.0019 + 0.000005 * at) },
  };
  await call(application, recordUsage, { body: { intervals: [usage] } });
  await importRows(application, runId, rows);
}

async function importRows(application: Application, runId: string, rows: readonly Row[]): Promise<void> {
  const lines = rows.map(({ id, correct, confidence, user }) => `${id},${correct ? 1 : 0},${confidence ?? ''},${user}`);
  const answer = await application.http.inject({
    method: 'POST',
    url: '/api/v1/evaluations/files?name=e.csv',
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: `id,correct,confidence,user\n${lines.join('\n')}\n`,
  });
  const { upload } = answer.json<{ upload: string }>();
  const columns = {
    ...{ id: 'id', correct: 'correct' },
    ...(rows[0]?.confidence == null ? {} : { confidence: 'confidence' }),
    ...(rows[0]?.user === undefined ? {} : { cluster: 'user' }),
  };
  await call(application, importEvaluation, { body: { runId, columns, upload } });
}

/** Side and fold of an example: the first 32 bits of the MD5 of the cluster, else of the id. */
export function readSplit({ id, user }: Row): { readonly isFitted: boolean; readonly fold: number } {
  const digest = createHash('md5')
    .update(user ?? id)
    .digest('hex');
  const hashed = Number.parseInt(digest.slice(0, 8), 16);
  return { isFitted: hashed % 2 === 0, fold: Math.floor(hashed / 2) % 20 };
}

export function isFitted(row: Row): boolean {
  return readSplit(row).isFitted;
}

/** The outcomes of a cascade on rows, row by row. */
export function replayRows(cheap: readonly Row[], dear: readonly Row[], threshold: number) {
  const rows = cheap.map((row, at) => ({ row, other: dear[at] as Row })).filter(({ row }) => !isFitted(row));
  const answers = rows.map(({ row, other }) => ((row.confidence ?? 0) >= threshold ? row : other).correct);
  const count = (list: readonly boolean[]) => list.filter(Boolean).length;
  const n = rows.length;
  const escalated = count(rows.map(({ row }) => (row.confidence ?? 0) < threshold)) / n;
  const quality = count(answers) / n;
  return { n, escalated, quality, difference: quality - count(rows.map(({ other }) => other.correct)) / n };
}
