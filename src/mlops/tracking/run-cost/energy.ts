import type { Sql } from '../../../platform/store/index.ts';
import { metricHistory } from '../metric-store.ts';
import { latestMetricsOf } from '../run-store.ts';
import type { Metric } from '../types.ts';
import { findGpuUsage } from '../usage-store.ts';
import type { RunCost } from './schema.ts';

/** Samples further apart than this say nothing of the time between them: that time is left out, and said to be. */
export const LONGEST_GAP_MS = 5 * 60_000;
const POWER_METRIC = /^system\/((?:\S+\/)?gpu_\d+)_power_usage_watts$/;
const SAMPLES_A_READ = 10_000;
const WATT_MS_PER_KWH = 3.6e9;

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

/** Energy of a run's GPUs by what it logged of their power; null with the reason where it was not measured. */
export async function energyOfRun(sql: Sql, runId: string): Promise<RunCost['energy']> {
  const keys = ((await latestMetricsOf(sql, [runId])).get(runId) ?? []).map(({ key }) => key);
  const powerKeys = keys.filter((key) => POWER_METRIC.test(key));
  if (powerKeys.length === 0) return { kilowattHours: null, reason: 'no GPU power was logged' };
  const sums: PowerSum[] = [];
  for (const key of powerKeys) sums.push(await powerOf(sql, runId, key));
  const measured = sums.filter(({ coveredMs }) => coveredMs > 0);
  if (measured.length === 0) {
    return { kilowattHours: null, reason: 'no two samples of GPU power lie within five minutes of each other' };
  }
  const gpus = (await findGpuUsage(sql, runId))?.gpus.length ?? powerKeys.length;
  const wattMs = measured.reduce((total, sum) => total + sum.wattMs, 0);
  const gapMs = sums.reduce((total, sum) => total + sum.gapMs, 0);
  return { kilowattHours: wattMs / WATT_MS_PER_KWH, reason: leftOut(gapMs, gpus - measured.length, gpus) };
}

async function powerOf(sql: Sql, runId: string, key: string): Promise<PowerSum> {
  let sum = NO_POWER;
  for (let position: Parameters<typeof metricHistory>[3]['position'] = null; ; ) {
    const { metrics, positions } = await metricHistory(sql, runId, key, { position, limit: SAMPLES_A_READ });
    sum = addPower(sum, metrics);
    position = positions.at(-1) ?? null;
    if (metrics.length < SAMPLES_A_READ || position === null) return sum;
  }
}

function leftOut(gapMs: number, unmeasured: number, gpus: number): string | null {
  const parts = [
    ...(gapMs > 0 ? [`${(gapMs / 60_000).toFixed(1)} GPU-minutes without samples`] : []),
    ...(unmeasured > 0 ? [`${unmeasured} of ${gpus} GPUs, whose power was not logged`] : []),
  ];
  return parts.length === 0 ? null : `leaves out ${parts.join(' and ')}`;
}
