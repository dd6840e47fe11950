import type { UsedTime } from '../../replicas/index.ts';
import type { BusyRecorder } from './busy-evidence.ts';
import type { EvidenceRecorder } from './evidence.ts';
import { computeQuantileBounds, computeWilsonBounds } from './intervals.ts';
import type { RolloutSide } from './schema.ts';

/** Measurements of one side of a canary, in one step. */
export interface Side {
  /**
   * Records one answer: its status, and the time to its end. `isAssigned`: the request got this side by the split of the traffic, not
   * because it names a version or variant; only such requests are evidence.
   */
  saw(status: number, tookMs: number, isAssigned: boolean): void;
  /** Records the replica time of one request that got this side by the split of the traffic, one part for each resource. */
  readonly used: ((...parts: UsedTime[]) => void) | undefined;
  readonly requests: number;
  readonly errors: number;
  /** Times of answers, sorted; of a sample where there are many. */
  sorted(): Float64Array;
}

/** Values of a uniform sample. */
const SAMPLE = 5_000;
/** Two-sided 95 % quantile of the normal distribution. */
const Z95 = 1.959964;
const LATENCY_RATIO = 0.95;

/** Recorders of an analysis; `busy` only where it checks cost. */
export interface SideRecorders {
  readonly evidence: EvidenceRecorder;
  readonly busy: BusyRecorder | null;
}

/** `chance` is in [0, 1): which times stay in the sample (algorithm R). `recorders`: also records for an analysis. */
export function createSide(chance: () => number = Math.random, recorders: SideRecorders | null = null): Side {
  const sample: number[] = [];
  let [requests, errors] = [0, 0];
  return {
    saw(status, tookMs, isAssigned) {
      if (isAssigned) recorders?.evidence.record(status >= 500, tookMs);
      requests += 1;
      if (status >= 500) errors += 1;
      if (sample.length < SAMPLE) sample.push(tookMs);
      else {
        const place = Math.floor(chance() * requests);
        if (place < SAMPLE) sample[place] = tookMs;
      }
    },
    used: recorders?.busy?.record,
    get requests() {
      return requests;
    },
    get errors() {
      return errors;
    },
    sorted: () => Float64Array.from(sample).sort(),
  };
}

export function toRolloutSide(side: Side): RolloutSide {
  const { requests, errors } = side;
  const rate = computeWilsonBounds(errors, requests, Z95);
  const p95 = computeQuantileBounds(side.sorted(), LATENCY_RATIO, Z95);
  return {
    ...{ requests, errors },
    errorRate: requests === 0 ? null : errors / requests,
    errorRateLow: rate.low,
    errorRateHigh: rate.high,
    p95Ms: p95.at,
    p95LowMs: p95.low,
    p95HighMs: p95.high,
  };
}
