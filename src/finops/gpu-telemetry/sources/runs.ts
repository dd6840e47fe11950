import { z } from 'zod';
import type { Events } from '../../../platform/events/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { METRICS_NAMESPACE } from '../holders/holding.ts';
import { buildHolderRows } from '../series/holder-stretches.ts';
import { addLeftOut, type LeftOut } from '../series/left-out.ts';
import { buildTaking, keepSent } from './receive.ts';
import { convertReading, findSignal, KERNEL_RAN } from './signals.ts';
import { findSources, readUntilOfRun, type StoredSource, saveReadUntilOfRun } from './store.ts';
import type { SyncDeps } from './sync.ts';
import { buildReadingRow } from './take.ts';

/** GPU metrics that runs log; implemented by MLOps. */
export interface RunGpus {
  gpuSamples(
    sql: Sql,
    runId: string,
    from: number,
  ): Promise<
    readonly {
      readonly gpu: string;
      readonly metric: 'utilization_percentage' | 'memory_usage_megabytes';
      readonly timestamp: number;
      readonly value: number;
    }[]
  >;
}

export interface RunsDeps extends SyncDeps {
  readonly jobs: Pick<Jobs, 'register' | 'enqueue'>;
}

const READ_RUN = 'gpus.read_run';
/** Minimum interval between two reads of a logging run. */
const EVERY_MS = 5 * 60_000;
/** Late metrics are within this overlap, which is read again. */
const OVERLAP_MS = 10 * 60_000;
const BYTES_A_MEGABYTE = 1e6;

const Observed = z.object({ runId: z.string() });

/** Imports the GPU metrics that runs log, if a source enables it. */
export function listenToRuns(deps: RunsDeps, events: Pick<Events, 'subscribe'>, runs: RunGpus): void {
  deps.jobs.register(READ_RUN, { handler: (payload) => readRun(deps, runs, Observed.parse(payload).runId) });
  events.subscribe('gpus', ['run.usage_observed'], async ({ payload }) => {
    const { runId } = Observed.parse(payload);
    if ((await runSource(deps)) === null) return;
    const part = Math.floor(deps.clock.now() / EVERY_MS);
    // One read after the end of this interval covers all metrics logged until then.
    const runAt = new Date((part + 1) * EVERY_MS).toISOString();
    const uniqueKey = `${READ_RUN}:${runId}:${part}`;
    await deps.store.transaction((sql) =>
      deps.jobs.enqueue(sql, { kind: READ_RUN, payload: { runId }, runAt, uniqueKey }),
    );
  });
}

async function runSource({ store }: SyncDeps): Promise<StoredSource | null> {
  return (await findSources(store)).find(({ spec }) => spec.type === 'mlflow') ?? null;
}

async function readRun(deps: RunsDeps, runs: RunGpus, runId: string): Promise<void> {
  const source = await runSource(deps);
  if (source === null) return;
  const before = await readUntilOfRun(deps.store, runId);
  const samples = await runs.gpuSamples(deps.store, runId, before === null ? 0 : before - OVERLAP_MS);
  const from = buildTaking(deps, source);
  const leftOut: LeftOut[] = [];
  const rows = samples.flatMap(({ gpu, metric, timestamp: at, value: logged }) => {
    const named = `run:${runId}:${gpu}`;
    const value = checkReading(metric, logged);
    const fault =
      at > from.latest ? 'the time is in the future' : at < from.earliest ? 'older than readings are kept' : value;
    if (typeof fault === 'number') {
      const of = metric === 'utilization_percentage' ? 'utilization' : 'memory';
      return [
        buildReadingRow({ at, value: fault, holder: null, rank: of === 'memory' ? 0 : KERNEL_RAN }, named, of, from),
      ];
    }
    addLeftOut(leftOut, fault, 1, () => `${metric} of ${named} at ${at}: ${logged}`);
    return [];
  });
  const held = [...Map.groupBy(rows, ({ gpu }) => String(gpu))].map(([gpu, own]) => ({
    subject: {
      gpu,
      host: null,
      model: null,
      slices: null,
      namespace: METRICS_NAMESPACE,
      pod: runId,
      container: null,
      pid: null,
    },
    instants: own.map(({ sampledAt }) => Date.parse(String(sampledAt))),
  }));
  const newest = rows.reduce((latest, { sampledAt }) => Math.max(latest, Date.parse(String(sampledAt))), before ?? 0);
  await keepSent(deps, source, { rows: [...rows, ...buildHolderRows(held, from)], readings: rows.length, leftOut });
  await saveReadUntilOfRun(deps.store, runId, newest);
}

/** Checked like DCGM's counters of the same kind: percent, and megabytes instead of MiB. */
function checkReading(metric: 'utilization_percentage' | 'memory_usage_megabytes', logged: number) {
  const of = findSignal(metric === 'utilization_percentage' ? 'DCGM_FI_DEV_GPU_UTIL' : 'DCGM_FI_DEV_FB_USED');
  if (of === null) throw new Error('both are signals');
  return convertReading(logged, of.metric === 'memory' ? { ...of, factor: BYTES_A_MEGABYTE } : of, 0);
}
