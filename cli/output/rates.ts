import { describeUsedRate, type Unconverted, type UsedRate } from '../../src/finops/exchange/schema.ts';
import { formatRangeText } from '../../src/platform/units/schema.ts';
import { counted, formatMoney } from './amounts.ts';

const MOST_RATES_SHOWN = 10;

/** `1 USD = 0.8 EUR on 2 Oct 2026, for charges of 2 to 4 Oct 2026 (ECB …)`, a line a rate, the latest first. */
export function ratesText({
  currency,
  rates,
}: {
  readonly currency: string;
  readonly rates: readonly UsedRate[];
}): string[] {
  const latest = rates.toSorted((one, other) => (one.date < other.date ? 1 : -1));
  const lines = latest.slice(0, MOST_RATES_SHOWN).map((used) => describeUsedRate(used, currency));
  const more = rates.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${counted(more, 'more rate')}; --json has all of them`];
}

/** `Left out: CHF 9.00 of 1 day without a rate, 2 Oct 2026.`, a line a currency. */
export function withoutRateText(leftOut: readonly Unconverted[]): string[] {
  return leftOut.map(
    ({ currency, amount, days, from, to }) =>
      `Left out: ${formatMoney({ amount, currency })} of ${counted(days, 'day')} without a rate, ${formatRangeText(from, to)}.`,
  );
}
