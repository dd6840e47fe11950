import { createSeededRandom } from '../../../platform/numbers/index.ts';
import { type Decimal, decimal } from '../../../platform/units/index.ts';
import type { HourlyPrices } from './demand-curve.ts';

/** Demand of an hour beyond existing commitments. */
export interface ResidualHour {
  readonly hour: number;
  readonly demand: Decimal;
}

export interface SavingInterval {
  readonly blocks: 'weeks' | 'days';
  /** Per hour, 95 % of the draws lie between these. */
  readonly low: Decimal;
  readonly high: Decimal;
}

const DAY_HOURS = 24;
const WEEK_HOURS = 168;
const LEAST_WEEKS = 8;
export const LEAST_DAYS = 14;
const DRAWS = 1000;

/**
 * Confidence interval of the hourly saving. It resamples whole weeks (days with fewer than 8 weeks of data), since hours of
 * one week are correlated. 1,000 draws of a fixed seed; exact sums. Null with fewer than 14 days. It is valid only while the
 * demand stays similar: it does not cover a trend.
 */
export function computeSavingInterval(
  hours: readonly ResidualHour[],
  { onDemand, committed }: HourlyPrices,
  quantity: Decimal,
): SavingInterval | null {
  const isLong = hours.length >= LEAST_WEEKS * WEEK_HOURS;
  if (hours.length < LEAST_DAYS * DAY_HOURS) return null;
  const length = isLong ? WEEK_HOURS : DAY_HOURS;
  const first = hours[0]?.hour ?? 0;
  const blocks = [...Map.groupBy(hours, ({ hour }) => Math.floor((hour - first) / length)).values()].map((block) => ({
    hours: block.length,
    saving: block.reduce(
      (sum, { demand }) =>
        sum.plus(onDemand.times(demand.lt(quantity) ? demand : quantity)).minus(committed.times(quantity)),
      decimal(0),
    ),
  }));
  const random = createSeededRandom(1);
  const draws = Array.from({ length: DRAWS }, () => {
    let saving = decimal(0);
    let count = 0;
    for (let drawn = 0; drawn < blocks.length; drawn += 1) {
      const block = blocks[Math.floor(random() * blocks.length)] as (typeof blocks)[number];
      saving = saving.plus(block.saving);
      count += block.hours;
    }
    return saving.div(count);
  }).toSorted((a, b) => a.cmp(b));
  const at = (share: number) => draws[Math.round(share * (DRAWS - 1))] as Decimal;
  return { blocks: isLong ? 'weeks' : 'days', low: at(0.025), high: at(0.975) };
}
