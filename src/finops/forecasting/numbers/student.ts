import { approximateNormalQuantile } from '../../../platform/numbers/index.ts';

/**
 * The number below which a value of Student's t lies with probability `share`, by the expansion of Cornish and Fisher to the
 * third order: within 2 % for 2.5 degrees of freedom and shares up to 0.975. Example: 0.975, 10 degrees -> 2.23.
 */
export function computeStudentQuantile(share: number, degrees: number): number {
  const z = approximateNormalQuantile(share);
  const z2 = z * z;
  const first = (z * (z2 + 1)) / 4;
  const second = (z * (z2 * (5 * z2 + 16) + 3)) / 96;
  const third = (z * (z2 * (z2 * (3 * z2 + 19) + 17) - 15)) / 384;
  return z + (first + (second + third / degrees) / degrees) / degrees;
}
