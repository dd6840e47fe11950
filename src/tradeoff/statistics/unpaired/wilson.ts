import { computeNormalQuantile } from '../../../platform/numbers/index.ts';
import type { Interval, Successes } from '../outcomes.ts';

/**
 * Wilson's score interval of a proportion, level 1 - 2 tail; proper at 0 and n successes. Counts may be fractional; n > 0.
 * Source: Wilson, JASA 22 (1927). Example: 0 of 10 at tail 0.025 -> 0 to 0.2775.
 */
export function computeWilsonInterval({ successes, n }: Successes, tail: number): Interval {
  const square = computeNormalQuantile(tail) ** 2;
  const share = successes / n;
  const centre = share + square / (2 * n);
  const reach = Math.sqrt(square * ((share * (1 - share)) / n + square / (4 * n * n)));
  return {
    lower: successes <= 0 ? 0 : (centre - reach) / (1 + square / n),
    upper: successes >= n ? 1 : (centre + reach) / (1 + square / n),
  };
}
