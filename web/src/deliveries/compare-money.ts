import type { MoneyChange } from '../../../src/finops/billing/diff/schema.ts';
import { decimal, decimalString } from '../../../src/platform/units/schema.ts';

/** Lines of one metric, the largest change first; those that did not change last, by name. */
export function changedFirst(totals: readonly MoneyChange[], metric: MoneyChange['metric']): MoneyChange[] {
  const size = ({ delta }: MoneyChange) => decimal(delta ?? '0').abs();
  return totals
    .filter((line) => line.metric === metric)
    .toSorted((a, b) => size(b).comparedTo(size(a)) || (a.value ?? '').localeCompare(b.value ?? ''));
}

export interface Sums {
  readonly currency: string;
  readonly before: string;
  readonly after: string;
  readonly delta: string;
}

/** Sum of the lines of one metric in each currency; unknown amounts are left out. */
export function sumChanges(totals: readonly MoneyChange[], metric: MoneyChange['metric']): Sums[] {
  const own = totals.filter((line) => line.metric === metric);
  return [...new Set(own.map(({ currency }) => currency))].map((currency) => {
    const lines = own.filter((line) => line.currency === currency);
    const sum = (side: 'before' | 'after') => lines.reduce((all, line) => all.plus(line[side] ?? '0'), decimal(0));
    const [before, after] = [sum('before'), sum('after')];
    return {
      currency,
      before: decimalString(before),
      after: decimalString(after),
      delta: decimalString(after.minus(before)),
    };
  });
}

/**
 * Width of a change for drawing, -1 to 1 of the largest one; 0 where it is unknown.
 * Example: deltas 4 and -2 -> 1 and -0.5.
 */
export function deltaRatio(line: MoneyChange, lines: readonly MoneyChange[]): number {
  const largest = Math.max(...lines.map(({ delta }) => Math.abs(Number(delta ?? 0))));
  return largest === 0 ? 0 : Number(line.delta ?? 0) / largest;
}
