import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import type { SliceDay } from '../costs/index.ts';
import { formatDay, toDayNumber } from './day.ts';
import type { Anomaly } from './schema.ts';
import type { Slice } from './slice.ts';

/** Days to the last of an anomaly over which the spend of its scope is summed. */
const SPEND_DAYS = 30;

type Spend = Anomaly['spend'];
type Placed = Pick<Anomaly, 'currency' | 'end' | 'slice' | 'seenIn'>;

/**
 * Returns a function that sums the spend of each scope that contains an anomaly: everything, and each judged slice that it
 * belongs to, over the 30 days to its last day. `days` are the daily costs of the judged slices. Empty for an anomaly
 * without a currency.
 */
export function createSpend(days: readonly SliceDay[]): (anomaly: Placed) => Spend {
  const byScope = Map.groupBy(days, ({ dimension, value, currency }) => buildScopeKey(dimension, value, currency));
  return ({ currency, end, slice, seenIn }) => {
    if (currency === null) return [];
    const from = formatDay(toDayNumber(end) - SPEND_DAYS + 1);
    const parts = new Map(
      [...slice, ...seenIn.flat()].map((part) => [buildScopeKey(part.dimension, part.value, ''), part]),
    );
    return [{ dimension: null, value: null }, ...parts.values()].flatMap(({ dimension, value }) => {
      const of = byScope.get(buildScopeKey(dimension, value, currency)) ?? [];
      const costs = of.filter(({ day }) => day >= from && day <= end).flatMap(({ cost }) => cost ?? []);
      return costs.length === 0 ? [] : [{ dimension, value, amount: sumDecimals(costs) }];
    });
  };
}

function buildScopeKey(dimension: string | null, value: string | null, currency: string): string {
  return JSON.stringify([dimension, value, currency]);
}

/**
 * Whether the impact of an anomaly is below `minPercent` of the spend of a scope (without parts: everything). Of several
 * parts the smallest spend counts. False if the impact or the spend is unknown. Example: 90 USD of 10,000 USD at 1 % is
 * minor.
 */
export function isMinor(
  { impact, spend }: Pick<Anomaly, 'impact' | 'spend'>,
  scope: Slice,
  minPercent: number,
): boolean {
  const known = spend.filter(({ dimension, value }) =>
    scope.length === 0
      ? dimension === null
      : scope.some((part) => part.dimension === dimension && part.value === value),
  );
  const [smallest] = known.map(({ amount }) => decimal(amount)).toSorted((a, b) => a.comparedTo(b));
  if (impact === null || smallest === undefined) return false;
  return decimal(impact)
    .abs()
    .times(100)
    .lessThan(smallest.times(decimalString(decimal(minPercent))));
}
