import type { MeteredUsage } from '../../../finops/metering/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import type { Window } from '../finder.ts';

const PLACES = 12;
const DIGITS = 8;

/**
 * Cost of each hour of a window: the cost of a usage is spread evenly over its time. An hour without usage costs 0; an hour with
 * unpriced usage (in this currency) is unknown.
 */
export function sumHourlyCosts(
  usage: readonly MeteredUsage[],
  { start, end }: Window,
  currency: string,
): (string | null)[] {
  const hours: (Decimal | null)[] = Array.from({ length: Math.round((end - start) / HOUR_MS) }, () => decimal(0));
  for (const { usage: held, metered } of usage) {
    const cost = metered.cost?.currency === currency ? decimal(metered.cost.amount) : null;
    const first = Math.max(0, Math.floor((held.start - start) / HOUR_MS));
    for (let at = first; at < hours.length && start + at * HOUR_MS < held.end; at += 1) {
      const from = Math.max(held.start, start + at * HOUR_MS);
      const until = Math.min(held.end, start + (at + 1) * HOUR_MS);
      const before = hours[at] ?? null;
      if (before === null || until <= from) continue;
      hours[at] = cost === null ? null : before.plus(cost.times(until - from).dividedBy(held.end - held.start));
    }
  }
  return hours.map((cost) => (cost === null ? null : decimalString(cost.toDecimalPlaces(PLACES))));
}

/** Price of an hour as metered: cost over hours of one; null where it has none in the currency. */
export function computeMeteredPerHour(own: readonly MeteredUsage[], currency: string): string | null {
  const priced = own.filter(({ metered }) => metered.cost?.currency === currency);
  const total = priced.reduce((sum, { hours: held }) => sum.plus(held), decimal(0));
  if (total.isZero()) return null;
  const cost = priced.reduce((sum, { metered }) => sum.plus(metered.cost?.amount ?? '0'), decimal(0));
  return cost.dividedBy(total).toDecimalPlaces(DIGITS).toFixed();
}
