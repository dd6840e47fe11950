import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, type Random } from '../../examples/recommender/random/xoshiro.ts';
import { createApplication } from '../../src/main.ts';
import type { RunCost } from '../../src/mlops/runs/schema.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { insertRows, type Store } from '../../src/platform/store/index.ts';
import { MINUTE_MS } from '../../src/platform/units/durations.ts';
import type { RunningServer } from './demo.ts';

export interface ManyRuns {
  readonly experimentId: number;
  readonly name: string;
  readonly runs: number;
  readonly seed: number;
  /** Start of the newest run, in milliseconds. */
  readonly now: number;
}

export const METRICS = [
  'ndcg_at_10',
  'recall_at_10',
  'val loss',
  'train_loss',
  'auc',
  'map',
  'mrr',
  'f1',
  'latency_ms',
  'epoch_s',
];
const PARAMS = ['rank', 'learning_rate', 'optimizer', 'batch_size', 'dropout'];
const TEAMS = ['search', 'recommendations', 'fraud'];
const STATUSES = ['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED', 'FINISHED', 'FINISHED', 'FAILED', 'KILLED'];
const RUNS_AT_ONCE = 1000;

/** Puts runs with ten metrics, five params and a cost into a store, as if clients had logged them; the newest three run. */
export async function seedManyRuns(store: Store, of: ManyRuns): Promise<void> {
  const random = createRandom(of.seed);
  await store.transaction(async (sql) => {
    await insertRows(sql, {
      table: 'experiment',
      columns: {
        experiment_id: 'bigint',
        name: 'text',
        artifact_location: 'text',
        lifecycle_stage: 'text',
        creation_time: 'bigint',
        last_update_time: 'bigint',
      },
      rows: [[of.experimentId, of.name, `mlflow-artifacts:/${of.experimentId}`, 'active', of.now, of.now]],
      onConflict: 'on conflict do nothing',
    });
  });
  for (let from = 0; from < of.runs; from += RUNS_AT_ONCE) {
    const indexes = Array.from({ length: Math.min(RUNS_AT_ONCE, of.runs - from) }, (_, index) => from + index);
    await insertSome(
      store,
      of,
      indexes.map((index) => oneRun(of, index, random)),
    );
  }
}

function oneRun(of: ManyRuns, index: number, random: Random) {
  const runId = `${of.experimentId.toString(16).padStart(4, '0')}${index.toString(16).padStart(8, '0')}`.padEnd(
    32,
    'a',
  );
  const running = index < 3;
  const start = of.now - index * 7 * MINUTE_MS;
  const minutes = 1 + random.integer(180);
  const quality = 0.3 + 0.03 * random.normal();
  return {
    runId,
    info: [
      runId,
      of.experimentId,
      `als-${index}`,
      'ana',
      running ? 'RUNNING' : (STATUSES[random.integer(STATUSES.length)] ?? 'FINISHED'),
      start,
      running ? null : start + minutes * MINUTE_MS,
      `mlflow-artifacts:/${of.experimentId}/${runId}/artifacts`,
      'active',
    ],
    metrics: METRICS.map(
      (key, place) =>
        [runId, key, start, 10, place < 2 ? quality + 0.02 * place : random.next() * (place + 1), 0, 1] as (
          | string
          | number
        )[],
    ),
    params: PARAMS.map((key) => [
      runId,
      key,
      key === 'optimizer' ? (['als', 'sgd', 'adam'][random.integer(3)] ?? 'als') : String(1 + random.integer(64)),
    ]),
    tags: [
      [runId, 'steelyard.team', TEAMS[random.integer(TEAMS.length)] ?? 'search'],
      [runId, 'mlflow.user', 'ana'],
      [runId, 'mlflow.runName', `als-${index}`],
    ],
    cost: running || index % 10 === 9 ? null : (minutes * 0.0125).toFixed(4),
  };
}

type OneRun = ReturnType<typeof oneRun>;

async function insertSome(store: Store, of: ManyRuns, runs: readonly OneRun[]): Promise<void> {
  await store.transaction(async (sql) => {
    await insertRows(sql, {
      table: 'run',
      columns: {
        run_id: 'text',
        experiment_id: 'bigint',
        run_name: 'text',
        user_id: 'text',
        status: 'text',
        start_time: 'bigint',
        end_time: 'bigint',
        artifact_uri: 'text',
        lifecycle_stage: 'text',
      },
      rows: runs.map(({ info }) => info),
      onConflict: '',
    });
    await insertRows(sql, {
      table: 'latest_metric',
      columns: {
        run_id: 'text',
        key: 'text',
        timestamp: 'bigint',
        step: 'bigint',
        value: 'double precision',
        is_nan: 'integer',
        rests: 'integer',
      },
      rows: runs.flatMap(({ metrics }) => metrics),
      onConflict: '',
    });
    for (const table of ['param', 'tag'] as const) {
      await insertRows(sql, {
        table,
        columns: { run_id: 'text', key: 'text', value: 'text' },
        rows: runs.flatMap((run) => (table === 'param' ? run.params : run.tags)),
        onConflict: '',
      });
    }
    await insertRows(sql, {
      table: 'run_cost',
      columns: {
        run_id: 'text',
        cost: 'text',
        currency: 'text',
        total: 'double precision',
        total_amount: 'text',
        metered: 'double precision',
      },
      rows: runs.flatMap(({ runId, cost }) =>
        cost === null ? [] : [[runId, JSON.stringify(costOf(cost, of.now)), 'USD', Number(cost), cost, Number(cost)]],
      ),
      onConflict: '',
    });
  });
}

function costOf(amount: string, now: number): RunCost {
  const known = { cost: { amount, currency: 'USD' }, reason: null };
  const unknown = (reason: string) => ({ cost: null, reason });
  return {
    total: { ...known, basis: 'metered' },
    metered: known,
    reconciled: unknown('the bill has not come'),
    allocated: unknown('no allocation rule assigns billed cost to the run'),
    gpuHours: { hours: null, reason: 'no GPU was held' },
    energy: { kilowattHours: null, reason: 'no GPU power was logged' },
    priceSources: [],
    hardware: [],
    asOf: new Date(now).toISOString(),
  };
}

/** A server on a hundred thousand runs in one experiment, 240 in another and none in the default one. */
export async function manyRunsApplication(): Promise<RunningServer> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-runs-'));
  const given = processEnvironment().TEST_MANY_RUNS_DATA;
  if (given !== undefined) cpSync(join(given, 'store.db'), join(data, 'store.db'));
  const { config } = loadConfig({ environment: {}, flags: { data, port: 0, logLevel: 'fatal' } });
  const application = await createApplication(config);
  const now = Date.now();
  if (given === undefined) {
    await seedManyRuns(application.store, { experimentId: 7, name: 'ranker-tuning', runs: 100_000, seed: 1, now });
    await seedManyRuns(application.store, { experimentId: 8, name: 'fraud-scoring', runs: 240, seed: 2, now });
  }
  const url = await listenOn(application.http, config);
  return {
    url,
    async [Symbol.asyncDispose]() {
      await application[Symbol.asyncDispose]();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
