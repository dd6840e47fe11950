import { type IsotonicLine, interpolateAt, isotonicRegression, sortIndexes } from './isotonic.ts';

const BINS = 10;
const FOLDS = 10;

/**
 * Fits a line that calibrates probabilities; null where the raw probabilities are better. That is the case when every
 * outcome is the same, or when cross-validation over ten folds does not lower the expected calibration error of all held-out
 * rows. NannyML tests ten random splits; here a fold depends on the row's index, so that the result is deterministic.
 * `outcome` is 0 or 1.
 */
export function fitCalibration(probability: Float64Array, outcome: Float64Array): IsotonicLine | null {
  if (outcome.every((value) => value === outcome[0])) return null;
  const held = new Float64Array(probability.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const learns = (_: number, at: number) => at % FOLDS !== fold;
    const line = isotonicRegression(probability.filter(learns), outcome.filter(learns));
    for (let at = fold; at < held.length; at += FOLDS) held[at] = interpolateAt(line, probability[at] ?? 0);
  }
  const isBetter = expectedCalibrationError(held, outcome) < expectedCalibrationError(probability, outcome);
  return isBetter ? isotonicRegression(probability, outcome) : null;
}

/**
 * Mean distance (0..1) between the mean probability and the share of outcomes, over ten bins of equally many rows in the
 * order of the probability. Example: all at 0.9, half of them come true -> 0.4.
 */
export function expectedCalibrationError(probability: Float64Array, outcome: Float64Array): number {
  const order = sortIndexes(probability);
  const n = order.length;
  let error = 0;
  for (let bin = 0; bin < BINS; bin += 1) {
    let difference = 0;
    for (let place = Math.floor((bin * n) / BINS); place < Math.floor(((bin + 1) * n) / BINS); place += 1) {
      const at = order[place] ?? 0;
      difference += (probability[at] ?? 0) - (outcome[at] ?? 0);
    }
    error += Math.abs(difference) / n;
  }
  return error;
}
