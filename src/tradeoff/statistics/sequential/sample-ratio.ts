import { computeLogGamma } from '../../../platform/numbers/index.ts';

/**
 * Weight of the prior in requests: how many requests the planned shares count for. Steps of a rollout have hundreds of requests: with 10,000, the
 * default of Optimizely, half of a planned share of 20 % is still p 0.06 after 1,000 of them; with 100 it is 2e-14, and a million requests lose nothing by it.
 */
const DEFAULT_CONCENTRATION = 100;

export interface SampleRatioTest {
  /** Adds requests of one look, by arm. O(arms). */
  readonly add: (counts: readonly number[]) => void;
  /** P-value that holds at every look: the chance that it is ever at most p is at most p while the traffic is split as planned. */
  readonly pValue: () => number;
}

/**
 * Test for a sample ratio mismatch that may be looked at any number of times: the Bayes factor of a Dirichlet prior around the planned
 * shares against the planned shares, a martingale while they hold (Lindon and Malek 2022, "Anytime-valid inference for multinomial
 * count data"). The p-value is 1 / the largest factor so far. A repeated chi-square test is not valid.
 * Counts of a look are added as one batch: their order does not matter. `shares` are positive and are scaled to the sum 1;
 * `concentration` is larger for smaller mismatches.
 * Errors: RangeError for fewer than two arms, a share that is not positive, or a count that is negative or not a whole number.
 * Example: shares 0.5, 0.5 with counts 5,000 and 5,400 -> p 0.005.
 */
export function createSampleRatioTest(
  shares: readonly number[],
  concentration: number = DEFAULT_CONCENTRATION,
): SampleRatioTest {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  if (shares.length < 2 || !shares.every((share) => share > 0 && Number.isFinite(share))) {
    throw new RangeError(`The shares of the traffic must be at least two positive numbers, not ${shares.join(', ')}`);
  }
  if (!(concentration > 0)) throw new RangeError(`concentration must be positive, not ${concentration}`);
  const planned = shares.map((share) => share / whole);
  const prior = planned.map((share) => concentration * share);
  const counts = shares.map(() => 0);
  let largest = 0;
  return {
    add: (added) => {
      if (added.length !== counts.length) throw new RangeError(`Expected ${counts.length} counts, not ${added.length}`);
      added.forEach((count, arm) => {
        if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is not a count of requests`);
        counts[arm] = (counts[arm] as number) + count;
      });
      largest = Math.max(largest, computeLogBayesFactor(counts, planned, prior));
    },
    pValue: () => Math.exp(-largest),
  };
}

/** ln of (B(prior + counts) / B(prior)) / product of planned^counts, B the multivariate beta function. */
function computeLogBayesFactor(
  counts: readonly number[],
  planned: readonly number[],
  prior: readonly number[],
): number {
  let log = 0;
  let priorSum = 0;
  let n = 0;
  counts.forEach((count, arm) => {
    const weight = prior[arm] as number;
    log += computeLogGamma(weight + count) - computeLogGamma(weight) - count * Math.log(planned[arm] as number);
    priorSum += weight;
    n += count;
  });
  return log + computeLogGamma(priorSum) - computeLogGamma(priorSum + n);
}
