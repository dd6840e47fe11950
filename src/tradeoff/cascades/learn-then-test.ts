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
 * confidence 1 - level. Null where none is rejected, or none saves anything.
 */
export function selectByLearnThenTest(configurations: Configurations, question: SelectionQuestion): Selected | null {
  const { testing, proven } = testInOrder(configurations, question.margin, (sums) => isProvenByMean(sums, question));
  const cascade = proven.at(-1);
  if (cascade === undefined) return null;
  return {
    cascade,
    saving: 1 - (testing.cost[cascade] as number) / testing.baselineCost,
    difference: (testing.difference[cascade] as number) / testing.rows,
    optimism: 0,
    chance: null,
  };
}

/**
 * The cascades that Learn then Test proves, from the safest to the cheapest; empty where none is proven. All of them together are non-inferior
 * with the confidence of one `isProven`, so that a caller may choose any.
 *
 * @example listProven(buildTwoStages(sums), 0.01, isProven).at(-1) // the cheapest
 */
export function listProven(configurations: Configurations, margin: number, isProven: NonInferiorityTest): number[] {
  return testInOrder(configurations, margin, isProven).proven;
}

function testInOrder(configurations: Configurations, margin: number, isProven: NonInferiorityTest) {
  const half = (parity: number) =>
    poolFolds(
      configurations,
      Float64Array.from({ length: configurations.folds }, (_, fold) => (fold % 2 === parity ? 1 : 0)),
    );
  const [learning, testing] = [half(0), half(1)];
  const proven: number[] = [];
  for (const cascade of orderSafestFirst(learning, margin)) {
    const [difference, square] = [testing.difference[cascade] as number, testing.square[cascade] as number];
    if (!isProven({ rows: testing.rows, difference, square })) break;
    proven.push(cascade);
  }
  return { testing, proven };
}

function isProvenByMean(
  { rows, difference, square }: TestedSums,
  { margin, criticalValue }: SelectionQuestion,
): boolean {
  const mean = difference / rows;
  const deviation = Math.sqrt(Math.max(0, square / rows - mean * mean));
  return mean + margin > (criticalValue * deviation) / Math.sqrt(rows);
}

/** Cascades that save, none of which another one exceeds in saving and in standard errors above -margin; the safest first. */
function orderSafestFirst(pooled: Pooled, margin: number): number[] {
  const safety = (cascade: number): number => {
    const { difference, deviation } = computeMoments(pooled, cascade);
    const excess = difference + margin;
    return deviation === 0 ? Math.sign(excess) * Number.POSITIVE_INFINITY : excess / deviation;
  };
  const cheapestFirst = Array.from(pooled.cost, (_, cascade) => cascade)
    .filter((cascade) => (pooled.cost[cascade] as number) < pooled.baselineCost)
    .sort((a, b) => (pooled.cost[a] as number) - (pooled.cost[b] as number));
  const chain: number[] = [];
  let safest = 0;
  for (const cascade of cheapestFirst) {
    const reached = safety(cascade);
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
