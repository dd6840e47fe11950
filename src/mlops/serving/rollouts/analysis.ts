import type { CanaryAnalysis } from '../../endpoint-spec/schema.ts';
import type { HeldResource } from '../../replicas/index.ts';
import type { ReplicaPrice } from '../autoscaling/price.ts';
import type { BusyEvidence } from './busy-evidence.ts';
import type { RolloutCheck } from './schema.ts';

/** Responses in the order of their end, as counts: batches of equal size from which dependence in time is estimated. */
export interface ResponseBatch {
  readonly requests: number;
  readonly errors: number;
}

/** Measurements of one side in one step, of requests that were assigned to it at random. */
export interface SideEvidence {
  readonly requests: number;
  readonly errors: number;
  readonly batches: readonly ResponseBatch[];
  /** Times to the complete response in milliseconds, above 0, in the order of arrival: of every `stride`-th response. */
  readonly latenciesMs: readonly number[];
  readonly stride: number;
  /** Replica time of the requests; empty where no check needs it. */
  readonly busy: BusyEvidence;
}

/** Prices per hour of the resources of one side, by their place in its evidence; null: the price book has none. */
export type SidePrices = readonly (ReplicaPrice | null)[];

/** Prices in force at the evaluation, which hold for all requests of the step on both sides. */
export interface PriceEvidence {
  readonly live: SidePrices;
  readonly canary: SidePrices;
  /** Reason why prices could not be read; null where they were. */
  readonly reason: string | null;
}

/** Values of a Prometheus query of both sides at the same instants. */
export interface SeriesEvidence {
  /** By instant; both arrays have one length. */
  readonly live: readonly number[];
  readonly canary: readonly number[];
  /** Instants of the step so far, with and without values. */
  readonly instants: number;
  /** Reason why the values cannot be judged; null where they can. */
  readonly reason: string | null;
}

/** Outcomes of labelled predictions of both sides in one cohort. */
export interface QualityEvidence {
  readonly live: { readonly successes: number; readonly n: number };
  readonly canary: { readonly successes: number; readonly n: number };
  /** Reason why there are no outcomes; null where there are. */
  readonly reason: string | null;
}

/** Neither side has a labelled prediction; the reason is added. */
export const NO_OUTCOMES = { live: { successes: 0, n: 0 }, canary: { successes: 0, n: 0 } } as const;

/** All that one evaluation of a step is based on. */
export interface CanaryEvidence {
  /** Share of the traffic that the canary should have, 0 to 1. */
  readonly share: number;
  /** Whether requests are assigned one by one; false for sticky traffic, which is assigned by caller. */
  readonly isAssignedByRequest: boolean;
  readonly live: SideEvidence;
  readonly canary: SideEvidence;
  /** By the place of the check; null for other checks. */
  readonly quality: readonly (QualityEvidence | null)[];
  /** By the place of the check; null for other checks. */
  readonly series: readonly (SeriesEvidence | null)[];
  /** Null where no check needs them. */
  readonly prices: PriceEvidence | null;
  /** Information of earlier planned looks of each check in this step, as fractions of that of the last look. */
  readonly fractions: readonly (readonly number[])[];
  /** Checks at the look before; null at the first of the step. */
  readonly previous: readonly RolloutCheck[] | null;
}

export interface CanaryJudgement {
  /** In the order of the analysis. */
  readonly checks: readonly RolloutCheck[];
  /** Names of the checks that show harm after the correction for several checks and steps. */
  readonly harmed: readonly string[];
  /** Whether all checks pass and the traffic was split as intended. */
  readonly isProven: boolean;
  /** Why the split of the traffic makes a comparison invalid; null where it was split as intended. */
  readonly splitProblem: string | null;
  readonly fractions: readonly (readonly number[])[];
}

export interface AnalysisQuestion {
  readonly analysis: CanaryAnalysis;
  /** Steps of the rollout, each with its own evidence: the error of a rollback is divided among them. */
  readonly steps: number;
}

/** Judges one evaluation of a canary; pure. Implemented by tradeoff; supplied by the caller. */
export type JudgeCanary = (evidence: CanaryEvidence, question: AnalysisQuestion) => CanaryJudgement;

export interface ServedModel {
  readonly model: string;
  readonly version: string;
}

export interface QualityQuestion {
  readonly endpoint: string;
  /** Metric of the monitor of the model; null: its first. */
  readonly metric: string | null;
  readonly live: readonly ServedModel[];
  readonly canary: readonly ServedModel[];
  /** UTC instants, [start, end) of the predictions. */
  readonly start: string;
  readonly end: string;
}

/** Outcomes of the labelled predictions of both sides. Implemented by a bridge to monitoring; supplied by the caller. */
export type ReadCanaryQuality = (question: QualityQuestion) => Promise<QualityEvidence>;

export interface SeriesQuestion {
  /** Name of a GpuSource of type prometheus. */
  readonly source: string;
  /** PromQL of each side. */
  readonly live: string;
  readonly canary: string;
  /** First and last instant, Unix milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Values of both sides from a Prometheus; a failure is a reason. Implemented by a bridge to finops; supplied by the caller. */
export type ReadCanarySeries = (question: SeriesQuestion, signal: AbortSignal) => Promise<SeriesEvidence>;

/** Present price per hour of a resource; null: the price book has none. Implemented by finops; supplied by the caller. */
export type ReadReplicaPrice = (held: HeldResource) => Promise<ReplicaPrice | null>;

/** The analysis of canaries, as serving needs it. */
export interface CanaryAnalyst {
  readonly judge: JudgeCanary;
  readonly readQuality: ReadCanaryQuality;
  readonly readSeries: ReadCanarySeries;
  readonly readPrice: ReadReplicaPrice;
}
