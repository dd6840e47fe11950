import { sumCounts } from '../samples.ts';

/** Probabilities this close are equal, as for R's fisher.test. */
const SAME = 1 + 1e-7;

/** Fisher's exact two-sided test of a 2 x 2 table, with the law of its p-value. */
export interface TwoByTwo {
  readonly pValue: number;
  /** Chance that the p-value is at most `limit` when nothing differs: the largest p-value up to it that there can be. */
  chanceUpTo(limit: number): number;
}

/**
 * The law of how many of `marked` rows, out of all rows of both sides, lie on the second side, given how many there are: that of
 * chance alone. Tables are ordered by their probability. Unlike a sum of logarithms it takes steps from the most likely table and
 * so a time that grows with the root of the rows. Example: 3 of 4 against 1 of 4 marked -> 0.4857….
 */
export function twoByTwo(first: Side, second: Side): TwoByTwo {
  const weights = computeTableWeights(first, second);
  const whole = sumCounts(weights.values);
  const observed = weights.values[second.marked - weights.from] ?? 0;
  return {
    pValue: Math.min(1, tail(weights.values, ({ weight }) => weight <= observed * SAME) / whole),
    chanceUpTo: (limit) =>
      Math.min(1, tail(weights.values, ({ sum }) => sum <= limit * whole * (1 + Number.EPSILON * 64)) / whole),
  };
}

interface Side {
  readonly rows: number;
  readonly marked: number;
}

/** Weights of all tables with these margins, starting at `from` marked rows on the second side, relative to the most likely table. */
function computeTableWeights(first: Side, second: Side): { from: number; values: Float64Array } {
  const [marked, all] = [first.marked + second.marked, first.rows + second.rows];
  const [least, most] = [Math.max(0, marked - first.rows), Math.min(marked, second.rows)];
  const mode = Math.min(most, Math.max(least, Math.floor(((marked + 1) * (second.rows + 1)) / (all + 2))));
  const up = (x: number) => ((marked - x) * (second.rows - x)) / ((x + 1) * (all - marked - second.rows + x + 1));
  const [below, above]: [number[], number[]] = [[], []];
  // Stop where the weight underflows to zero: further terms add nothing.
  for (let [x, weight] = [mode - 1, 1]; x >= least && weight > 0; x -= 1) {
    weight /= up(x);
    below.push(weight);
  }
  for (let [x, weight] = [mode, 1]; x < most && weight > 0; x += 1) {
    weight *= up(x);
    above.push(weight);
  }
  return { from: mode - below.length, values: Float64Array.from([...below.toReversed(), 1, ...above]) };
}

/** The sum of the least weights, those that are equal together, for as long as `takes` says so of the next of them. */
function tail(weights: Float64Array, takes: (next: { weight: number; sum: number }) => boolean): number {
  let [low, high, sum] = [0, weights.length - 1, 0];
  while (low <= high) {
    const weight = Math.min(weights[low] ?? 0, weights[high] ?? 0);
    const before = sum;
    while (low <= high && (weights[low] ?? 0) <= weight * SAME) sum += weights[low++] ?? 0;
    while (low <= high && (weights[high] ?? 0) <= weight * SAME) sum += weights[high--] ?? 0;
    if (!takes({ weight, sum })) return before;
  }
  return sum;
}
