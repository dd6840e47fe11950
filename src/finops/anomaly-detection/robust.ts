/** Makes a median absolute deviation estimate the standard deviation of a normal distribution. */
const MAD_TO_DEVIATION = 1.4826;
/** The same for the mean absolute deviation. */
const MEAN_TO_DEVIATION = 1.2533;

/** The value in the middle; of an even number the mean of the two. `null` of none. Example: 1, 9, 2 gives 2. */
export function computeMedian(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) return null;
  const lower = sorted[(sorted.length - 1) >> 1] ?? upper;
  return (lower + upper) / 2;
}

/**
 * Mean of the middle half: nearly as insensitive to outliers as the median, with a third less chance in it. `null` of none.
 * Example: 1, 2, 3, 90 gives 2.5.
 */
export function computeMidmean(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.subarray(cut, sorted.length - cut);
  return middle.length === 0 ? null : middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/**
 * Standard deviation about zero: 1.4826 times the median size; if most residuals are zero, 1.2533 times the mean size.
 * `null` without residuals. Example: -1, 1, 1, 90 gives 1.4826.
 */
export function estimateDeviation(residuals: readonly number[]): number | null {
  const sizes = residuals.map(Math.abs);
  const middle = computeMedian(sizes);
  if (middle === null || middle > 0) return middle === null ? null : MAD_TO_DEVIATION * middle;
  return (MEAN_TO_DEVIATION * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length;
}

/**
 * Slope per step: the median over pairs of points that are half of the length apart (Theil’s incomplete method). A quarter
 * of the points may be outliers. `null` with fewer than two points. Example: (0, 1), (1, 2), (2, 3), (3, 90) gives the
 * median of 1 and 44.
 */
export function estimateSlope(points: readonly (readonly [number, number])[]): number | null {
  const half = points.length >> 1;
  const slopes = points.slice(half).flatMap(([x, y], index) => {
    const [earlier, before] = points[index] ?? [x, y];
    return x === earlier ? [] : [(y - before) / (x - earlier)];
  });
  return computeMedian(slopes);
}

/**
 * Correlation of a standard normal residual with the previous one. Residuals are cut off at 3 in size; the result is reduced
 * by one standard error and limited to 0 to 0.6. It is 0 with too few residuals.
 */
export function estimateDependence(residuals: readonly number[]): number {
  if (residuals.length < LEAST_FOR_DEPENDENCE) return 0;
  const cut = residuals.map((residual) => Math.max(-3, Math.min(3, residual)));
  let together = 0;
  let alone = 0;
  cut.slice(1).forEach((residual, index) => {
    const before = cut[index] ?? 0;
    together += residual * before;
    alone += before * before;
  });
  if (alone === 0) return 0;
  return Math.max(0, Math.min(MOST_DEPENDENCE, together / alone - 1 / Math.sqrt(cut.length)));
}

const LEAST_FOR_DEPENDENCE = 21;
const MOST_DEPENDENCE = 0.6;
