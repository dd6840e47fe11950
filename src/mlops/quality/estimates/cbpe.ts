import { createRandom } from '../../../platform/numbers/index.ts';
import { fitCalibration } from './calibration.ts';
import { computeErrors, type Figure, type Spread } from './figure.ts';
import { type IsotonicLine, interpolateAt, sortIndexes } from './isotonic.ts';

/** Rows of a classifier. */
export interface ScoredRows {
  /** Probability of the positive class, 0..1. */
  readonly probability: Float64Array;
  /** Predicted class: 1 for the positive class, else 0. */
  readonly predicted: Float64Array;
}

export interface LabelledRows extends ScoredRows {
  /** True class: 1 or 0. */
  readonly actual: Float64Array;
}

export const CBPE_METRICS = ['accuracy', 'precision', 'recall', 'f1', 'roc_auc'] as const;
export type CbpeMetric = (typeof CBPE_METRICS)[number];

/** Model that is fitted to a reference. */
export interface Cbpe {
  /** null: probabilities are taken as they are. */
  readonly calibration: IsotonicLine | null;
  /** Calibrations that other references of as many rows might have taught; none where the reference is large. */
  readonly resampled: readonly (IsotonicLine | null)[];
  readonly spreads: Readonly<Record<CbpeMetric, Spread>>;
  readonly referenceRows: number;
}

/** Learns how probabilities of a labelled reference relate to outcomes. At least one row. */
export function fitCbpe(reference: LabelledRows): Cbpe {
  return {
    calibration: fitCalibration(reference.probability, reference.actual),
    resampled: resampleCalibrations(reference),
    spreads: computeSpreads(reference),
    referenceRows: reference.actual.length,
  };
}

/**
 * Quality of a classifier on rows whose labels are not known (confidence-based performance estimation, NannyML): with
 * calibrated probabilities c, a row that was answered positive is a true positive by c and a false one by 1 - c; one answered
 * negative is a false negative by c and a true one by 1 - c. The measures follow from the sums. Right as long as outcomes depend on the
 * probability as they did in the reference: under covariate shift, not when what the inputs mean changes.
 * Example: c 0.9 and 0.2 answered 1 and 0 -> accuracy (0.9 + 0.8) / 2 = 0.85.
 */
export function estimateByConfidence(cbpe: Cbpe, rows: ScoredRows): Record<CbpeMetric, Figure> {
  const { calibration, spreads, referenceRows } = cbpe;
  const n = rows.probability.length;
  const values = computeValues(calibration, rows, rows.probability.toSorted());
  const learned = computeLearnedErrors(cbpe, rows);
  const figure = (metric: CbpeMetric, reason: string): Figure => {
    const value = values[metric];
    if (value === null) return { reason };
    return { value, ...computeErrors(spreads[metric], n, { rows: referenceRows, learned: learned[metric] }) };
  };
  return {
    accuracy: figure('accuracy', 'there is no prediction with a probability'),
    precision: figure('precision', 'no prediction is positive'),
    recall: figure('recall', 'no positive outcome is expected'),
    f1: figure('f1', 'no positive prediction and no positive outcome is expected'),
    roc_auc: figure('roc_auc', 'only outcomes of one class are expected'),
  };
}

function computeValues(
  calibration: IsotonicLine | null,
  { probability, predicted }: ScoredRows,
  ascending: Float64Array,
): Record<CbpeMetric, number | null> {
  const { tp, fp, fn, tn } = computeExpectedCounts(calibrate(calibration, probability), predicted);
  return {
    accuracy: ratio(tp + tn, probability.length),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(tp, tp + (fp + fn) / 2),
    roc_auc: computeExpectedAuc(calibrate(calibration, ascending)),
  };
}

function calibrate(calibration: IsotonicLine | null, probability: Float64Array): Float64Array {
  return calibration === null ? probability : probability.map((p) => interpolateAt(calibration, p));
}

/** Rows of a reference from which on its calibration is sure enough: coverage is that without. */
const LARGE_REFERENCE = 1_000;
const RESAMPLES = 40;
/** Rows of a window, evenly taken, on which that is tried. */
const TRIED_ROWS = 2_000;

/**
 * Calibrations of bootstrap samples of this reference. Each sample decides separately whether to calibrate: for a small
 * reference, this decision is the least certain part. Seeded: the same reference gives the same calibrations.
 */
function resampleCalibrations({ probability, actual }: LabelledRows): (IsotonicLine | null)[] {
  const rows = actual.length;
  if (rows >= LARGE_REFERENCE) return [];
  const random = createRandom(rows);
  return Array.from({ length: RESAMPLES }, () => {
    const drawn = Uint32Array.from({ length: rows }, () => Math.floor(random() * rows));
    const of = (values: Float64Array) => Float64Array.from(drawn, (at) => values[at] ?? 0);
    return fitCalibration(of(probability), of(actual));
  });
}

/**
 * Effect of the resampled calibrations on each metric of these rows: the root mean square, so that a jump between two
 * choices counts in full.
 */
function computeLearnedErrors({ calibration, resampled }: Cbpe, rows: ScoredRows): Record<CbpeMetric, number> {
  if (resampled.length === 0) return { accuracy: 0, precision: 0, recall: 0, f1: 0, roc_auc: 0 };
  const part = selectEvenPart(rows);
  const ascending = part.probability.toSorted();
  const values = computeValues(calibration, part, ascending);
  const others = resampled.map((line) => computeValues(line, part, ascending));
  const error = (metric: CbpeMetric) => {
    const value = values[metric];
    const off = others.flatMap((other) => (value === null || other[metric] === null ? [] : [other[metric] - value]));
    return off.length === 0 ? 0 : Math.hypot(...off) / Math.sqrt(off.length);
  };
  return {
    accuracy: error('accuracy'),
    precision: error('precision'),
    recall: error('recall'),
    f1: error('f1'),
    roc_auc: error('roc_auc'),
  };
}

function selectEvenPart({ probability, predicted }: ScoredRows): ScoredRows {
  const step = Math.ceil(probability.length / TRIED_ROWS);
  const taken = (_: number, at: number) => at % step === 0;
  return step <= 1
    ? { probability, predicted }
    : { probability: probability.filter(taken), predicted: predicted.filter(taken) };
}

/** null: nothing to divide by. */
function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}

function computeExpectedCounts(calibrated: Float64Array, predicted: Float64Array) {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  calibrated.forEach((c, at) => {
    if (predicted[at] === 1) {
      counts.tp += c;
      counts.fp += 1 - c;
    } else {
      counts.fn += c;
      counts.tn += 1 - c;
    }
  });
  return counts;
}

/**
 * Area under the curve of expected true against false positives, of calibrated probabilities in the order of the probability, from the least
 * on; null: one is never expected.
 */
function computeExpectedAuc(ascending: Float64Array): number | null {
  let [truePositives, falsePositives, area] = [0, 0, 0];
  for (let at = ascending.length - 1; at >= 0; at -= 1) {
    const c = ascending[at] ?? 0;
    area += (1 - c) * (truePositives + c / 2);
    truePositives += c;
    falsePositives += 1 - c;
  }
  return truePositives > 0 && falsePositives > 0 ? area / truePositives / falsePositives : null;
}

function computeSpreads({ probability, predicted, actual }: LabelledRows): Record<CbpeMetric, Spread> {
  const n = actual.length;
  const counts = computeExpectedCounts(actual, predicted);
  const { tp, fp, fn, tn } = counts;
  const share = (part: number, whole: number): Spread => ({
    deviation: whole === 0 ? 0 : Math.sqrt((part / whole) * (1 - part / whole)),
    share: whole / n,
  });
  const relevant = share(tp, tp + fp + fn);
  return {
    accuracy: share(tp + tn, n),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    f1: { ...relevant, deviation: (relevant.deviation * (tp + fp + fn)) / (tp + (fp + fn) / 2) },
    roc_auc: computeAucSpread(probability, actual),
  };
}

/**
 * Of the area under the ROC curve, by the placements of DeLong et al. (1988): var(positives' placements) / share of positives +
 * var(negatives') / share of negatives, for one row.
 */
function computeAucSpread(probability: Float64Array, actual: Float64Array): Spread {
  const n = actual.length;
  const positives = actual.reduce((sum, value) => sum + value, 0);
  const negatives = n - positives;
  if (positives === 0 || negatives === 0) return { deviation: 0, share: 0 };
  const order = sortIndexes(probability);
  const placements = { positive: new Moments(), negative: new Moments() };
  let [below, belowPositive] = [0, 0];
  for (let from = 0; from < n; ) {
    let until = from;
    let tiedPositive = 0;
    while (until < n && probability[order[until] ?? 0] === probability[order[from] ?? 0]) {
      tiedPositive += actual[order[until] ?? 0] ?? 0;
      until += 1;
    }
    const tiedNegative = until - from - tiedPositive;
    placements.positive.add((below - belowPositive + tiedNegative / 2) / negatives, tiedPositive);
    placements.negative.add((positives - belowPositive - tiedPositive / 2) / positives, tiedNegative);
    belowPositive += tiedPositive;
    below = until;
    from = until;
  }
  const variance = placements.positive.variance / (positives / n) + placements.negative.variance / (negatives / n);
  return { deviation: Math.sqrt(variance), share: 1 };
}

class Moments {
  #n = 0;
  #sum = 0;
  #squares = 0;

  add(value: number, times: number): void {
    this.#n += times;
    this.#sum += value * times;
    this.#squares += value ** 2 * times;
  }

  get variance(): number {
    return Math.max(0, this.#squares / this.#n - (this.#sum / this.#n) ** 2);
  }
}
