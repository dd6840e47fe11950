import type { ComparedAmount, StatementAmount, TeamTotals } from '../../../src/finops/statements/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';

export type Cost = 'billed' | 'effective';

/** One of the two costs of a figure. */
export function toCost(amount: StatementAmount, cost: Cost): Money {
  return { amount: cost === 'billed' ? amount.billedCost : amount.effectiveCost, currency: amount.currency };
}

/** The same in the month before; null when no bill covers it. */
export function costBefore(amount: ComparedAmount, cost: Cost): Money | null {
  const before = cost === 'billed' ? amount.billedBefore : amount.effectiveBefore;
  return before === null ? null : { amount: before, currency: amount.currency };
}

/** Sums of a cost in each currency. */
export function sums(amounts: readonly StatementAmount[], cost: Cost): Money[] {
  const totals = new Map<string, string>();
  for (const one of amounts) {
    const { amount, currency } = toCost(one, cost);
    totals.set(currency, decimalString(decimal(totals.get(currency) ?? '0').plus(amount)));
  }
  return [...totals].map(([currency, amount]) => ({ amount, currency }));
}

/**
 * Part of a whole for drawing, from 0 to 1 (0 without a whole). Negative parts are 0; values above 1 are drawn as full.
 */
export function computeRatio(part: Money, whole: Money | undefined): number {
  if (whole === undefined || decimal(whole.amount).isZero()) return 0;
  return Math.max(0, decimal(part.amount).dividedBy(whole.amount).toNumber());
}

export interface CheckedSum {
  readonly currency: string;
  readonly statements: string;
  readonly bill: string;
  /** To the last digit, in both costs. */
  readonly equal: boolean;
}

/** Checks that all statements, including the unallocated cost, sum to the bill, which is summed from its rows. */
export function checkedSums(
  statements: readonly TeamTotals[],
  bill: readonly StatementAmount[],
  cost: Cost,
): CheckedSum[] {
  const all = statements.flatMap(({ totals }) => totals);
  const equalIn = (which: Cost, currency: string) =>
    decimal(amountIn(sums(all, which), currency)).equals(amountIn(sums(bill, which), currency));
  return sums(bill, cost).map(({ amount, currency }) => ({
    currency,
    statements: amountIn(sums(all, cost), currency),
    bill: amount,
    equal: equalIn('billed', currency) && equalIn('effective', currency),
  }));
}

function amountIn(money: readonly Money[], currency: string): string {
  return money.find((one) => one.currency === currency)?.amount ?? '0';
}
