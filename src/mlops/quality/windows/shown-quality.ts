import type { EstimatedQuality, MeasuredQuality, ShownQuality } from '../../monitors/schema.ts';

/**
 * The figure to show for each metric: the measured one where at least `until` (0 to 1) of the window is labelled, else the
 * estimate. Where the preferred figure has no value, the other one is shown. Estimates are matched by name.
 * Example: 10 % labelled, `until` 0.5, accuracy measured 0.9 and estimated 0.8 -> 0.8, estimated.
 */
export function selectQualityFigures(
  quality: readonly MeasuredQuality[],
  estimates: readonly EstimatedQuality[],
  { completeness, until }: { readonly completeness: number; readonly until: number },
): ShownQuality[] {
  return quality.map((measured) => {
    const estimate = estimates.find(({ metric }) => metric === measured.metric);
    if (estimate === undefined || estimate.value === null) return { ...measured, estimated: false };
    if (measured.value !== null && completeness >= until) return { ...measured, estimated: false };
    const { reason: _, ...figures } = estimate;
    return { ...figures, estimated: true };
  });
}
