/** Value of an estimate, or the reason why there is none. */
export type Figure =
  | {
      readonly value: number;
      /**
       * Standard error of the value that labels would measure, by chance in the window and in the reference; null: the
       * reference has no such row.
       */
      readonly error: number | null;
      /** The part of the window alone, as NannyML states it. */
      readonly samplingError: number | null;
    }
  | { readonly reason: string };

/** Standard deviation of a row's score, and the share of rows that have a score. */
export interface Spread {
  readonly deviation: number;
  readonly share: number;
}

export interface ReferenceChance {
  readonly rows: number;
  /** Standard error of the estimate over resampled references of this size; 0 where the reference is not resampled. */
  readonly learned: number;
}

/**
 * Standard errors of a mean of scores: `samplingError` is deviation / sqrt(rows x share), of the window alone; `error` also
 * includes the error of the reference. The latter has the same formula over the reference rows, or is the resampled error
 * where that is larger.
 * Example: deviation 0.5, all of 100 rows, reference of 300 -> 0.05 and 0.0577.
 */
export function computeErrors({ deviation, share }: Spread, rows: number, reference: ReferenceChance) {
  if (share === 0) return { samplingError: null, error: null };
  const samplingError = deviation / Math.sqrt(rows * share);
  const ofReference = Math.max(reference.learned, deviation / Math.sqrt(reference.rows * share));
  return { samplingError, error: Math.hypot(samplingError, ofReference) };
}
