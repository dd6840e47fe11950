/**
 * Confidences from which an answer may be taken: distinct values at equally spaced ranks of the known confidences, above the smallest,
 * which every answer reaches. Ascending; none without confidences that differ. `most`: highest number of them.
 * Example: 2 of 0.1, 0.2, 0.3, 0.4, 0.5, 0.6 -> 0.3, 0.5.
 */
export function buildThresholds(confidence: Float64Array | null, most: number): Float64Array {
  const known = (confidence ?? new Float64Array()).filter((value) => !Number.isNaN(value)).sort();
  const [smallest = 0] = known;
  const chosen = new Set<number>();
  for (let at = 1; at <= most; at += 1) {
    const value = known[Math.floor((at * known.length) / (most + 1))] ?? smallest;
    if (value > smallest) chosen.add(value);
  }
  return Float64Array.from(chosen);
}

/** For each row the number of thresholds at or below its confidence; 0 where it is unknown, so that it is never accepted. */
export function findBins(confidence: Float64Array | null, thresholds: Float64Array, rows: number): Uint8Array {
  const bins = new Uint8Array(rows);
  if (confidence === null) return bins;
  for (let row = 0; row < rows; row += 1) bins[row] = countAtOrBelow(thresholds, confidence[row] as number);
  return bins;
}

function countAtOrBelow(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
