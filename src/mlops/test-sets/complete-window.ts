import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Period } from '../../platform/units/index.ts';

/** Predictions of one hour. */
export interface LabelledHour {
  /** Unix milliseconds, on the hour. */
  readonly at: number;
  readonly predictions: number;
  readonly labelled: number;
}

export interface CompleteQuestion {
  readonly wanted: Period;
  /** Smallest share of labelled predictions, 0 to 1. */
  readonly completeness: number;
  /** Unix milliseconds: the time for labels of earlier predictions is over. */
  readonly maturedUntil: number;
}

export interface CompleteWindow {
  readonly window: Period;
  readonly predictions: number;
  readonly labelled: number;
}

/**
 * The longest part of a window, from its start, whose labels are complete: at least `completeness` of its predictions have a label, or
 * the time for labels of all of them is over. Labels that arrive early may differ from those that arrive late, so an incomplete part
 * is no sample of the window. null: no hour of it is complete.
 *
 * @example
 * // 09:00 100 of 100 labelled, 10:00 98 of 100, 11:00 10 of 100; completeness 0.95, nothing matured -> [09:00, 11:00), 198 of 200
 */
export function findCompleteWindow(
  hours: readonly LabelledHour[],
  { wanted, completeness, maturedUntil }: CompleteQuestion,
): CompleteWindow | null {
  const wholeEnd = Date.parse(wanted.end);
  let [predictions, labelled] = [0, 0];
  let complete: CompleteWindow | null = null;
  for (const hour of hours.toSorted((one, other) => one.at - other.at)) {
    predictions += hour.predictions;
    labelled += hour.labelled;
    const end = Math.min(hour.at + HOUR_MS, wholeEnd);
    if (labelled === 0 || (labelled < completeness * predictions && end > maturedUntil)) continue;
    complete = { window: { start: wanted.start, end: new Date(end).toISOString() }, predictions, labelled };
  }
  return complete;
}
