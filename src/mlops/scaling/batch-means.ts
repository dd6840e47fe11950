/** Number of batches of a trace. Each is long compared with a burst, so that batches are nearly independent. */
const BATCHES = 20;

/**
 * Standard error of the share of requests that wait longer than `waitSeconds`, by batch means: misses come together, so that requests are not
 * independent, but means of 20 batches of equally many requests in a row nearly are. Null for fewer than 40 requests.
 * Formula: sd(batch means) / sqrt(20). Example: all misses in one batch, of which they are half: 0.025.
 */
export function computeMissStandardError(waitsSeconds: Float64Array, waitSeconds: number): number | null {
  if (waitsSeconds.length < 2 * BATCHES) return null;
  const edge = (batch: number) => Math.floor((batch * waitsSeconds.length) / BATCHES);
  const means = Array.from({ length: BATCHES }, (_, batch) => {
    const waits = waitsSeconds.subarray(edge(batch), edge(batch + 1));
    return waits.reduce((misses, wait) => misses + Number(wait > waitSeconds), 0) / waits.length;
  });
  const mean = means.reduce((sum, one) => sum + one, 0) / BATCHES;
  const variance = means.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (BATCHES - 1);
  return Math.sqrt(variance / BATCHES);
}
