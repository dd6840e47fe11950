import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { estimateByConfidence, fitCbpe, type LabelledRows } from './cbpe.ts';

export interface Shift {
  /** Shift of the input distribution: covariate shift. */
  readonly inputsBy: number;
  /** Shift of the decision boundary: concept drift. */
  readonly meaningBy: number;
}

/**
 * A model of one input x: outcomes are positive with a chance that rises from 0 to 1 around x = 0 while nothing has changed; the
 * model knows where, and is too sure of itself. Usual inputs lie around -2, where it is mostly right.
 */
export function drawClassified(rows: number, { inputsBy, meaningBy }: Shift, seed: number): LabelledRows {
  const random = createRandom(seed + 1);
  const [probability, predicted, actual] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row += 1) {
    const x = normal(random) * 1.5 - 2 + inputsBy;
    actual[row] = random() < logistic(1.2 * (x - meaningBy)) ? 1 : 0;
    probability[row] = logistic(2.5 * x);
    predicted[row] = x >= 0 ? 1 : 0;
  }
  return { probability, predicted, actual };
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));
const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Accuracy of a shifted window: estimated, measured, and that of the reference. */
export function trackedAccuracy(shift: Shift, seed: number) {
  const reference = drawClassified(5_000, { inputsBy: 0, meaningBy: 0 }, 1_000 + seed);
  const window = drawClassified(5_000, shift, 2_000 + seed);
  const { accuracy } = estimateByConfidence(fitCbpe(reference), window);
  const measured = ({ predicted, actual }: LabelledRows) =>
    actual.filter((y, at) => y === predicted[at]).length / actual.length;
  return {
    estimated: 'value' in accuracy ? accuracy.value : Number.NaN,
    realised: measured(window),
    reference: measured(reference),
  };
}
