import type { FrontierPoint } from '../schema.ts';
import { type CostQuality, findPointFrontier, sortByCost } from './point-frontier.ts';
import { findTradePrices } from './trade-price.ts';

/** A candidate with its estimates; larger quality is better. */
export interface Candidate extends CostQuality {
  readonly name: string;
  /** Sample size of the quality; null: unknown. */
  readonly n: number | null;
  /** Ends of the interval of the quality; null: unknown. */
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Whether the quality of one candidate, by its place, is higher than that of another with confidence; null: cannot be tested. */
export type IsBetter = (place: number, other: number) => boolean | null;

/**
 * Classifies candidates by cost and quality. `frontier`: on the frontier by estimates. `dominated`: some other costs at most as much and is
 * better with confidence. `tied`: off the frontier, and no such other. Where a pair cannot be tested, its estimates decide, so
 * that without sample sizes there are no ties. `point`: quality of one point, for the trade prices.
 * The answer is in the order of cost.
 */
export function evaluatePoints(candidates: readonly Candidate[], isBetter: IsBetter, point: number): FrontierPoint[] {
  const isOn = findPointFrontier(candidates);
  const prices = findTradePrices(candidates);
  const order = sortByCost(candidates);
  const frontier = order.filter((at) => isOn[at] === true);
  return order.map((at) => {
    const { name, quality, lower, upper, cost, n } = candidates[at] as Candidate;
    const range = prices[at] ?? null;
    return {
      name,
      quality: { estimate: quality, lower, upper },
      cost,
      n,
      onPointFrontier: isOn[at] === true,
      ...(isOn[at] === true ? ON_FRONTIER : classify(candidates, at, frontier, order, isBetter)),
      tradePrice: range && { from: range.from * point, to: range.to === null ? null : range.to * point },
    };
  });
}

const ON_FRONTIER = { status: 'frontier', by: [] as string[] } as const;

/** Status of a candidate off the frontier. Frontier points come first in `by`: a reader chooses among these. */
function classify(
  candidates: readonly Candidate[],
  at: number,
  frontier: readonly number[],
  order: readonly number[],
  isBetter: IsBetter,
): Pick<FrontierPoint, 'status' | 'by'> {
  const { cost, quality } = candidates[at] as Candidate;
  const isAbove = (other: number): boolean => {
    const one = candidates[other] as Candidate;
    return other !== at && one.cost <= cost && one.quality >= quality;
  };
  const nameAll = (places: readonly number[]): string[] => places.map((place) => candidates[place]?.name ?? '');
  const above = frontier.filter(isAbove);
  for (const places of [above, order.filter(isAbove)]) {
    const better = places.filter((other) => isBetter(other, at) ?? true);
    if (better.length > 0) return { status: 'dominated', by: nameAll(better) };
  }
  return { status: 'tied', by: nameAll(above) };
}
