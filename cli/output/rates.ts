import { describeUsedRate, type Unconverted, type UsedRate } from '../../src/finops/exchange/schema.ts';
import { counted, formatAmount } from './amounts.ts';

const MOST_RATES_SHOWN = 10;

/** `1 USD = 0.8 EUR on 2026-10-02, for charges of 2026-10-02 to 2026-10-04 (ECB …)`, a line a rate, the latest first. */
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

/** `Left out: 9.00 CHF of 1 day without a rate, 2026-10-02 to 2026-10-02.`, a line a currency. */
export function withoutRateText(leftOut: readonly Unconverted[]): string[] {
  return leftOut.map(
    ({ currency, amount, days, from, to }) =>
      `Left out: ${formatAmount(amount)} ${currency} of ${counted(days, 'day')} without a rate, ${from} to ${to}.`,
  );
}
