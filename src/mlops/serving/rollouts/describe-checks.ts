import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import type { RolloutCheck } from './schema.ts';

/** Rate of new samples: how long a check still needs. */
export interface SampleRate {
  /** Responses of the canary in this step. */
  readonly requests: number;
  /** Duration of the step so far. */
  readonly elapsedMs: number;
}

/**
 * One check for people: estimate, interval, limit, n and the samples still needed at the present rate.
 * Example: `latencyP95 1.31x (1.02x to 1.71x, limit 1.2x, n 840, needs 1200 more a side, about 2.1 h)`.
 */
export function describeCheck(check: RolloutCheck, rate: SampleRate | null = null): string {
  const { name, estimate, lower, upper, limit, n, reason, verdict } = check;
  const show = (value: number | null) => (value === null ? 'unbounded' : formatValue(value, check));
  const needs = verdict === 'inconclusive' ? [describeNeed(check, rate)] : [];
  if (estimate === null) return `${name} unknown (${[reason ?? 'too little data', `n ${n}`].join(', ')})`;
  const facts = [`${show(lower)} to ${show(upper)}`, `limit ${show(limit)}`, `n ${n}`, ...needs];
  return `${name} ${show(estimate)} (${facts.join(', ')})`;
}

function formatValue(value: number, { scale, unit }: RolloutCheck): string {
  if (scale === 'ratio') return `${Number(value.toFixed(2))}x`;
  return unit === 'query' ? String(Number(value.toPrecision(4))) : `${Number((100 * value).toFixed(2))} points`;
}

function describeNeed({ samplesNeeded, n, sampleMs }: RolloutCheck, rate: SampleRate | null): string {
  if (samplesNeeded === null) return 'no proof at this estimate';
  if (sampleMs !== undefined) {
    return `needs ${samplesNeeded} more intervals, about ${formatDuration(samplesNeeded * sampleMs)}`;
  }
  const needs = `needs ${samplesNeeded} more a side`;
  if (rate === null || n === 0 || rate.elapsedMs <= 0) return needs;
  return `${needs}, about ${formatDuration((samplesNeeded * rate.elapsedMs) / Math.max(1, rate.requests))}`;
}

function formatDuration(durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.ceil(durationMs / 1000)} s`;
  return durationMs < 2 * HOUR_MS
    ? `${Math.ceil(durationMs / MINUTE_MS)} min`
    : `${(durationMs / HOUR_MS).toFixed(1)} h`;
}

/** The checks that do not pass, for the reason of a wait or a rollback. */
export function describeUnproven(
  checks: readonly RolloutCheck[],
  splitProblem: string | null,
  rate: SampleRate,
): string {
  const open = checks.filter(({ verdict }) => verdict !== 'passes').map((check) => describeCheck(check, rate));
  return [splitProblem, ...open].filter((one) => one !== null).join('; ');
}
