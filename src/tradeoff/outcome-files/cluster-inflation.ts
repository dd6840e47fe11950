/**
 * Factor by which dependence within clusters raises the variance of a mean (design effect): the variance of the mean from cluster sums,
 * G / (G - 1) sum over clusters of (sum of deviations)^2 / n^2, divided by the variance for independent values, s^2 / n. At least 1: a
 * smaller value is chance. Infinity with fewer than two clusters, which carry no information about it; 1 for constant values.
 *
 * @example computeClusterInflation(Float64Array.of(1, 1, 0, 0), Float64Array.of(0, 0, 1, 1)) // 3
 */
export function computeClusterInflation(values: Float64Array, cluster: Float64Array): number {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const sums = new Map<number, number>();
  let squares = 0;
  for (let row = 0; row < n; row += 1) {
    const deviation = (values[row] as number) - mean;
    const key = cluster[row] as number;
    sums.set(key, (sums.get(key) ?? 0) + deviation);
    squares += deviation * deviation;
  }
  const clusters = sums.size;
  if (clusters < 2) return Number.POSITIVE_INFINITY;
  if (squares === 0) return 1;
  let between = 0;
  for (const sum of sums.values()) between += sum * sum;
  const ofClusters = (clusters / (clusters - 1)) * (between / (n * n));
  return Math.max(1, ofClusters / (squares / (n - 1) / n));
}
