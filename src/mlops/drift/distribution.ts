import { computeLowerQuantile } from '../../platform/numbers/index.ts';
import {
  type CountPair,
  countBins,
  countValues,
  listDistinctValues,
  type NumericPair,
  sumCounts,
} from '../drift-methods/index.ts';
import type { Distribution } from './schema.ts';

/** Bins of a histogram that is looked at. */
const BINS = 24;
/** Categories that are shown; the rest is put together. */
const MOST_CATEGORIES = 20;
/** Share of the values on each side that lies in the first and the last bin: a far outlier must not flatten the rest. */
const TAIL = 0.005;

/** Histograms of both sides over the same bins: even ones between the 0.5 % and 99.5 % quantiles of both together. */
export function spreadOfNumbers(pair: NumericPair): Distribution | null {
  const { reference, current } = pair;
  if (reference.length === 0 || current.length === 0) return null;
  const edges = computeHistogramEdges(pair);
  return {
    kind: 'numbers',
    edges: [...edges],
    reference: [...countBins(reference, edges)],
    current: [...countBins(current, edges)],
  };
}

function computeHistogramEdges({ reference, current }: NumericPair): Float64Array {
  const least = Math.min(reference[0] ?? 0, current[0] ?? 0);
  const most = Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0);
  if (least === most) return Float64Array.of(least - 0.5, most + 0.5);
  const low = Math.min(computeQuantile(reference, TAIL), computeQuantile(current, TAIL));
  const high = Math.max(computeQuantile(reference, 1 - TAIL), computeQuantile(current, 1 - TAIL));
  if (low === high) return Float64Array.of(least, most);
  const edges = Float64Array.from({ length: BINS + 1 }, (_, at) => low + ((high - low) * at) / BINS);
  edges[0] = least;
  edges[BINS] = most;
  return edges;
}

function computeQuantile(sorted: Float64Array, share: number): number {
  return computeLowerQuantile(sorted, share) ?? 0;
}

/** Counts of numbers of few values by their values. */
export function spreadOfValues(pair: NumericPair): Distribution {
  return spreadOfLevels([...listDistinctValues(pair)].map(String), countValues(pair));
}

/** Counts of the most frequent categories of both sides; the rest together. */
export function spreadOfLevels(levels: readonly string[], { reference, current }: CountPair): Distribution {
  const places = levels
    .map((_, at) => ({ at, rows: (reference[at] ?? 0) + (current[at] ?? 0) }))
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, MOST_CATEGORIES)
    .map(({ at }) => at);
  const shown = (counts: Float64Array) => places.map((at) => counts[at] ?? 0);
  return {
    kind: 'categories',
    values: places.map((at) => levels[at] ?? ''),
    reference: shown(reference),
    current: shown(current),
    otherReference: sumCounts(reference) - sumCounts(shown(reference)),
    otherCurrent: sumCounts(current) - sumCounts(shown(current)),
  };
}
