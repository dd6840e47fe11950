/** What an estimate comes to, or why it does not. */
export type Figure =
  | {
      readonly value: number;
      /** Standard error of what would be measured, by chance in the window and in the reference; null: the reference has no such row. */
      readonly error: number | null;
      /** The part of the window alone, as NannyML states it. */
      readonly samplingError: number | null;
    }
  | { readonly reason: string };

/** How far one row's score lies from the mean, and the share of rows that have a score. */
export interface Spread {
  readonly deviation: number;
  readonly share: number;
}

export interface ReferenceChance {
  readonly rows: number;
  /** How far another reference of so many rows would have moved the estimate; 0 where that was not tried. */
  readonly learned: number;
}

/**
 * Standard error of a mean of scores: deviation / sqrt(rows x share), of the window alone and together with that of the
 * reference, which is the same of its rows, or what was tried where that is more.
 * Example: deviation 0.5, all of 100 rows, reference of 300 -> 0.05 and 0.0577.
 */
export function errorsOf({ deviation, share }: Spread, rows: number, reference: ReferenceChance) {
  if (share === 0) return { samplingError: null, error: null };
  const samplingError = deviation / Math.sqrt(rows * share);
  const ofReference = Math.max(reference.learned, deviation / Math.sqrt(reference.rows * share));
  return { samplingError, error: Math.hypot(samplingError, ofReference) };
}
