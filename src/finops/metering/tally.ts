import { z } from 'zod';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { DecimalString } from '../../platform/units/schema.ts';
import type { Metered } from './metered-cost.ts';

const Count = z.number().int().positive();

/** Exact sums of intervals, by currency, and by resource if the price is unknown. An interval can be subtracted again. */
export const Tally = z.strictObject({
  priced: z.record(z.string(), z.strictObject({ amount: DecimalString, intervals: Count })),
  unpriced: z.record(z.string(), Count),
});
export type Tally = z.infer<typeof Tally>;

export const EMPTY_TALLY: Tally = { priced: {}, unpriced: {} };

/** One interval with its cost, as it counts. */
export interface Counted {
  readonly usage: { readonly resource: string };
  readonly metered: Metered;
}

/**
 * A tally after removing `taken` and adding `added`, exact: after any sequence of changes it equals a full recount.
 * Example: {USD 5 of 2} - 2 + 4 -> {USD 7 of 2}.
 */
export function moveTally(tally: Tally, taken: readonly Counted[], added: readonly Counted[]): Tally {
  const priced = new Map(Object.entries(tally.priced));
  const unpriced = new Map(Object.entries(tally.unpriced));
  const count = ({ usage: { resource }, metered: { cost } }: Counted, by: 1 | -1) => {
    if (cost === null) {
      unpriced.set(resource, (unpriced.get(resource) ?? 0) + by);
      return;
    }
    const { amount, intervals } = priced.get(cost.currency) ?? { amount: '0', intervals: 0 };
    const sum = decimal(amount).plus(decimal(cost.amount).times(by));
    priced.set(cost.currency, { amount: decimalString(sum), intervals: intervals + by });
  };
  for (const one of taken) count(one, -1);
  for (const one of added) count(one, 1);
  return {
    priced: Object.fromEntries([...priced].filter(([, { intervals }]) => intervals !== 0)),
    unpriced: Object.fromEntries([...unpriced].filter(([, intervals]) => intervals !== 0)),
  };
}
