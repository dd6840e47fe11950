/**
 * Time between two checkpoints by Young (1974): sqrt(2 d M). `saveSeconds`: time of one save; `meanSeconds`: mean time between
 * interruptions. Example: 180 s and 10.51 h -> 3,691 s.
 */
export function computeYoungInterval(saveSeconds: number, meanSeconds: number): number {
  return Math.sqrt(2 * saveSeconds * meanSeconds);
}

/**
 * The same by Daly (2006), of higher order: sqrt(2dM) (1 + sqrt(d / 2M) / 3 + d / 18M) - d for d < 2M, else M.
 * Example: 180 s and 10.51 h -> 3,571 s.
 */
export function computeDalyInterval(saveSeconds: number, meanSeconds: number): number {
  if (saveSeconds >= 2 * meanSeconds) return meanSeconds;
  const share = saveSeconds / (2 * meanSeconds);
  return computeYoungInterval(saveSeconds, meanSeconds) * (1 + Math.sqrt(share) / 3 + share / 9) - saveSeconds;
}

/** Overhead of a job on spot capacity, in seconds. */
export interface CheckpointCosts {
  readonly saveSeconds: number;
  /** From available capacity to the first new second of work. */
  readonly restartSeconds: number;
}

/**
 * Expected paid time over the time of the work: 1 + d/t + t/2M + R/M, for evenly spaced interruptions. Real ones cluster, so
 * a replay of the history is reported as well. Example: d 180 s, R 360 s, M 10.51 h, t 3,691 s -> 1.107.
 */
export function computeExpectedBillRatio(
  { saveSeconds, restartSeconds }: CheckpointCosts,
  meanSeconds: number,
  intervalSeconds: number,
): number {
  return 1 + saveSeconds / intervalSeconds + intervalSeconds / (2 * meanSeconds) + restartSeconds / meanSeconds;
}
