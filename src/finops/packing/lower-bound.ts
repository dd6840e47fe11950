/** A whole GPU, in thousandths, the unit of requested GPU shares. */
export const WHOLE_GPU_MILLI = 1000;

/**
 * Lower bound of the number of GPUs of any packing: the bound L2 of Martello and Toth. For every k up to half a GPU, each
 * share over 1000 - k takes a GPU alone, and each share over a half takes a separate GPU. The free space of the latter is
 * filled with the shares from k on without a gap. Shares in thousandths, 1 to 1000; 0 for none.
 * Example: 600, 600, 600, 400 -> 3 (the sum alone, 2.2, gives 3 too; for 600, 600, 600 it gives 2, and the bound 3).
 */
export function computeGpuLowerBound(shares: readonly number[]): number {
  const { counts, sums } = computePrefixes(shares);
  const between = (table: Float64Array, from: number, to: number) => (table[to] ?? 0) - (table[from - 1] ?? 0);
  const half = WHOLE_GPU_MILLI / 2;
  let bound = 0;
  for (let k = 0; k <= half; k += 1) {
    const alone = between(counts, WHOLE_GPU_MILLI - k + 1, WHOLE_GPU_MILLI);
    const large = between(counts, half + 1, WHOLE_GPU_MILLI - k);
    const largeSum = between(sums, half + 1, WHOLE_GPU_MILLI - k);
    const smallSum = between(sums, Math.max(k, 1), half);
    const more = Math.ceil((smallSum - (large * WHOLE_GPU_MILLI - largeSum)) / WHOLE_GPU_MILLI);
    bound = Math.max(bound, alone + large + Math.max(0, more));
  }
  return bound;
}

/** Number and sum of all shares up to each size. */
function computePrefixes(shares: readonly number[]): { counts: Float64Array; sums: Float64Array } {
  const counts = new Float64Array(WHOLE_GPU_MILLI + 1);
  const sums = new Float64Array(WHOLE_GPU_MILLI + 1);
  for (const share of shares) {
    counts[share] = (counts[share] ?? 0) + 1;
    sums[share] = (sums[share] ?? 0) + share;
  }
  for (let size = 1; size <= WHOLE_GPU_MILLI; size += 1) {
    counts[size] = (counts[size] ?? 0) + (counts[size - 1] ?? 0);
    sums[size] = (sums[size] ?? 0) + (sums[size - 1] ?? 0);
  }
  return { counts, sums };
}
