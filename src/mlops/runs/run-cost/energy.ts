import type { Sql } from '../../../platform/store/index.ts';
import { readMetricHistory } from '../metric-store.ts';
import { findLatestMetrics } from '../run-store.ts';
import type { Metric } from '../types.ts';
import { findGpuUsage } from '../usage-store.ts';
import type { RunCost } from './schema.ts';

/** The power between samples further apart than this is unknown: that time is omitted, and the result reports the omission. */
export const LONGEST_GAP_MS = 5 * 60_000;
const POWER_METRIC = /^system\/((?:\S+\/)?gpu_\d+)_power_usage_watts$/;
/** Metric that pipeline metering adds to MLflow's: joules that the GPU has used since the start of an attempt. */
const JOULES_METRIC = /^system\/((?:\S+\/)?gpu_\d+)_energy_joules$/;
const SAMPLES_A_READ = 10_000;
const WATT_MS_PER_KWH = 3.6e9;
const JOULES_PER_KWH = 3.6e6;

/** Power over time, summed so far. `last` is null where the next sample has nothing to be joined to. */
export interface PowerSum {
  readonly wattMs: number;
  /** Milliseconds between samples that were joined, and those that were not. */
  readonly coveredMs: number;
  readonly gapMs: number;
  readonly last: { readonly timestamp: number; readonly watts: number } | null;
}

export const NO_POWER: PowerSum = { wattMs: 0, coveredMs: 0, gapMs: 0, last: null };

/**
 * Adds samples, oldest first, by the trapezoid rule: (a + b) / 2 x time between them, where that is no longer than
 * {@link LONGEST_GAP_MS}. A sample that is no number, or below zero, is none.
 * Example: 100 W, 60 s later 200 W -> 150 W x 60 s = 9,000,000 W ms = 0.0025 kWh.
 */
export function addPower(sum: PowerSum, samples: readonly Pick<Metric, 'timestamp' | 'value'>[]): PowerSum {
  let { wattMs, coveredMs, gapMs, last } = sum;
  for (const { timestamp, value } of samples) {
    if (!Number.isFinite(value) || value < 0) continue;
    const elapsed = last === null ? 0 : timestamp - last.timestamp;
    if (last !== null && elapsed <= LONGEST_GAP_MS) {
      wattMs += ((last.watts + value) / 2) * elapsed;
      coveredMs += elapsed;
    } else gapMs += elapsed;
    last = { timestamp, watts: value };
  }
  return { wattMs, coveredMs, gapMs, last };
}

/** Joules counted over all attempts; `last`: the last reading of the counter, null before the first. */
export interface JouleSum {
  readonly joules: number;
  readonly last: number | null;
}

export const NO_JOULES: JouleSum = { joules: 0, last: null };

/**
 * Adds samples of a counter, oldest first, that starts at zero with each attempt of the work.
 * Example: 100, 250, and 40 of the next attempt -> 290.
 */
export function addJoules(sum: JouleSum, samples: readonly Pick<Metric, 'value'>[]): JouleSum {
  let { joules, last } = sum;
  for (const { value } of samples) {
    if (!Number.isFinite(value) || value < 0) continue;
    joules += last !== null && value >= last ? value - last : value;
    last = value;
  }
  return { joules, last };
}

/**
 * Energy of a run's GPUs: per GPU from its counter of joules where the run has one (the metering component reads it),
 * else from its logged power. Null with the reason where it was not measured.
 */
export async function computeRunEnergy(sql: Sql, runId: string): Promise<RunCost['energy']> {
  const keys = ((await findLatestMetrics(sql, [runId])).get(runId) ?? []).map(({ key }) => key);
  const counters = indexKeysByGpu(keys, JOULES_METRIC);
  const powers = [...indexKeysByGpu(keys, POWER_METRIC)].filter(([gpu]) => !counters.has(gpu));
  if (counters.size + powers.length === 0) return { kilowattHours: null, reason: 'no GPU power was logged' };
  const counted: JouleSum[] = [];
  for (const key of counters.values()) counted.push(await foldSamples(sql, runId, key, NO_JOULES, addJoules));
  const sums: PowerSum[] = [];
  for (const [, key] of powers) sums.push(await foldSamples(sql, runId, key, NO_POWER, addPower));
  const measured = sums.filter(({ coveredMs }) => coveredMs > 0);
  if (counted.length + measured.length === 0) {
    return { kilowattHours: null, reason: 'no two samples of GPU power are within five minutes of each other' };
  }
  const gpus = (await findGpuUsage(sql, runId))?.gpus.length ?? counters.size + powers.length;
  const kilowattHours =
    counted.reduce((total, { joules }) => total + joules, 0) / JOULES_PER_KWH +
    measured.reduce((total, sum) => total + sum.wattMs, 0) / WATT_MS_PER_KWH;
  const gapMs = sums.reduce((total, sum) => total + sum.gapMs, 0);
  return { kilowattHours, reason: describeGaps(gapMs, gpus - counted.length - measured.length, gpus) };
}

/** Keys of metrics of one kind, by the GPU that they are of. */
function indexKeysByGpu(keys: readonly string[], kind: RegExp): Map<string, string> {
  return new Map(
    keys.flatMap((key) => {
      const gpu = kind.exec(key)?.[1];
      return gpu === undefined ? [] : [[gpu, key] as const];
    }),
  );
}

/** Folds all samples of a metric, one part at a time. */
async function foldSamples<Sum>(
  sql: Sql,
  runId: string,
  key: string,
  nothing: Sum,
  add: (sum: Sum, samples: readonly Metric[]) => Sum,
): Promise<Sum> {
  let sum = nothing;
  for (let position: Parameters<typeof readMetricHistory>[3]['position'] = null; ; ) {
    const { metrics, positions } = await readMetricHistory(sql, runId, key, { position, limit: SAMPLES_A_READ });
    sum = add(sum, metrics);
    position = positions.at(-1) ?? null;
    if (metrics.length < SAMPLES_A_READ || position === null) return sum;
  }
}

function describeGaps(gapMs: number, unmeasured: number, gpus: number): string | null {
  const parts = [
    ...(gapMs > 0 ? [`${(gapMs / 60_000).toFixed(1)} GPU-minutes without samples`] : []),
    ...(unmeasured > 0 ? [`${unmeasured} of ${gpus} GPUs, whose power was not logged`] : []),
  ];
  return parts.length === 0 ? null : `leaves out ${parts.join(' and ')}`;
}
