import type { MonitorSpec } from '../../monitors/schema.ts';

/** Answers of a version or of a route, as one side of a comparison on an endpoint. */
export interface ServedArm {
  readonly model: string;
  /** Further models of the stages of a route; left out: none. */
  readonly otherModels?: readonly string[];
  /** null: any version, for a route, whose answers have the version of the stage that gave them. */
  readonly version: string | null;
  /** Variant or route of the endpoint; null: any variant with this version. */
  readonly variant: string | null;
}

export interface LiveScoresQuestion {
  /** Monitor of the model of the baseline: join of labels, and definition of the metric. */
  readonly monitor: MonitorSpec;
  /** Name of a metric of the monitor, such as `accuracy` or `ndcg@10`. */
  readonly metric: string;
  readonly endpoint: string;
  /** UTC instants: predictions made in `[start, end)`. */
  readonly start: string;
  readonly end: string;
  /** UTC instant; rows that arrived later are left out. */
  readonly knownAt: string;
  readonly arms: { readonly baseline: ServedArm; readonly candidate: ServedArm };
  /**
   * `pairs`: predictions that one arm answered and of which the other arm answered a shadow copy; `arms`: predictions that either arm
   * answered, in two independent groups.
   */
  readonly design: 'pairs' | 'arms';
}

/** Predictions that clients got from an arm, in the period. */
export interface ArmPredictions {
  readonly predictions: number;
  /** Those with a label. */
  readonly labelled: number;
  /** labelled / predictions, 0 to 1; null: no predictions. */
  readonly completeness: number | null;
}

interface ArmFacts {
  readonly arms: { readonly baseline: ArmPredictions; readonly candidate: ArmPredictions };
  /** Clusters in all; more than `clusters` has where these were thinned by the hash of their names, to 200,000. */
  readonly clusterCount: number;
}

/** Scores of two arms on the same requests. */
export interface PairedScores extends ArmFacts {
  readonly design: 'pairs';
  /**
   * For each cluster (entity; a prediction without an entity is its own cluster) the number of its scored pairs, and the sums of the scores
   * of either arm, in the unit of the metric.
   */
  readonly clusters: readonly { readonly n: number; readonly baseline: number; readonly candidate: number }[];
  readonly pairs: {
    /** Pairs with two scores, over all clusters. */
    readonly n: number;
    /** Pairs without a label so far. */
    readonly withoutLabel: number;
    /** Labelled pairs in which an answer or the label does not fit the metric. */
    readonly unscored: number;
  };
  /** Pairs by their scores of 0 or 1, over all clusters; null: the metric is no share. */
  readonly counts: {
    readonly both: number;
    readonly onlyCandidate: number;
    readonly onlyBaseline: number;
    readonly neither: number;
  } | null;
}

/** Scores of two arms on different requests. */
export interface ArmScores extends ArmFacts {
  readonly design: 'arms';
  /** For each cluster and arm the number of scored predictions and the sum of their scores, in the unit of the metric. */
  readonly clusters: readonly { readonly arm: 'baseline' | 'candidate'; readonly n: number; readonly sum: number }[];
  /** Scored predictions and sum of their scores, over all clusters. */
  readonly totals: {
    readonly baseline: { readonly n: number; readonly sum: number };
    readonly candidate: { readonly n: number; readonly sum: number };
  };
  /** Clusters with scored predictions of both arms: more than 0 where requests are not assigned by entity. */
  readonly sharedClusters: number;
}

/** The question has no scores. */
export interface NoScores {
  readonly design: 'none';
  readonly reason: string;
}

export type LiveScores = PairedScores | ArmScores | NoScores;
