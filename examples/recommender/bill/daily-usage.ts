import { DAY_MS } from '../../../src/platform/units/durations.ts';
import type { Random } from '../random/xoshiro.ts';
import { type BillingMonth, daysOf, isWeekend, slotAt } from './calendar.ts';
import { type Exact, quantityOf } from './money.ts';

/** Something that is metered once a day. */
export interface DailySource {
  /** Pricing units on a normal weekday of the first month. */
  readonly perWeekday: number;
  /** Usage of a Saturday or Sunday relative to a weekday; default 1. */
  readonly weekendFactor?: number;
  /** Factor from month to month; default 1. */
  readonly monthlyGrowth?: number;
  /** Decimal places of the metered quantity; default 6. */
  readonly decimals?: number;
  /** Random day-to-day variation, as a standard deviation relative to the level; default 0.06. */
  readonly noise?: number;
}

/** One day's quantity; a day that is not over yet has been metered in part. */
export interface DailyQuantity {
  readonly start: number;
  readonly end: number;
  readonly quantity: Exact;
}

/** The metered days of the month in order. Each day takes one draw, so a later `asOf` does not change earlier days. */
export function* dailyQuantities(month: BillingMonth, source: DailySource, random: Random): Generator<DailyQuantity> {
  const { weekendFactor = 1, monthlyGrowth = 1, decimals = 6, noise = 0.06 } = source;
  for (const { at, knownShare } of daysOf(month)) {
    const slot = slotAt(month, at);
    const elapsedMonths = month.index + (slot.dayOfMonth - 1) / 30;
    const level = source.perWeekday * monthlyGrowth ** elapsedMonths * (isWeekend(slot) ? weekendFactor : 1);
    const wobble = Math.max(0.2, 1 + noise * random.normal());
    yield { start: at, end: at + DAY_MS, quantity: quantityOf(level * wobble * knownShare, decimals) };
  }
}
