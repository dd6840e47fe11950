import type { HalfHour } from './market.ts';

/** Weights of a logistic regression over standardised features; `model.json` of a version. */
export interface LogisticModel {
  readonly means: readonly number[];
  /** 1 / standard deviation; 0 for a feature that never changed in training. */
  readonly scales: readonly number[];
  /** The first is the intercept. */
  readonly weights: readonly number[];
}

type Vector = readonly number[];

/** Prior precision of each weight: keeps weights of uninformative features near 0. */
const RIDGE = 1;
const MOST_STEPS = 30;
const CONVERGED = 1e-8;

function featuresOf({ nswprice, nswdemand, vicprice, vicdemand, transfer, period }: Omit<HalfHour, 'at' | 'up'>) {
  const day = 2 * Math.PI * period;
  const times = [Math.sin(day), Math.cos(day), Math.sin(2 * day), Math.cos(2 * day)];
  return [nswprice, nswdemand, vicprice, vicdemand, transfer, ...times];
}

/** Chance, 0..1, that the price is up. */
export function chanceOfUp(model: LogisticModel, inputs: Omit<HalfHour, 'at' | 'up'>): number {
  return logistic(dot(model.weights, standardised(model, featuresOf(inputs))));
}

/** Fits by Newton's method; the same rows give the same model. */
export function fitLogistic(rows: readonly HalfHour[]): LogisticModel {
  const features = rows.map(featuresOf);
  const means = columns(features).map(mean);
  const scales = columns(features).map((column, place) => {
    const spread = Math.sqrt(mean(column.map((value) => (value - (means[place] ?? 0)) ** 2)));
    return spread < 1e-9 ? 0 : 1 / spread;
  });
  const inputs = features.map((row) => standardised({ means, scales }, row));
  let weights: Vector = Array.from({ length: means.length + 1 }, () => 0);
  for (let step = 0; step < MOST_STEPS; step++) {
    const change = newtonStep(weights, inputs, rows);
    weights = weights.map((weight, place) => weight + (change[place] ?? 0));
    if (Math.max(...change.map(Math.abs)) < CONVERGED) break;
  }
  return { means, scales, weights };
}

function newtonStep(weights: Vector, inputs: readonly Vector[], rows: readonly HalfHour[]): Vector {
  const gradient = weights.map((weight) => -RIDGE * weight);
  const curvature: number[][] = weights.map((_, at) => weights.map((_other, place) => (at === place ? RIDGE : 0)));
  for (const [index, input] of inputs.entries()) {
    const chance = logistic(dot(weights, input));
    const error = Number(rows[index]?.up) - chance;
    for (const [at, value] of input.entries()) {
      gradient[at] = (gradient[at] ?? 0) + error * value;
      const line = curvature[at];
      if (line === undefined) continue;
      for (const [place, other] of input.entries())
        line[place] = (line[place] ?? 0) + chance * (1 - chance) * value * other;
    }
  }
  return solved(curvature, gradient);
}

/** Solves a symmetric, positive definite system by Gauss and Jordan; no pivots are needed. */
function solved(matrix: readonly Vector[], right: Vector): Vector {
  const lines = matrix.map((line, at) => [...line, right[at] ?? 0]);
  for (const [at, pivot] of lines.entries()) {
    for (const line of lines) {
      if (line === pivot) continue;
      const factor = (line[at] ?? 0) / (pivot[at] ?? 1);
      for (const [place, value] of pivot.entries()) line[place] = (line[place] ?? 0) - factor * value;
    }
  }
  return lines.map((line, at) => (line.at(-1) ?? 0) / (line[at] ?? 1));
}

/** With a 1 in front, for the intercept. */
function standardised({ means, scales }: Pick<LogisticModel, 'means' | 'scales'>, row: Vector): Vector {
  return [1, ...row.map((value, place) => (value - (means[place] ?? 0)) * (scales[place] ?? 0))];
}

function columns(rows: readonly Vector[]): Vector[] {
  return (rows[0] ?? []).map((_, place) => rows.map((row) => row[place] ?? 0));
}

function mean(values: Vector): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function dot(one: Vector, other: Vector): number {
  return one.reduce((sum, value, place) => sum + value * (other[place] ?? 0), 0);
}

function logistic(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
