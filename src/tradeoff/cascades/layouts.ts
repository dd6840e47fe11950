/** Candidates in the order of asking, and the place of its first cascade among all. */
export interface Layout {
  /** Places of one to three candidates. */
  readonly stages: readonly number[];
  readonly offset: number;
  /** Cascades with this order: one for each choice of thresholds of all stages but the last. */
  readonly size: number;
}

/**
 * Every order of one or two candidates, and of three of `inThree`, without the orders of a stage that has no threshold and is not the last.
 * `thresholds`: number of thresholds of each candidate.
 */
export function listLayouts(thresholds: readonly number[], inThree: readonly number[]): Layout[] {
  const all = thresholds.map((_, at) => at);
  const orders = [
    ...all.map((a) => [a]),
    ...all.flatMap((a) => all.map((b) => [a, b])),
    ...inThree.flatMap((a) => inThree.flatMap((b) => inThree.map((c) => [a, b, c]))),
  ].filter((stages) => new Set(stages).size === stages.length);
  let offset = 0;
  return orders.flatMap((stages) => {
    const size = stages.slice(0, -1).reduce((product, at) => product * (thresholds[at] ?? 0), 1);
    const layout = { stages, offset, size };
    offset += size;
    return size === 0 ? [] : [layout];
  });
}
