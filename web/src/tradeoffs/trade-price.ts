import { decimal } from '../../../src/platform/units/schema.ts';
import type { AcceptanceRegion, ModelFrontierPoint, QualityAxis } from '../../../src/tradeoff/frontier/schema.ts';

/** Prices of a point of quality a month for which one point is the best choice. */
export interface WinningRange {
  readonly point: string;
  /** From this price on. */
  readonly from: string;
  /** Below this price; null: unlimited. */
  readonly to: string | null;
}

type Priced = Pick<ModelFrontierPoint, 'point' | 'tradePrice'>;

/** The ranges in which points win, cheapest price first; points that win at no price are left out. */
export function listWinningRanges(points: readonly Priced[]): WinningRange[] {
  return points
    .flatMap(({ point, tradePrice }) =>
      tradePrice === null ? [] : [{ point, from: tradePrice.from, to: tradePrice.to }],
    )
    .toSorted((one, other) => decimal(one.from).cmp(other.from));
}

/** The range that contains a price; null when no range does. Ranges are half-open: from <= price < to. */
export function findWinner(ranges: readonly WinningRange[], price: string): WinningRange | null {
  const at = decimal(price);
  return ranges.find(({ from, to }) => at.gte(from) && (to === null || at.lt(to))) ?? null;
}

/** A price inside a range, three significant digits: the geometric mean of its ends, half of the upper one, or twice the lower one. */
export function pickPriceWithin({ from, to }: WinningRange): string {
  const low = decimal(from);
  const price =
    to === null
      ? low.isZero()
        ? decimal(1)
        : low.times(2)
      : low.isZero()
        ? decimal(to).dividedBy(2)
        : low.times(to).sqrt();
  const short = price.toSignificantDigits(3);
  const isInside = short.gte(low) && (to === null || short.lt(to));
  return (isInside ? short : low).toFixed();
}

/** Positions of the slider above position 0, which has the price 0. */
export const SLIDER_STEPS = 200;

const BEYOND = 10;
const DIGITS = 3;

/** Prices of the slider: logarithmic, from a tenth of the lowest price at which the choice changes to ten times the highest. */
export interface PriceScale {
  readonly least: number;
  readonly most: number;
}

/** null where one point wins at every price, so that there is nothing to choose. */
export function buildPriceScale(ranges: readonly WinningRange[]): PriceScale | null {
  const changes = ranges.map(({ from }) => Number(from)).filter((from) => from > 0);
  if (changes.length === 0) return null;
  return { least: Math.min(...changes) / BEYOND, most: Math.max(...changes) * BEYOND };
}

/** Price at a position of the slider, 0 to SLIDER_STEPS, with three significant digits. Position 0 is the price 0. */
export function toPrice(scale: PriceScale, position: number): string {
  if (position <= 0) return '0';
  const share = Math.min(1, (position - 1) / (SLIDER_STEPS - 1));
  const price = scale.least * (scale.most / scale.least) ** share;
  return decimal(price).toSignificantDigits(DIGITS).toFixed();
}

/** Position of the slider that is nearest to a price. */
export function toPosition({ least, most }: PriceScale, price: string): number {
  const value = Number(price);
  if (value <= 0) return 0;
  const share = Math.log(value / least) / Math.log(most / least);
  return Math.round(1 + Math.max(0, Math.min(1, share)) * (SLIDER_STEPS - 1));
}

/** Prices at which the choice changes, as shares of the width of the slider, 0 to 1. */
export function placeChanges(scale: PriceScale, ranges: readonly WinningRange[]): number[] {
  return ranges
    .map(({ from }) => from)
    .filter((from) => Number(from) > 0)
    .map((from) => toPosition(scale, from) / SLIDER_STEPS);
}

interface Place {
  readonly cost: number;
  readonly quality: number;
}

const SAMPLES = 80;

/**
 * Points of the line on which a change of quality is worth exactly its cost at a trade price, through the point that wins there:
 * cost = cost of the winner + price x (quality - quality of the winner) / point; above and left of it a point would be better. The
 * sign turns for a metric of which less is better. Costs at or below 0 are left out.
 */
export function traceTradePrice(
  winner: Place,
  price: number,
  { point, direction }: Pick<QualityAxis, 'point' | 'direction'>,
  [from, to]: readonly [number, number],
): (readonly [cost: number, quality: number])[] {
  const sign = direction === 'higher' ? 1 : -1;
  return Array.from({ length: SAMPLES + 1 }, (_, step) => {
    const quality = from + ((to - from) * step) / SAMPLES;
    return [winner.cost + (sign * price * (quality - winner.quality)) / point, quality] as const;
  }).filter(([cost]) => cost > 0);
}

/** Price to start with: that of the policy, else one in the middle of the ranges. */
export function chooseFirstPrice(ranges: readonly WinningRange[], ofPolicy: string | null): string {
  if (ofPolicy !== null) return ofPolicy;
  const changes = ranges.filter(({ from }) => Number(from) > 0);
  const middle = changes[Math.floor((changes.length - 1) / 2)];
  return middle === undefined ? '0' : pickPriceWithin(middle);
}

/** Trade price of a policy for a point of the axis; null where it states none. */
export function choosePolicyPrice(
  region: Pick<AcceptanceRegion, 'tradePrice'> | null,
  axis: Pick<QualityAxis, 'point'> | null,
): string | null {
  if (region?.tradePrice == null || axis === null) return null;
  const { perPoint, point } = region.tradePrice;
  return decimal(perPoint).times(axis.point).dividedBy(point).toFixed();
}
