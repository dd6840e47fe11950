import { computeStudentQuantile } from '../../../platform/numbers/index.ts';
import type { Moments } from '../moments.ts';
import type { Interval } from '../outcomes.ts';

/**
 * Student's interval of the mean of paired differences, level 1 - 2 tail, at least two pairs. `inflation` >= 1 divides the sample
 * size where the differences depend on each other. Example: differences 1, 2, 3 at tail 0.025 -> -0.484 to 4.484.
 */
export function computePairedMeanInterval({ n, mean, variance }: Moments, tail: number, inflation = 1): Interval {
  const effective = n / inflation;
  const reach = -computeStudentQuantile(tail, effective - 1) * Math.sqrt(variance / effective);
  return { lower: mean - reach, upper: mean + reach };
}
