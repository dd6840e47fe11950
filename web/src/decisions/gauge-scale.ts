import type { Check } from '../../../src/tradeoff/gates/schema.ts';

export interface GaugeScale {
  /** Positions in per cent of the gauge's width. */
  readonly bound: number;
  readonly measured: number;
  readonly lower: number | null;
  readonly upper: number | null;
}

const PAD = 0.18;

/**
 * Positions of measured value, bound and interval on a common line. Floats suffice, because the positions are only
 * drawn. A value above ten times the bound keeps the bound near the edge instead of out of sight.
 * `null` without a measured value or a bound, because nothing can be compared.
 */
export function gaugeScale(check: Pick<Check, 'measured' | 'bound' | 'interval'>): GaugeScale | null {
  if (check.measured === null || check.bound === null) return null;
  const measured = Number(check.measured);
  const bound = Number(check.bound);
  const lower = check.interval === null ? null : Number(check.interval.lower);
  const upper = check.interval === null ? null : Number(check.interval.upper);
  const all = [measured, bound, lower ?? measured, upper ?? measured];
  const low = Math.min(...all);
  const span = Math.max(...all) - low || Math.abs(bound) || 1;
  const start = low - span * PAD;
  const width = span * (1 + 2 * PAD);
  const at = (value: number) => ((value - start) / width) * 100;
  return {
    bound: at(bound),
    measured: at(measured),
    lower: lower === null ? null : at(lower),
    upper: upper === null ? null : at(upper),
  };
}
