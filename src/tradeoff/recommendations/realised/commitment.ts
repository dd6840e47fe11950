import type { Costs } from '../../../finops/costs/index.ts';
import { buildBilledHours } from '../../../finops/purchasing/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString, findLargest, findSmallest } from '../../../platform/units/index.ts';
import type { Window } from '../finder.ts';
import type { HeldItem } from '../schema.ts';
import type { MeasuredBy } from './schema.ts';

const PLACES = 12;

/**
 * Realized saving of a commitment in each hour of the bill since its purchase: covered hours at the on-demand price of the recommendation, minus
 * the cost of the commitment, used or not. Earlier commitments count as used first. Null: the bill has no data for the hour.
 * Example: 3 bought at 0.6, of which 2 were used in place of 1 USD on demand -> 2 - 1.8 = 0.2.
 */
export async function computeCommitmentSaving(
  { costs }: { readonly costs: Pick<Costs, 'usageOver'> },
  { filter, committedBefore, onDemandPerHour, committedPerHour, currency }: Extract<MeasuredBy, { type: 'commitment' }>,
  { start, end }: Window,
): Promise<Pick<HeldItem, 'currency' | 'costs'>> {
  const usage = await costs.usageOver({ filter: [...filter], from: formatDay(start), to: formatDay(end) });
  const zero = decimal(0);
  const hoursOfBill = usage.periods.length === 0 ? [] : buildBilledHours(usage);
  const byHour = new Map(
    hoursOfBill.map(({ hour, committed, unused }) => {
      const bought = findLargest(zero, committed.minus(committedBefore));
      const used = findLargest(zero, bought.minus(findSmallest(bought, unused)));
      return [hour * HOUR_MS, used.times(onDemandPerHour).minus(bought.times(committedPerHour))] as const;
    }),
  );
  const hours = Math.max(0, Math.round((end - start) / HOUR_MS));
  return {
    currency,
    costs: Array.from({ length: hours }, (_, index) => {
      const saved = byHour.get(start + index * HOUR_MS);
      return saved === undefined ? null : decimalString(saved.toDecimalPlaces(PLACES));
    }),
  };
}

function formatDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
