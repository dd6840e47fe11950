import type { OptimizationCheck } from '../../../src/tradeoff/optimizations/schema.ts';

export interface CheckScale {
  /** Positions in per cent of the width. */
  readonly bound: number;
  readonly estimate: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

const PAD = 0.12;

/** Positions of bound, estimate and interval on one line; null where nothing can be compared. */
export function placeCheck(
  { estimate, lower, upper }: Pick<OptimizationCheck, 'estimate' | 'lower' | 'upper'>,
  bound: number | null,
): CheckScale | null {
  if (bound === null || estimate === null) return null;
  const all = [bound, estimate, lower ?? estimate, upper ?? estimate];
  const least = Math.min(...all);
  const span = Math.max(...all) - least || Math.abs(bound) || 1;
  const at = (value: number) => (100 * (value - least + PAD * span)) / (span * (1 + 2 * PAD));
  return {
    ...{ bound: at(bound), estimate: at(estimate) },
    ...{ lower: lower === null ? null : at(lower), upper: upper === null ? null : at(upper) },
  };
}
