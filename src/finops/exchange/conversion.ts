import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { type FoundRate, findRate, type RateTable } from './rate-book.ts';
import type { Unconverted, UsedRate } from './schema.ts';

/** An amount of one charge day in its original currency. */
interface DatedAmount {
  readonly day: string;
  readonly currency: string;
  readonly amount: string;
}

/** Converts dated amounts to one currency and records the rates that it used. */
export interface Conversion {
  /**
   * The exact product of amount and rate; null when the day has no known rate, and the amount is then counted as
   * excluded.
   */
  convert(amount: DatedAmount): Decimal | null;
  /** By currency, then date. */
  rates(): UsedRate[];
  leftOut(): Unconverted[];
}

/** Amounts in the reporting currency need no rate and list none. */
export function createConversion(tables: readonly RateTable[], reporting: string): Conversion {
  const found = new Map<string, FoundRate | null>();
  const used = new Map<string, UsedRate>();
  const missing = new Map<string, { sum: Decimal; readonly days: Set<string> }>();
  const rateOf = (currency: string, day: string) => {
    const key = `${currency} ${day}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    const rate = findRate(tables, currency, reporting, day);
    found.set(key, rate);
    return rate;
  };
  return {
    convert({ day, currency, amount }) {
      if (currency === reporting) return decimal(amount);
      const rate = rateOf(currency, day);
      if (rate === null) {
        const { sum, days } = missing.get(currency) ?? { sum: decimal(0), days: new Set<string>() };
        missing.set(currency, { sum: sum.plus(amount), days: days.add(day) });
        return null;
      }
      const key = `${currency} ${rate.date} ${rate.source}`;
      const before = used.get(key);
      used.set(key, {
        ...{ currency, rate: decimalString(rate.rate), date: rate.date, source: rate.source },
        from: before === undefined || day < before.from ? day : before.from,
        to: before === undefined || day > before.to ? day : before.to,
      });
      return decimal(amount).times(rate.rate);
    },
    rates: () => [...used].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, rate]) => rate),
    leftOut: () =>
      [...missing]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([currency, { sum, days }]) => {
          const [from = '', to = from] = [[...days].toSorted()[0], [...days].toSorted().at(-1)];
          return { currency, amount: decimalString(sum), days: days.size, from, to };
        }),
  };
}
