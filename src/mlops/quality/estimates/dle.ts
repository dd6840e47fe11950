import { type BoostedTrees, fitTrees, predictByTrees } from './boosted-trees.ts';
import { computeErrors, type Figure, type Spread } from './figure.ts';

export const DLE_METRICS = ['mae', 'rmse'] as const;
export type DleMetric = (typeof DLE_METRICS)[number];

/** Rows of a model of numbers: what its loss may depend on, a column each, the output among them; NaN where unknown. */
export type FeatureRows = readonly Float64Array[];

interface LossModel {
  readonly trees: BoostedTrees;
  readonly spread: Spread;
}

export interface Dle {
  readonly losses: Readonly<Record<DleMetric, LossModel>>;
  readonly referenceRows: number;
}

/** Facts of the reference for estimates over rows with predicted losses. */
export interface LossReference {
  readonly spreads: Readonly<Record<DleMetric, Spread>>;
  readonly referenceRows: number;
}

/** Rows of a window that have an output, and the mean of their predicted losses; null: there is no such row. */
export interface PredictedLosses {
  readonly rows: number;
  readonly means: Readonly<Record<DleMetric, number | null>>;
}

/** Fits the error of a labelled reference to the inputs and output of the model. Needs at least one row. */
export function fitDle(features: FeatureRows, error: Float64Array): Dle {
  return {
    losses: {
      mae: learnLossModel(features, error.map(Math.abs)),
      rmse: learnLossModel(
        features,
        error.map((e) => e ** 2),
      ),
    },
    referenceRows: error.length,
  };
}

function learnLossModel(features: FeatureRows, loss: Float64Array): LossModel {
  const mean = computeMean(loss);
  const variance = computeMean(loss.map((value) => (value - mean) ** 2));
  return { trees: fitTrees(features, loss), spread: { deviation: Math.sqrt(variance), share: 1 } };
}

/** The loss of each row by the second model, none below 0. */
export function predictLosses({ losses }: Dle, features: FeatureRows): Record<DleMetric, Float64Array> {
  const predict = ({ trees }: LossModel) => predictByTrees(trees, features).map((loss) => Math.max(0, loss));
  return { mae: predict(losses.mae), rmse: predict(losses.rmse) };
}

export function buildLossReference({ losses, referenceRows }: Dle): LossReference {
  return { spreads: { mae: losses.mae.spread, rmse: losses.rmse.spread }, referenceRows };
}

/**
 * Estimates the error of a regression model on rows without labels (direct loss estimation, NannyML): a second model,
 * learned on the reference, predicts the loss of each row, at least 0. The mean is the estimate; for `rmse` its root. For
 * `rmse`, `error` is on the squared scale too: the caller takes the root of the interval's ends. Right while errors depend
 * on the inputs as they did in the reference.
 */
export function estimateLosses(
  { spreads, referenceRows }: LossReference,
  { rows, means }: PredictedLosses,
): Record<DleMetric, Figure> {
  const figure = (metric: DleMetric): Figure => {
    const value = means[metric];
    return rows === 0 || value === null
      ? { reason: 'no prediction is a number' }
      : { value, ...computeErrors(spreads[metric], rows, { rows: referenceRows, learned: 0 }) };
  };
  return { mae: figure('mae'), rmse: figure('rmse') };
}

function computeMean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
