import type { AcceptanceRegion, QualityAxis } from '../../../src/tradeoff/frontier/schema.ts';

export type Domain = readonly [from: number, to: number];

/** Bounds of the region that a policy accepts, in the units of the axes; null: no bound on that side. */
export interface RegionBounds {
  readonly lowestQuality: number | null;
  readonly highestQuality: number | null;
  readonly highestCost: number | null;
}

/** The tightest bounds of the rules. */
export function findRegionBounds({ quality, cost }: AcceptanceRegion): RegionBounds {
  const bounds = (comparison: '>=' | '<=') =>
    quality.filter((rule) => rule.comparison === comparison).map(({ bound }) => bound);
  const [floors, ceilings, costs] = [bounds('>='), bounds('<='), cost.map(({ bound }) => Number(bound))];
  return {
    lowestQuality: floors.length === 0 ? null : Math.max(...floors),
    highestQuality: ceilings.length === 0 ? null : Math.min(...ceilings),
    highestCost: costs.length === 0 ? null : Math.min(...costs),
  };
}

const SAMPLES = 60;

/**
 * Corners of the accepted region within the axes, as (cost, quality); empty where the policy bounds neither axis, or accepts nothing
 * that is in view. The trade price of a policy is a line through its baseline: a point may cost at most
 * fromCost + perPoint x (quality - fromQuality) / point.
 */
export function outlineRegion(
  region: AcceptanceRegion,
  { direction }: Pick<QualityAxis, 'direction'>,
  domains: { readonly cost: Domain; readonly quality: Domain },
): (readonly [cost: number, quality: number])[] {
  const { lowestQuality, highestQuality, highestCost } = findRegionBounds(region);
  const { tradePrice } = region;
  if (lowestQuality === null && highestQuality === null && highestCost === null && tradePrice === null) return [];
  const low = Math.max(domains.quality[0], lowestQuality ?? Number.NEGATIVE_INFINITY);
  const high = Math.min(domains.quality[1], highestQuality ?? Number.POSITIVE_INFINITY);
  if (low >= high) return [];
  const sign = direction === 'higher' ? 1 : -1;
  const most = (quality: number) => {
    const line =
      tradePrice === null
        ? Number.POSITIVE_INFINITY
        : Number(tradePrice.fromCost) +
          (sign * Number(tradePrice.perPoint) * (quality - tradePrice.fromQuality)) / tradePrice.point;
    return Math.min(domains.cost[1], highestCost ?? Number.POSITIVE_INFINITY, line);
  };
  const steps = tradePrice === null ? 1 : SAMPLES;
  const right = Array.from({ length: steps + 1 }, (_, step) => low + ((high - low) * step) / steps)
    .map((quality) => [most(quality), quality] as const)
    .filter(([cost]) => cost > domains.cost[0]);
  const [first, last] = [right[0], right.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [...right, [domains.cost[0], last[1]], [domains.cost[0], first[1]]];
}
