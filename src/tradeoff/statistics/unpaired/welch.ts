import { computeStudentQuantile } from '../../../platform/numbers/index.ts';
import type { Moments } from '../moments.ts';
import type { Interval } from '../outcomes.ts';

/**
 * Welch's interval of a difference of means (candidate - baseline), level 1 - 2 tail, with Satterthwaite's degrees of freedom; at
 * least two observations an arm. `inflation` >= 1 divides both sample sizes where observations depend on each other.
 *
 * @example computeWelchInterval({ n: 10, mean: 2, variance: 1 }, { n: 10, mean: 1, variance: 1 }, 0.025) // 0.060 to 1.940
 */
export function computeWelchInterval(candidate: Moments, baseline: Moments, tail: number, inflation = 1): Interval {
  const [ofCandidate, ofBaseline] = [candidate, baseline].map(({ n, variance }) => {
    const effective = n / inflation;
    return { square: variance / effective, degrees: effective - 1 };
  }) as [Part, Part];
  const square = ofCandidate.square + ofBaseline.square;
  const reach =
    square === 0 ? 0 : -computeStudentQuantile(tail, mixDegrees(square, [ofCandidate, ofBaseline])) * Math.sqrt(square);
  const estimate = candidate.mean - baseline.mean;
  return { lower: estimate - reach, upper: estimate + reach };
}

/** The squared standard error of one arm's mean, and its degrees of freedom. */
interface Part {
  readonly square: number;
  readonly degrees: number;
}

/** Satterthwaite's degrees of freedom; by shares of the whole, which cannot overflow. */
function mixDegrees(square: number, parts: readonly Part[]): number {
  return 1 / parts.reduce((sum, part) => sum + (part.square / square) ** 2 / part.degrees, 0);
}
