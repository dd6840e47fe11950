/**
 * Threshold for the p-value of a window that keeps false alarms at a stated rate over time. LORD++ (Ramdas, Yang, Wainwright
 * and Jordan 2017) with all of its wealth at the start and an even gamma over blocks of `over` windows:
 *
 *     level / over x max(1, earlier windows of the same block that were called drifted)
 *
 * The thresholds of a block sum to no more than `level` x max(1, discoveries), which is LORD++'s bound on the false
 * discovery rate. While nothing drifts they sum to `level` in any `over` consecutive windows. The chance of any alarm in
 * them is therefore at most `level`, however the windows depend on each other, as they do by their common reference. With a
 * falling gamma, the thousandth window would have less power than the first; here both have the same.
 * Example: level 0.05 over 100, three discoveries in the block -> 0.0015.
 */
export function computeWindowThreshold(
  { level, over }: { readonly level: number; readonly over: number },
  discoveries: number,
): number {
  return (level / over) * Math.max(1, discoveries);
}

/** Number of tests before the block of the next test, after `testsBefore` tests; 0 for the first `over` tests. */
export function computeBlockStart(over: number, testsBefore: number): number {
  return testsBefore - (testsBefore % over);
}
