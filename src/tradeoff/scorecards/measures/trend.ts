import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { GpuMeasure, ScorecardDays } from './schema.ts';

/** Direction of a figure that is good: null where neither is. */
export type Better = 'higher' | 'lower' | null;

export interface TrendFigure {
  /** null: unknown, and `reason` states why. */
  readonly value: number | null;
  readonly interval?: { readonly lower: number; readonly upper: number } | null;
  readonly reason?: string | null;
}

export interface TrendQuestion {
  readonly now: TrendFigure;
  readonly before: TrendFigure;
  readonly window: ScorecardDays | null;
  readonly better: Better;
}

type Trend = GpuMeasure['trend'];

/** Changes below this share of the earlier figure are none. */
const FLAT_RATIO = 0.005;
const RATIO_PLACES = 6;

/**
 * Change of a figure from that of the preceding days. It is flat when it is below 0.5 % of the earlier figure, or when both have
 * intervals that overlap.
 *
 * @example 110 after 100, lower is better -> change 10, changeRatio 0.1, up, worse
 */
export function computeTrend({ now, before, window, better }: TrendQuestion): Trend {
  if (now.value === null || before.value === null) {
    const reason = now.value === null ? 'the figure is unknown' : (before.reason ?? 'no figure of the preceding days');
    return explainNoTrend(reason, before.value, window);
  }
  const change = now.value - before.value;
  const changeRatio = before.value === 0 ? null : round(change / Math.abs(before.value));
  const direction = isFlat(now, before, change, changeRatio) ? 'flat' : change > 0 ? 'up' : 'down';
  return {
    ...{ before: before.value, change, changeRatio, direction, window },
    meaning: describeMeaning(direction, better),
    reason: null,
  };
}

function isFlat(now: TrendFigure, before: TrendFigure, change: number, changeRatio: number | null): boolean {
  if (change === 0) return true;
  if (now.interval != null && before.interval != null) {
    return now.interval.lower <= before.interval.upper && before.interval.lower <= now.interval.upper;
  }
  return changeRatio !== null && Math.abs(changeRatio) < FLAT_RATIO;
}

function describeMeaning(direction: 'up' | 'down' | 'flat', better: Better): Trend['meaning'] {
  if (direction === 'flat') return 'same';
  if (better === null) return null;
  return (direction === 'up') === (better === 'higher') ? 'better' : 'worse';
}

/** A trend that is unknown for a reason. */
export function explainNoTrend(reason: string, before: number | null = null, window: ScorecardDays | null = null) {
  return { before, change: null, changeRatio: null, direction: null, meaning: null, window, reason };
}

/** The trend of amounts of one currency, exact; less is better. */
export function computeMoneyTrend({
  now,
  before,
  window,
  reason,
}: {
  readonly now: string | null;
  readonly before: string | null;
  readonly window: ScorecardDays | null;
  readonly reason: string | null;
}) {
  const number = (amount: string | null) => (amount === null ? null : Number(amount));
  const trend = computeTrend({
    now: { value: number(now) },
    before: { value: number(before), reason },
    window,
    better: 'lower',
  });
  const isKnown = now !== null && before !== null;
  return { ...trend, before, change: isKnown ? decimalString(decimal(now).minus(before)) : null };
}

function round(ratio: number): number {
  return Number(ratio.toFixed(RATIO_PLACES));
}
