import type { ArmSpan } from '../../mlops/gateway/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import { createSampleRatioTest } from '../statistics/index.ts';
import type { ArmCluster, ArmOutcomes } from './engine/outcomes.ts';

/** Scores of one quality metric on live traffic, as the prediction log has them. */
export interface LiveScores {
  readonly outcomes: ArmOutcomes;
  readonly better: 'higher' | 'lower';
  /** Largest score of one prediction; 1 for shares and ranking metrics, null where there is none. */
  readonly range: number | null;
  /** Predictions with a label as a share of the predictions in the period, by arm, 0 to 1; null without predictions. */
  readonly completeness: { readonly baseline: number | null; readonly candidate: number | null };
  /** Reason why there are no scores; null where there are. */
  readonly reason: string | null;
}

/** An arm as the prediction log names it. */
export interface ScoredArm {
  readonly model: string;
  /** null: the versions of all stages of a cascade or router. */
  readonly version: string | null;
  /** Further models of its stages. */
  readonly otherModels: readonly string[];
  /** Variant of the endpoint. */
  readonly variant: string;
}

export interface ScoreQuestion {
  readonly endpoint: string;
  readonly metric: string;
  readonly compare: 'pairs' | 'arms';
  readonly baseline: ScoredArm;
  readonly candidate: ScoredArm;
  /** Predictions that were made in [start, end). */
  readonly start: string;
  readonly end: string;
}

/** Implemented by a bridge to the prediction log; supplied by the caller. */
export type ReadLiveScores = (question: ScoreQuestion) => Promise<LiveScores>;

/** Prices of resources now, in one currency; a reason where they are not known. */
export interface PriceTable {
  /** Price per hour of a replica with this resource; null: none. */
  readonly perHour: (resource: string, quantity: string) => number | null;
  readonly currency: string | null;
}

/** Requests of both arms. */
export interface ArmTraffic {
  readonly baseline: ArmSide;
  readonly candidate: ArmSide;
}

export interface ArmSide {
  readonly requests: number;
  readonly errors: number;
  readonly spans: readonly ArmSpan[];
}

export function sumTraffic(
  spans: readonly ArmSpan[],
  arms: { readonly baseline: string; readonly candidate: string },
): ArmTraffic {
  const side = (variant: string): ArmSide => {
    const own = spans.filter((span) => span.variant === variant);
    return {
      spans: own,
      requests: own.reduce((sum, { requests }) => sum + requests, 0),
      errors: own.reduce((sum, { errors }) => sum + errors, 0),
    };
  };
  return { baseline: side(arms.baseline), candidate: side(arms.candidate) };
}

/** Cost of the busy time of replicas by span, in the currency of the prices; null where a resource has no price. */
export function valueSpans(spans: readonly ArmSpan[], { perHour }: PriceTable): ArmCluster[] | null {
  const clusters: ArmCluster[] = [];
  for (const { busy } of spans) {
    if (busy.requests === 0) continue;
    let sum = 0;
    for (const { resource, quantity, busyMs } of busy.parts) {
      const price = perHour(resource, quantity);
      if (price === null) return null;
      sum += (busyMs / HOUR_MS) * price;
    }
    clusters.push({ n: busy.requests, sum });
  }
  return clusters;
}

/** P-value, valid at any time, below which the traffic counts as not split as intended. */
const SPLIT_ERROR = 0.001;

/** Reason where the requests were not split as asked; null where they were, and for traffic by caller, whose callers differ in their requests. */
export function explainSplit({ baseline, candidate }: ArmTraffic, share: number, isByCaller: boolean): string | null {
  if (isByCaller || !(share > 0 && share < 1)) return null;
  const test = createSampleRatioTest([1 - share, share]);
  test.add([baseline.requests, candidate.requests]);
  if (test.pValue() >= SPLIT_ERROR) return null;
  const had = (100 * candidate.requests) / (candidate.requests + baseline.requests);
  return `the candidate received ${had.toFixed(1)} % of the requests instead of ${(100 * share).toFixed(1)} %, so the arms are not comparable`;
}
