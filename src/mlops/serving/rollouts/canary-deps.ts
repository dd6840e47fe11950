import type { Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { RolloutSpec } from '../../endpoint-spec/schema.ts';
import type {
  CanaryAnalyst,
  PriceEvidence,
  QualityEvidence,
  QualityQuestion,
  SeriesEvidence,
  SeriesQuestion,
} from './analysis.ts';
import type { BusyEvidence } from './busy-evidence.ts';
import type { Side } from './side.ts';

/** Share of the traffic that a canary has now. */
export interface CanaryShare {
  /** Percent of the requests. */
  readonly weight: number;
  readonly liveSide: Side;
  readonly canarySide: Side;
  /** Condition that the step waits for, as text for people. */
  readonly waitsFor: () => string;
}

export interface CanaryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly endpoint: string;
  readonly revision: number;
  readonly spec: RolloutSpec;
  /** Prepares the replicas for a percentage of the traffic. Error: `NotReady`. */
  readonly prepare: (weight: number) => Promise<void>;
  /** Gives the canary this share of the traffic. */
  readonly show: (share: CanaryShare) => void;
  /** Resolves after a short delay. Error: when the rollout is given up. */
  readonly pause: () => Promise<void>;
  readonly judge: CanaryAnalyst['judge'];
  /** Outcomes of the labelled predictions of both sides. */
  readonly readQuality: (question: Pick<QualityQuestion, 'metric' | 'start' | 'end'>) => Promise<QualityEvidence>;
  /** Values of a Prometheus check; `query` of each side with its placeholders. */
  readonly readSeries: (question: SeriesQuestion) => Promise<SeriesEvidence>;
  /** Present prices of the resources of both sides. */
  readonly readPrices: (live: BusyEvidence, canary: BusyEvidence) => Promise<PriceEvidence>;
  /** Whether requests are assigned to a side one by one; false for sticky traffic, which is assigned by caller. */
  readonly isAssignedByRequest: boolean;
}
