/** A non-decreasing line through points, flat beyond its ends. */
export interface IsotonicLine {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Isotonic regression of `y` on `x` by pooling adjacent violators (Ayer et al. 1955): the non-decreasing values at each distinct
 * `x` that are nearest to `y` in the squares. Equal `x` count as one point, their mean. At least one point.
 * Example: x 1, 2, 3 and y 0, 1, 0.5 -> 0, 0.75, 0.75.
 */
export function isotonicRegression(x: Float64Array, y: Float64Array): IsotonicLine {
  const order = sortIndexes(x);
  const distinct: number[] = [];
  /** Blocks of distinct points that have one value: its sum and weight, and the place of its first point. */
  const sums: number[] = [];
  const weights: number[] = [];
  const firsts: number[] = [];
  for (const at of order) {
    const value = x[at] ?? 0;
    if (distinct.at(-1) === value) {
      sums.push((sums.pop() ?? 0) + (y[at] ?? 0));
      weights.push((weights.pop() ?? 0) + 1);
      continue;
    }
    pool(sums, weights, firsts);
    distinct.push(value);
    sums.push(y[at] ?? 0);
    weights.push(1);
    firsts.push(distinct.length - 1);
  }
  pool(sums, weights, firsts);
  const fitted = new Float64Array(distinct.length);
  firsts.forEach((first, block) => {
    fitted.fill((sums[block] ?? 0) / (weights[block] ?? 1), first, firsts[block + 1] ?? distinct.length);
  });
  return { x: Float64Array.from(distinct), y: fitted };
}

/** While the last block lies at or below the one before it, both become one. */
function pool(sums: number[], weights: number[], firsts: number[]): void {
  while (sums.length > 1) {
    const [sum = 0, before = 0] = [sums.at(-1), sums.at(-2)];
    const [weight = 1, weightBefore = 1] = [weights.at(-1), weights.at(-2)];
    if (sum / weight > before / weightBefore) return;
    sums.splice(-2, 2, sum + before);
    weights.splice(-2, 2, weight + weightBefore);
    firsts.pop();
  }
}

/** Value of the line at `x`, straight between its points. */
export function interpolateAt({ x, y }: IsotonicLine, at: number): number {
  let [low, high] = [0, x.length - 1];
  if (at <= (x[low] ?? 0)) return y[low] ?? 0;
  if (at >= (x[high] ?? 0)) return y[high] ?? 0;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((x[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [x[low], x[high], y[low], y[high]];
  return y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
}

/** Places of the values from the least to the largest; equal ones in their order. */
export function sortIndexes(values: Float64Array): Uint32Array {
  const order = Uint32Array.from(values, (_, at) => at);
  return order.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
}
