import { upperGamma } from './gamma.ts';

/** P(Z > z) of a standard normal variable, accurate far into the tail. Example: `normalTail(1.96)` = 0.025. */
export function normalTail(z: number): number {
  const outside = upperGamma(0.5, (z * z) / 2) / 2;
  return z >= 0 ? outside : 1 - outside;
}
