import { FOREVER_MS, type Rate, type Rates } from '../idle/rates.ts';
import { type Fraction, parseFraction } from './money.ts';

/** Hourly price of one GPU, or the reason why there is none. [since, until) in Unix milliseconds. */
export interface WholeRate {
  readonly import: string;
  readonly since: number;
  readonly until: number;
  readonly price: Fraction | null;
  readonly currency: string | null;
  readonly source: string | null;
  readonly reason: string | null;
}

/** Rates with the time between them, so that all time of each import has exactly one. */
export function completeRates({ rates, reasons }: Rates): WholeRate[] {
  const byImport = Map.groupBy(rates, (rate) => rate.import);
  return [...reasons].flatMap(([id, reason]) => {
    const none = (since: number, until: number): WholeRate[] => {
      if (since >= until) return [];
      return [{ import: id, since, until, price: null, currency: null, source: null, reason: reason ?? 'no price' }];
    };
    const whole: WholeRate[] = [];
    let at = 0;
    for (const rate of (byImport.get(id) ?? []).toSorted((a, b) => a.since - b.since)) {
      const since = Math.max(at, rate.since);
      if (since >= rate.until) continue;
      whole.push(...none(at, since), toWholeRate(rate, since));
      at = rate.until;
    }
    return [...whole, ...none(at, FOREVER_MS)];
  });
}

function toWholeRate(rate: Rate, since: number): WholeRate {
  const { price, source, until } = rate;
  return {
    import: rate.import,
    since,
    until,
    price: parseFraction(price.amount),
    currency: price.currency,
    source,
    reason: null,
  };
}
