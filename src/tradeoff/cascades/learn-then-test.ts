import type { Configurations } from './configurations.ts';
import { computeMoments, type Pooled, poolFolds, type Selected, type SelectionQuestion } from './select-cascade.ts';

/** Longest sequence of tests; later tests of a long sequence rarely are reached. */
const MOST_TESTS = 60;

/** Differences of quality of a cascade to the baseline over the rows of a test; larger is better. */
export interface TestedSums {
  readonly rows: number;
  readonly difference: number;
  /** Sum of the squares of the differences: for outcomes of 0 and 1 the number of pairs that differ. */
  readonly square: number;
}

/** Whether a loss of the margin or more is rejected. */
export type NonInferiorityTest = (sums: TestedSums) => boolean;

/**
 * Learn then Test (Angelopoulos et al. 2021, arXiv 2110.01052) with a sequence that is fixed before its tests: half of the folds orders the cascades
 * from the safest to the cheapest, the other half tests "the loss of quality is at least the margin" for each in that order, one-sided at
 * the level of `criticalValue`, and stops at the first test that does not reject. The last rejected cascade is non-inferior with
 * confidence 1 - level. Null where none is rejected, or none saves anything. `isProven` replaces the test, which else is that of a mean
 * with a normal approximation.
 */
export function selectByLearnThenTest(
  configurations: Configurations,
  question: SelectionQuestion,
  isProven: NonInferiorityTest = (sums) => isProvenByMean(sums, question),
): Selected | null {
  const half = (parity: number) =>
    poolFolds(
      configurations,
      Float64Array.from({ length: configurations.folds }, (_, fold) => (fold % 2 === parity ? 1 : 0)),
    );
  const [learning, testing] = [half(0), half(1)];
  const sequence = orderSafestFirst(learning, question.margin);
  let selected: Selected | null = null;
  for (const cascade of sequence) {
    const [difference, square] = [testing.difference[cascade] as number, testing.square[cascade] as number];
    if (!isProven({ rows: testing.rows, difference, square })) break;
    const saving = 1 - (testing.cost[cascade] as number) / testing.baselineCost;
    selected = { cascade, saving, difference: difference / testing.rows, optimism: 0, chance: null };
  }
  return selected;
}

function isProvenByMean(
  { rows, difference, square }: TestedSums,
  { margin, criticalValue }: SelectionQuestion,
): boolean {
  const mean = difference / rows;
  const deviation = Math.sqrt(Math.max(0, square / rows - mean * mean));
  return mean + margin > (criticalValue * deviation) / Math.sqrt(rows);
}

/** Cascades that save, none of which another one exceeds in saving and in standard errors above -margin; the safest first. Of equal costs the safest. */
function orderSafestFirst(pooled: Pooled, margin: number): number[] {
  const safety = (cascade: number): number => {
    const { difference, deviation } = computeMoments(pooled, cascade);
    const excess = difference + margin;
    return deviation === 0 ? Math.sign(excess) * Number.POSITIVE_INFINITY : excess / deviation;
  };
  const cheapestFirst = Array.from(pooled.cost, (_, cascade) => cascade)
    .filter((cascade) => (pooled.cost[cascade] as number) < pooled.baselineCost)
    .map((cascade) => ({ cascade, cost: pooled.cost[cascade] as number, reached: safety(cascade) }))
    .sort((a, b) => a.cost - b.cost || (a.reached === b.reached ? 0 : b.reached - a.reached));
  const chain: number[] = [];
  let safest = 0;
  for (const { cascade, reached } of cheapestFirst) {
    if (!(reached > safest)) continue;
    safest = reached;
    chain.push(cascade);
  }
  return thinOut(chain.toReversed(), MOST_TESTS);
}

/** At most `most` of a list at equal distances, the first among them. */
function thinOut(list: readonly number[], most: number): number[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, at) => list[Math.floor((at * list.length) / most)] as number);
}
