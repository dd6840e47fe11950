import { type CostQuality, findPointFrontier, sortByCost } from './point-frontier.ts';

/** A range of the price of a unit of quality, in the unit of cost. */
export interface TradePriceRange {
  readonly from: number;
  /** Null: unlimited. */
  readonly to: number | null;
}

/**
 * For each point the range of lambda, the money that a unit of quality is worth, in which lambda x quality - cost is largest; null where it never
 * is. These points are the upper concave hull of the frontier; neighbours on it share the end (difference of cost) / (difference of
 * quality). Equal points share a range.
 *
 * @example findTradePrices([{ cost: 1, quality: 0 }, { cost: 3, quality: 1 }]) // [{ from: 0, to: 2 }, { from: 2, to: null }]
 */
export function findTradePrices(points: readonly CostQuality[]): (TradePriceRange | null)[] {
  const isOn = findPointFrontier(points);
  const frontier = sortByCost(points).filter((at) => isOn[at] === true);
  const hull: CostQuality[] = [];
  for (const at of frontier) {
    const point = points[at] as CostQuality;
    if (hull.at(-1)?.quality === point.quality) continue;
    while (hull.length > 1 && computeSlope(hull.at(-2), hull.at(-1)) >= computeSlope(hull.at(-1), point)) hull.pop();
    hull.push(point);
  }
  const ranges = new Map(
    hull.map((point, at) => [
      point.quality,
      {
        from: at === 0 ? 0 : computeSlope(hull[at - 1], point),
        to: at === hull.length - 1 ? null : computeSlope(point, hull[at + 1]),
      },
    ]),
  );
  return points.map(({ quality }, at) => (isOn[at] === true ? (ranges.get(quality) ?? null) : null));
}

function computeSlope(from: CostQuality | undefined, to: CostQuality | undefined): number {
  if (from === undefined || to === undefined) return Number.NaN;
  return (to.cost - from.cost) / (to.quality - from.quality);
}
