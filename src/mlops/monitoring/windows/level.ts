/**
 * What the p-value of a window is held against so that false alarms keep a stated rate over time. LORD++ (Ramdas, Yang,
 * Wainwright and Jordan 2017) with all of its wealth at the start and an even gamma over blocks of `over` windows:
 *
 *     level / over x max(1, windows of the block before it that were called drifted)
 *
 * The thresholds of a block sum to no more than `level` x max(1, discoveries), which is LORD++'s bound on the false
 * discovery rate. While nothing drifts they sum to `level` in any `over` windows in a row, so that any alarm in them has at
 * most that chance, however the windows depend on each other, as they do by their common reference. Unlike with a gamma that
 * falls, the thousandth window is as able to find drift as the first.
 * Example: level 0.05 over 100, three discoveries in the block -> 0.0015.
 */
export function windowThreshold(
  { level, over }: { readonly level: number; readonly over: number },
  discoveries: number,
): number {
  return (level / over) * Math.max(1, discoveries);
}

/** Number of tests before the block that the next one is in, when there were so many: 0 for the first `over`. */
export function blockStart(over: number, testsBefore: number): number {
  return testsBefore - (testsBefore % over);
}
