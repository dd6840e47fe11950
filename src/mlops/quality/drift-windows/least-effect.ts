import type { Variation } from '../../drift/index.ts';
import { selectEffectMeasure } from '../../drift/index.ts';
import type { DriftColumn } from '../../drift/schema.ts';
import type { MinEffect } from '../../monitors/schema.ts';

/** A change smaller than this is called small whatever the reference does: Evidently's threshold of its distances. */
export const LEAST_EFFECT = 0.1;

/**
 * The least effect that counts as drift of a column: the monitor's setting for the measure; otherwise the reference's own
 * variation (mean + 2 standard deviations of the distance of its periods from the others), and at least 0.1. Without periods
 * 0.1. Null: the method has no effect size.
 * Example: periods of a seasonal reference that lie 0.2 -+ 0.05 from the others -> 0.3.
 */
export function leastEffect(
  { method }: Pick<DriftColumn, 'method'>,
  said: MinEffect | undefined,
  variation: Variation | undefined,
): number | null {
  const measure = selectEffectMeasure(method);
  if (measure === null) return null;
  return said?.[measure] ?? Math.max(LEAST_EFFECT, variation?.[measure] ?? 0);
}

/** Whether the change of the known values and the change of the missing values are large. */
export function findLargeChanges(
  { effect, missingEffect }: Pick<DriftColumn, 'effect' | 'missingEffect'>,
  { minEffect, said }: { readonly minEffect: number | null; readonly said: MinEffect | undefined },
): { readonly values: boolean; readonly missing: boolean } {
  return {
    values: minEffect !== null && effect !== null && effect >= minEffect,
    missing: missingEffect !== null && missingEffect >= (said?.jensenshannon ?? LEAST_EFFECT),
  };
}

/** Holds a tested column against both: the threshold of its p-value, and the least effect of its values or of its missing ones. */
export function judgeColumn(
  column: DriftColumn,
  limits: { readonly threshold: number; readonly minEffect: number | null; readonly said: MinEffect | undefined },
): DriftColumn {
  const { adjustedPValue } = column;
  const { threshold, minEffect } = limits;
  if (adjustedPValue === null) return { ...column, minEffect, significant: null };
  const significant = adjustedPValue <= threshold;
  const { values, missing } = findLargeChanges(column, limits);
  return { ...column, threshold, minEffect, significant, drifted: significant && (values || missing) };
}
