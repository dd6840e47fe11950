import { computeNormalCdf, createRandom } from '../../platform/numbers/index.ts';
import type { Configurations } from './configurations.ts';

/** The question that the held-out rows will answer. */
export interface SelectionQuestion {
  readonly margin: number;
  /** Normal quantile of the test, such as 1.96. */
  readonly criticalValue: number;
  /** Rows of the test. */
  readonly unseenRows: number;
}

/** A cascade with its figures on the fit rows. */
export interface Selected {
  readonly cascade: number;
  /** Share of the cost of the baseline that is saved. */
  readonly saving: number;
  readonly difference: number;
  /** Expected excess of `difference` over the value on other rows, because the best of many was selected. */
  readonly optimism: number;
  /** Predicted chance that the test on the unseen rows is passed; null without a prediction. */
  readonly chance: number | null;
}

/** Draws of the bootstrap for the optimism. */
const DRAWS = 20;
const SEED = 20_201;
/** A smaller saving is a rounding error. */
const LEAST_SAVING = 1e-9;

/** Sums over all rows, with each fold counted `weights[fold]` times. */
export interface Pooled {
  readonly rows: number;
  readonly baselineCost: number;
  readonly difference: Float64Array;
  readonly square: Float64Array;
  readonly cost: Float64Array;
}

/**
 * Selects the cascade with the largest expected saving that passes: saving x P(the lower end of the interval on the unseen rows is above
 * -margin). The estimate on the fit rows and that on the unseen rows both vary: with d and s the mean and standard deviation of the
 * difference, m fit rows and n unseen rows, P = Phi((d - optimism + margin - z s / sqrt n) / (s sqrt(1/m + 1/n))). The optimism of
 * selection is estimated by a bootstrap over the folds: the mean of difference(selected on the draw) on the draw less that on all rows.
 * Null where no cascade saves anything.
 */
export function selectCascade(configurations: Configurations, question: SelectionQuestion): Selected | null {
  const whole = poolFolds(configurations, new Float64Array(configurations.folds).fill(1));
  const random = createRandom(SEED);
  let excess = 0;
  let drawn = 0;
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const pooled = poolFolds(configurations, drawWeights(configurations.folds, random));
    const best = findBest(pooled, question, 0);
    if (best === null) continue;
    excess += best.difference - (whole.difference[best.cascade] as number) / whole.rows;
    drawn += 1;
  }
  const optimism = drawn === 0 ? 0 : Math.max(0, excess / drawn);
  return findBest(whole, question, optimism);
}

/** The cascade with the best quality among those that save, whatever its chance; null where none saves. */
export function findBestThatSaves(configurations: Configurations): number | null {
  const whole = poolFolds(configurations, new Float64Array(configurations.folds).fill(1));
  let best: number | null = null;
  for (let cascade = 0; cascade < configurations.count; cascade += 1) {
    const saves = (whole.cost[cascade] as number) < whole.baselineCost * (1 - LEAST_SAVING);
    const quality = whole.difference[cascade] as number;
    if (saves && (best === null || quality > (whole.difference[best] as number))) best = cascade;
  }
  return best;
}

/** How often each fold is drawn, of as many draws as there are folds. */
function drawWeights(folds: number, random: () => number): Float64Array {
  const weights = new Float64Array(folds);
  for (let draw = 0; draw < folds; draw += 1) {
    const fold = Math.floor(random() * folds);
    weights[fold] = (weights[fold] as number) + 1;
  }
  return weights;
}

/** Sums over the folds with their weights; weight 0 leaves a fold out. */
export function poolFolds(configurations: Configurations, weights: Float64Array): Pooled {
  const { count, folds, rows, baselineCost, sums } = configurations;
  const add = (list: Float64Array): Float64Array => {
    const pooled = new Float64Array(count);
    for (let fold = 0; fold < folds; fold += 1) {
      const weight = weights[fold] as number;
      if (weight === 0) continue;
      const base = fold * count;
      for (let at = 0; at < count; at += 1) pooled[at] = (pooled[at] as number) + weight * (list[base + at] as number);
    }
    return pooled;
  };
  const addWeighted = (list: Float64Array): number =>
    list.reduce((sum, value, fold) => sum + value * (weights[fold] as number), 0);
  return {
    rows: addWeighted(rows),
    baselineCost: addWeighted(baselineCost),
    difference: add(sums.difference),
    square: add(sums.square),
    cost: add(sums.cost),
  };
}

function findBest(pooled: Pooled, question: SelectionQuestion, optimism: number): Selected | null {
  let best: Selected | null = null;
  let bestValue = LEAST_SAVING;
  for (let cascade = 0; cascade < pooled.cost.length; cascade += 1) {
    const saving = 1 - (pooled.cost[cascade] as number) / pooled.baselineCost;
    // The chance is at most 1.
    if (!(saving > bestValue)) continue;
    const { difference, deviation } = computeMoments(pooled, cascade);
    const chance = predictChance(difference - optimism, deviation, pooled.rows, question);
    if (saving * chance <= bestValue) continue;
    bestValue = saving * chance;
    best = { cascade, saving, difference, optimism, chance };
  }
  return best;
}

/** Mean and standard deviation of the difference of quality of a cascade. */
export function computeMoments(pooled: Pooled, cascade: number): { difference: number; deviation: number } {
  const difference = (pooled.difference[cascade] as number) / pooled.rows;
  const variance = (pooled.square[cascade] as number) / pooled.rows - difference * difference;
  return { difference, deviation: Math.sqrt(Math.max(0, variance)) };
}

function predictChance(
  expected: number,
  deviation: number,
  fitRows: number,
  { margin, criticalValue, unseenRows }: SelectionQuestion,
): number {
  const excess = expected + margin - (criticalValue * deviation) / Math.sqrt(unseenRows);
  if (deviation === 0) return excess > 0 ? 1 : 0;
  return computeNormalCdf(excess / (deviation * Math.sqrt(1 / fitRows + 1 / unseenRows)));
}
