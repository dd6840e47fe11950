/**
 * Exponential moving average without the bias of its start, as TensorBoard draws it. Each value is the weighted mean of
 * all values up to it, and the weight falls by the factor `weight` with each sample back. `weight` 0 changes nothing,
 * near 1 smooths most. A gap (null) stays a gap, and the mean continues after it.
 * Example: 1, 3 with weight 0.5 -> 1, (0.5·1·0.5 + 0.5·3) / (1 − 0.25) = 2.3333.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let mean = 0;
  let seen = 0;
  return values.map((value) => {
    if (value === null) return null;
    mean = mean * weight + value * (1 - weight);
    seen += 1;
    return mean / (1 - weight ** seen);
  });
}
