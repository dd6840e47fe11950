import type { Summary } from './judge.ts';
import { computeMoments, type Moments } from './moments.ts';
import type { Outcomes, PairedCounts, Successes } from './outcomes.ts';
import { computePairedMeanInterval } from './paired/paired-mean.ts';
import { computeRestrictedVariance, computeTangoInterval } from './paired/tango.ts';
import { computeRestrictedShares } from './unpaired/farrington-manning.ts';
import { computeNewcombeInterval } from './unpaired/newcombe.ts';
import { computeWelchInterval } from './unpaired/welch.ts';

/**
 * Constant values show a constant metric only once they are this many at a one-sided error of 0.05: then, with 95 % confidence, at
 * least 95 % of all values equal them (0.95^59 < 0.05).
 */
const CONSTANT_FROM = 59;

/** Chooses the fixed-sample method of these outcomes and computes its estimate. `inflation` >= 1 divides every sample size. */
export function summarizeOutcomes(outcomes: Outcomes, inflation: number): Summary {
  if (outcomes.design === 'paired') {
    return outcomes.kind === 'binary'
      ? summarizePairedCounts(outcomes, inflation)
      : summarizePairedMean(outcomes.differences, inflation);
  }
  return outcomes.kind === 'binary'
    ? summarizeShares(outcomes.candidate, outcomes.baseline, inflation)
    : summarizeMeans(outcomes.candidate, outcomes.baseline, inflation);
}

function summarizePairedCounts(
  { both, onlyCandidate, onlyBaseline, neither }: PairedCounts,
  inflation: number,
): Summary {
  const counts = [both, onlyCandidate, onlyBaseline, neither] as const;
  const n = counts.reduce((sum, count) => sum + count, 0);
  const scaled = {
    both: both / inflation,
    onlyCandidate: onlyCandidate / inflation,
    onlyBaseline: onlyBaseline / inflation,
    neither: neither / inflation,
  };
  return {
    n,
    effective: n / inflation,
    estimate: (onlyCandidate - onlyBaseline) / n,
    range: 1,
    test: 'Tango score interval',
    reason: counts.every(isCount) ? explainFew(n / inflation) : 'A count of pairs is not a number of at least 0.',
    computeInterval: (tail) => computeTangoInterval(scaled, tail),
    computeVariance: (difference) => inflation * computeRestrictedVariance(scaled, difference),
  };
}

function summarizePairedMean(differences: Float64Array, inflation: number): Summary {
  const moments = computeMoments(differences);
  const { n, mean, variance } = moments;
  return {
    n,
    effective: n / inflation,
    estimate: mean,
    range: Number.POSITIVE_INFINITY,
    test: 'paired t interval',
    reason: explainFew(n / inflation) ?? explainMoments([moments], inflation),
    computeInterval: (tail) => computePairedMeanInterval(moments, tail, inflation),
    computeVariance: () => inflation * variance,
  };
}

function summarizeShares(candidate: Successes, baseline: Successes, inflation: number): Summary {
  const n = Math.min(candidate.n, baseline.n);
  const [scaledCandidate, scaledBaseline] = [candidate, baseline].map((arm) => ({
    successes: arm.successes / inflation,
    n: arm.n / inflation,
  })) as [Successes, Successes];
  const isValid = [candidate, baseline].every(
    (arm) => isCount(arm.n) && isCount(arm.successes) && arm.successes <= arm.n,
  );
  return {
    n,
    effective: (candidate.n + baseline.n) / inflation,
    estimate: candidate.successes / candidate.n - baseline.successes / baseline.n,
    range: 1,
    test: 'Newcombe interval',
    reason: isValid ? explainFew(n / inflation) : 'The successes of an arm are not a number from 0 to its n.',
    computeInterval: (tail) => computeNewcombeInterval(scaledCandidate, scaledBaseline, tail),
    computeVariance: (difference) => {
      const shares = computeRestrictedShares(candidate, baseline, difference);
      return inflation * (shares.candidate * (1 - shares.candidate) + shares.baseline * (1 - shares.baseline));
    },
  };
}

function summarizeMeans(candidate: Float64Array, baseline: Float64Array, inflation: number): Summary {
  const [ofCandidate, ofBaseline] = [computeMoments(candidate), computeMoments(baseline)];
  const n = Math.min(ofCandidate.n, ofBaseline.n);
  return {
    n,
    effective: (ofCandidate.n + ofBaseline.n) / inflation,
    estimate: ofCandidate.mean - ofBaseline.mean,
    range: Number.POSITIVE_INFINITY,
    test: 'Welch interval',
    reason: explainFew(n / inflation) ?? explainMoments([ofCandidate, ofBaseline], inflation),
    computeInterval: (tail) => computeWelchInterval(ofCandidate, ofBaseline, tail, inflation),
    computeVariance: () => inflation * (ofCandidate.variance + ofBaseline.variance),
  };
}

function isCount(count: number): boolean {
  return count >= 0 && count < Number.POSITIVE_INFINITY;
}

export function explainFew(effective: number): string | null {
  return effective >= 2 ? null : 'There are fewer than two independent observations.';
}

export function explainMoments(arms: readonly Moments[], inflation: number): string | null {
  if (!arms.every(({ mean, variance }) => Number.isFinite(mean) && Number.isFinite(variance))) {
    return 'A value is not a finite number, or too large to be squared.';
  }
  const isConstant = arms.every(({ variance }) => variance === 0);
  const isFew = arms.some(({ n }) => n / inflation < CONSTANT_FROM);
  return isConstant && isFew ? `All values are equal, and they are fewer than ${CONSTANT_FROM}.` : null;
}
