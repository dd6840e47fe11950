import { DAY_MS } from '../../platform/units/durations.ts';
import { type Decimal, decimal } from '../../platform/units/index.ts';
import type { DayRates } from './ecb-csv.ts';
import { MOST_DAYS_BACK } from './schema.ts';

/** A table of rates, its days oldest first. */
export interface RateTable {
  readonly base: string;
  readonly source: string;
  readonly days: readonly DayRates[];
}

/** Exchange rate: the price of one unit of a currency in another currency. */
export interface FoundRate {
  readonly rate: Decimal;
  /** Publication day of the rate. */
  readonly date: string;
  readonly source: string;
}

/**
 * Decimals of a cross rate. The rounded rate is displayed and used: an amount times it is exact, so that parts add up
 * to their total.
 */
const RATE_DECIMALS = 20;

/**
 * Rate from one currency to another on a day: from the first table that has both currencies, on the day or else on the
 * last day before it, at most seven days back. Null where no table has it. Between two currencies other than the base
 * it is the cross rate, rate(to) / rate(from), rounded half-even to 20 decimals. Example: base EUR, USD 1.25, GBP 0.8
 * -> USD to GBP is 0.64.
 */
export function findRate(tables: readonly RateTable[], from: string, to: string, day: string): FoundRate | null {
  const earliest = new Date(Date.parse(`${day}T00:00:00Z`) - MOST_DAYS_BACK * DAY_MS).toISOString().slice(0, 10);
  for (const { base, source, days } of tables) {
    for (let at = findLastUpTo(days, day); at >= 0; at -= 1) {
      const published = days[at];
      if (published === undefined || published.date < earliest) break;
      const [own, other] = [from, to].map((currency) => (currency === base ? '1' : published.rates[currency]));
      if (own === undefined || other === undefined) continue;
      return { rate: decimal(other).dividedBy(own).toDecimalPlaces(RATE_DECIMALS), date: published.date, source };
    }
  }
  return null;
}

/** Index of the last day up to `day`; -1 when all days are later. */
function findLastUpTo(days: readonly DayRates[], day: string): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((days[middle]?.date ?? '') <= day) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
