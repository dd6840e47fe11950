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

/**
 * Standard error of a mean of scores: deviation / sqrt(rows x share), of the window alone and together with that of the
 * reference. Example: deviation 0.5, all of 100 rows, reference of 300 -> 0.05 and 0.0577.
 */
export function errorsOf({ deviation, share }: Spread, rows: number, referenceRows: number) {
  if (share === 0) return { samplingError: null, error: null };
  const samplingError = deviation / Math.sqrt(rows * share);
  return { samplingError, error: Math.hypot(samplingError, deviation / Math.sqrt(referenceRows * share)) };
}
