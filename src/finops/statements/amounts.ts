import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { ComparedAmount, StatementAmount } from './schema.ts';

/** Billed and effective cost in one currency, exact. */
export interface CostPair {
  readonly currency: string;
  readonly billed: string;
  readonly effective: string;
}

interface Sums {
  readonly currency: string;
  billed: Decimal;
  effective: Decimal;
}

/** Sums pairs by currency and by a key; keys are in order of first occurrence. */
export function sumBy<T extends CostPair>(
  pairs: readonly T[],
  keyOf: (pair: T) => string,
): Map<string, StatementAmount> {
  const sums = new Map<string, Sums>();
  for (const pair of pairs) {
    const key = JSON.stringify([keyOf(pair), pair.currency]);
    const sum = sums.get(key) ?? { currency: pair.currency, billed: decimal(0), effective: decimal(0) };
    sum.billed = sum.billed.plus(pair.billed);
    sum.effective = sum.effective.plus(pair.effective);
    sums.set(key, sum);
  }
  return new Map([...sums].map(([key, sum]) => [key, toStatementAmount(sum)]));
}

function toStatementAmount({ currency, billed, effective }: Sums): StatementAmount {
  return { currency, billedCost: decimalString(billed), effectiveCost: decimalString(effective) };
}

/** Sums by currency, in the order of currencies. */
export function sumByCurrency(pairs: readonly CostPair[]): StatementAmount[] {
  return [...sumBy(pairs, () => '').values()].toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** A group compared with the same group of the previous month; `previous` is null when no bill covers that month. */
export interface ComparedGroup {
  readonly key: string;
  readonly amount: ComparedAmount;
}

/** Groups of both months, largest effective cost first; a group missing in one month has 0 there. */
export function compareBy<T extends CostPair>(
  pairs: readonly T[],
  previous: readonly T[] | null,
  keyOf: (pair: T) => string,
): ComparedGroup[] {
  const [now, before] = [sumBy(pairs, keyOf), previous === null ? null : sumBy(previous, keyOf)];
  const keys = [...new Set([...now.keys(), ...(before?.keys() ?? [])])];
  const groups = keys.map((id): ComparedGroup => {
    const [key = '', currency = ''] = JSON.parse(id) as string[];
    const [is, was] = [now.get(id), before?.get(id)];
    const amount = {
      currency,
      billedCost: is?.billedCost ?? '0',
      effectiveCost: is?.effectiveCost ?? '0',
      billedBefore: before === null ? null : (was?.billedCost ?? '0'),
      effectiveBefore: before === null ? null : (was?.effectiveCost ?? '0'),
    };
    return { key, amount };
  });
  return groups.toSorted(compareBySize);
}

function compareBySize(a: ComparedGroup, b: ComparedGroup): number {
  const effective = decimal(b.amount.effectiveCost).comparedTo(a.amount.effectiveCost);
  if (effective !== 0) return effective;
  const billed = decimal(b.amount.billedCost).comparedTo(a.amount.billedCost);
  if (billed !== 0) return billed;
  return a.key === b.key ? Number(a.amount.currency > b.amount.currency) - 1 : a.key < b.key ? -1 : 1;
}
