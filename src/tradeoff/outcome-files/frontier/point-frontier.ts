/** A point by its estimates. */
export interface CostQuality {
  readonly cost: number;
  readonly quality: number;
}

/**
 * Whether each point is on the frontier of cost and quality: no other costs at most as much and is at least as good, one of both strictly.
 * Equal points are on it together. Time: n log n.
 *
 * @example findPointFrontier([{ cost: 1, quality: 0.5 }, { cost: 2, quality: 0.4 }]) // [true, false]
 */
export function findPointFrontier(points: readonly CostQuality[]): boolean[] {
  const isOn = points.map(() => false);
  let best = Number.NEGATIVE_INFINITY;
  let costOfBest = Number.NaN;
  for (const at of sortByCost(points)) {
    const { cost, quality } = points[at] as CostQuality;
    isOn[at] = quality > best || (quality === best && cost === costOfBest);
    if (quality <= best) continue;
    best = quality;
    costOfBest = cost;
  }
  return isOn;
}

/** Places of the points by cost, the best first among equal costs. */
export function sortByCost(points: readonly CostQuality[]): number[] {
  const places = points.map((_, at) => at);
  return places.sort((a, b) => {
    const [left, right] = [points[a] as CostQuality, points[b] as CostQuality];
    return left.cost - right.cost || right.quality - left.quality || a - b;
  });
}
