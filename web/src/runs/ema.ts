/**
 * Exponential moving average with the bias of its start taken out, as TensorBoard draws it: each value is the weighted mean
 * of all before it, where one sample back counts `weight` times as much. `weight` 0 changes nothing, near 1 smooths most.
 * A gap (null) stays a gap and the mean goes on after it.
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
