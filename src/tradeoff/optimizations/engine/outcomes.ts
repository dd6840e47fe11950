/**
 * Scores of one cluster of predictions in both arms, on the same requests. A cluster is a caller or an entity (a user), else a single
 * prediction: clusters are independent of each other, predictions of one cluster need not be.
 */
export interface PairedCluster {
  /** Predictions with both answers and a label. */
  readonly n: number;
  /** Sum of the scores of the baseline's answers. */
  readonly baseline: number;
  /** Sum of the scores of the candidate's answers. */
  readonly candidate: number;
}

/** Sum of the values of one cluster in one arm. */
export interface ArmCluster {
  readonly n: number;
  readonly sum: number;
}

/** Values of both arms: on the same requests (`pairs`), or on separate requests that were assigned at random (`arms`). */
export type ArmOutcomes =
  | { readonly design: 'pairs'; readonly clusters: readonly PairedCluster[] }
  | { readonly design: 'arms'; readonly baseline: readonly ArmCluster[]; readonly candidate: readonly ArmCluster[] };

/** Largest accepted loss: in the unit of the metric, or as a share of the mean of the baseline. */
export type Margin =
  | { readonly scale: 'absolute'; readonly value: number }
  | { readonly scale: 'relative'; readonly value: number };

export type Direction = 'higher' | 'lower';

/** Predictions of the smaller arm; pairs where both arms answered the same requests. */
export function countPredictions(outcomes: ArmOutcomes): number {
  const count = (clusters: readonly { readonly n: number }[]) => clusters.reduce((sum, { n }) => sum + n, 0);
  return outcomes.design === 'pairs'
    ? count(outcomes.clusters)
    : Math.min(count(outcomes.baseline), count(outcomes.candidate));
}
