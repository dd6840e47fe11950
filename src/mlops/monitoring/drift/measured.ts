/**
 * What a method found, or why it can say nothing. A distance has no p-value; the statistic is null where it is infinite, which
 * JSON cannot say and the p-value of 0 does.
 */
export type Measured =
  | { readonly statistic: number | null; readonly pValue: number | null }
  | { readonly reason: string };

export function distanceOf(statistic: number): Measured {
  return Number.isFinite(statistic) ? { statistic, pValue: null } : { reason: 'the distance is no number here' };
}

export function testOf(statistic: number, pValue: number): Measured {
  if (Number.isNaN(pValue)) return { reason: 'the test has no answer for these values' };
  return { statistic: Number.isFinite(statistic) ? statistic : null, pValue: Math.min(1, Math.max(0, pValue)) };
}
