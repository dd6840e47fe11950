import { ascendingOrder, type IsotonicLine, isotonicRegression, valueAt } from './isotonic.ts';

const BINS = 10;
const FOLDS = 10;

/**
 * The line that turns probabilities into calibrated ones, or null where they are better left as they are: when every outcome
 * is the same, or when the line, learned from nine tenths of the reference and tried on the tenth, does not lower the expected
 * calibration error of all ten tenths together. NannyML asks the same of ten random splits; here the tenths are by place, so
 * that the answer is always the same. `outcome` is 0 or 1.
 */
export function calibrationOf(probability: Float64Array, outcome: Float64Array): IsotonicLine | null {
  if (outcome.every((value) => value === outcome[0])) return null;
  const held = new Float64Array(probability.length);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const learns = (_: number, at: number) => at % FOLDS !== fold;
    const line = isotonicRegression(probability.filter(learns), outcome.filter(learns));
    for (let at = fold; at < held.length; at += FOLDS) held[at] = valueAt(line, probability[at] ?? 0);
  }
  const isBetter = expectedCalibrationError(held, outcome) < expectedCalibrationError(probability, outcome);
  return isBetter ? isotonicRegression(probability, outcome) : null;
}

/**
 * Mean distance (0..1) between the mean probability and the share of outcomes, over ten bins of equally many rows in the
 * order of the probability. Example: all at 0.9, half of them come true -> 0.4.
 */
export function expectedCalibrationError(probability: Float64Array, outcome: Float64Array): number {
  const order = ascendingOrder(probability);
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
