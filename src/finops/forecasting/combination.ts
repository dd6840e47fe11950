import type { Candidate, Trials } from './backtest.ts';

/** The weight of a candidate is its error to the power of minus this: twice the error gives a sixteenth of the weight. */
const SHARPNESS = 4;
/** An outlier is usually a single event: of two candidates with the same error, the one without outliers gets twice the weight. */
const FAVOUR_OF_CLEANED = 2;
/** A forecast that leaves the range of the history by more than this many ranges is rejected. */
const MOST_RANGES = 3;

/** Absolute errors of every candidate, summed by origin, over the known outcomes. */
export interface ErrorSums {
  /** By candidate, by origin. */
  readonly sums: readonly Float64Array[];
  /** By origin: number of known outcomes. */
  readonly counts: Float64Array;
}

/** `known[t]` is 1 if the value at t was observed, 0 if it was filled. */
export function sumErrors({ past, origins }: Trials, values: Float64Array, known: Uint8Array): ErrorSums {
  const counts = new Float64Array(origins.length);
  for (const [index, origin] of origins.entries()) {
    const steps = past[0]?.[index]?.length ?? 0;
    for (let step = 0; step < steps; step += 1)
      counts[index] = (counts[index] as number) + (known[origin + step] as number);
  }
  const sums = past.map((byOrigin) =>
    Float64Array.from(byOrigin, (forecast, index) => {
      const origin = origins[index] as number;
      let sum = 0;
      for (let step = 0; step < forecast.length; step += 1) {
        if (known[origin + step] === 1) sum += Math.abs((values[origin + step] as number) - (forecast[step] as number));
      }
      return sum;
    }),
  );
  return { sums, counts };
}

/** Mean absolute error of each candidate over the origins, `without` one; NaN when nothing is known. */
export function meanErrors({ sums, counts }: ErrorSums, without: number | null): Float64Array {
  return Float64Array.from(sums, (byOrigin) => {
    let sum = 0;
    let count = 0;
    for (let origin = 0; origin < byOrigin.length; origin += 1) {
      if (origin === without) continue;
      sum += byOrigin[origin] as number;
      count += counts[origin] as number;
    }
    return sum / count;
  });
}

/**
 * Shares that add up to 1, by the mean absolute error; by no error when none is known. Candidates that were never wrong
 * share all of it. Example: errors 1, 2 of two that are not cleaned -> 16/17, 1/17.
 */
export function computeWeights(errors: Float64Array, candidates: readonly Pick<Candidate, 'cleaned'>[]): Float64Array {
  const least = Math.min(...errors.filter((error) => Number.isFinite(error)));
  const raw = errors.map((error, index) => {
    const favour = candidates[index]?.cleaned === true ? FAVOUR_OF_CLEANED : 1;
    if (least === Number.POSITIVE_INFINITY || error === least) return favour;
    return Number.isFinite(error) ? favour * (error / least) ** -SHARPNESS : 0;
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/** Weights without the candidates whose forecast is rejected, unless all would be rejected. */
export function dropUnbelievable(
  weights: Float64Array,
  future: readonly Float64Array[],
  values: Float64Array,
): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const reach = MOST_RANGES * (high - low);
  const kept = weights.map((weight, index) =>
    (future[index] as Float64Array).every((value) => value >= low - reach && value <= high + reach) ? weight : 0,
  );
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return total > 0 ? kept.map((weight) => weight / total) : weights;
}

/** The weighted mean of forecasts of one length. */
export function combine(forecasts: readonly Float64Array[], weights: Float64Array): Float64Array {
  const result = new Float64Array(forecasts[0]?.length ?? 0);
  for (const [index, forecast] of forecasts.entries()) {
    const weight = weights[index] as number;
    if (weight === 0) continue;
    for (let step = 0; step < result.length; step += 1) {
      result[step] = (result[step] as number) + weight * (forecast[step] as number);
    }
  }
  return result;
}
