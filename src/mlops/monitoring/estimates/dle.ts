import { type BoostedTrees, fitTrees, predictByTrees } from './boosted-trees.ts';
import { errorsOf, type Figure, type Spread } from './figure.ts';

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

/** Learns how large the error of a labelled reference is by what the model saw and said. At least one row. */
export function fitDle(features: FeatureRows, error: Float64Array): Dle {
  return {
    losses: {
      mae: lossModel(features, error.map(Math.abs)),
      rmse: lossModel(
        features,
        error.map((e) => e ** 2),
      ),
    },
    referenceRows: error.length,
  };
}

function lossModel(features: FeatureRows, loss: Float64Array): LossModel {
  const mean = meanOf(loss);
  const variance = meanOf(loss.map((value) => (value - mean) ** 2));
  return { trees: fitTrees(features, loss), spread: { deviation: Math.sqrt(variance), share: 1 } };
}

/**
 * Error of a model of numbers on rows whose labels are not known (direct loss estimation, NannyML): a second model, learned on
 * the reference, says how large the loss of each row is; none below 0; the mean is the estimate, its root for `rmse`. Its `error` is in the
 * square there, too: the caller takes the root of the ends. Right while errors depend on the inputs as they did in the reference.
 */
export function estimateLosses({ losses, referenceRows }: Dle, features: FeatureRows): Record<DleMetric, Figure> {
  const rows = features[0]?.length ?? 0;
  const meanLoss = ({ trees, spread }: LossModel): Figure =>
    rows === 0
      ? { reason: 'there is no prediction that is a number' }
      : {
          value: meanOf(predictByTrees(trees, features).map((loss) => Math.max(0, loss))),
          ...errorsOf(spread, rows, { rows: referenceRows, learned: 0 }),
        };
  return { mae: meanLoss(losses.mae), rmse: meanLoss(losses.rmse) };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
