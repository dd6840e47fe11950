import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import type { LookLevel } from './state.ts';

/** Windows of the multi-window, multi-burn-rate alerts of the SRE workbook (table 5-8), for a budget of 30 days. */
const RULES = [
  { longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, burnRate: 14.4, level: 'alert' },
  { longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, burnRate: 6, level: 'alert' },
  { longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, burnRate: 1, level: 'warning' },
] as const;

/** Lengths of all windows, the longest first, in milliseconds. */
export const BURN_WINDOWS_MS: readonly number[] = [
  ...new Set(RULES.flatMap(({ longMs, shortMs }) => [longMs, shortMs])),
].toSorted((a, b) => b - a);

/** Requests of a window, and those that were slow or failed. */
export interface RequestCounts {
  readonly requests: number;
  readonly bad: number;
}

/** Times as fast as allowed at which an error budget is spent: the share of bad requests over `1 - objective`. */
export function computeBurnRate({ requests, bad }: RequestCounts, objective: number): number {
  return requests === 0 ? 0 : bad / requests / (1 - objective);
}

export interface BurnVerdict {
  readonly level: LookLevel;
  readonly longMs: number;
  readonly burnRate: number;
}

/**
 * The gravest rule whose long and short windows both burn at its rate or faster. The long window shows that the burn
 * matters; the short window shows that it continues. `unknown` with fewer than `least` requests in the longest window.
 * Example: objective 0.99, 20 % bad in the last hour and in its last five minutes: the budget burns 20 times too fast, an
 * alert.
 */
export function evaluateBurnRate(
  served: ReadonlyMap<number, RequestCounts>,
  { objective, least }: { readonly objective: number; readonly least: number },
): BurnVerdict {
  const of = (lengthMs: number) => served.get(lengthMs) ?? { requests: 0, bad: 0 };
  const [longest = 0] = BURN_WINDOWS_MS;
  const whole = { longMs: longest, burnRate: computeBurnRate(of(longest), objective) };
  if (of(longest).requests < least) return { ...whole, level: 'unknown' };
  const met = RULES.find(
    ({ longMs, shortMs, burnRate: rate }) =>
      of(longMs).requests >= least &&
      computeBurnRate(of(longMs), objective) >= rate &&
      computeBurnRate(of(shortMs), objective) >= rate,
  );
  if (met === undefined) return { ...whole, level: 'ok' };
  return { level: met.level, longMs: met.longMs, burnRate: computeBurnRate(of(met.longMs), objective) };
}
