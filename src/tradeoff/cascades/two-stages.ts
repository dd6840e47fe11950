import type { Configurations } from './configurations.ts';

/** Rows of one fold whose confidence reaches the same thresholds. */
interface ConfidenceBin {
  readonly fold: number;
  /** Number of thresholds that the confidence reaches. */
  readonly bin: number;
  readonly rows: number;
  /** Sum of the quality of the first stage minus that of the last; larger is better. */
  readonly difference: number;
  readonly square: number;
}

/** Rows of a fit of two stages, summed by fold and confidence of the first. */
export interface BinnedRows {
  readonly folds: number;
  /** Ascending. */
  readonly thresholds: readonly number[];
  readonly bins: readonly ConfidenceBin[];
}

/**
 * All cascades of two stages, one for each threshold. The baseline is the last stage, and the cost is the number of rows that it is asked
 * for: any cost of a month grows with it.
 *
 * @example buildTwoStages(sums).listStages(0) // [{ candidate: 0, acceptAtConfidence: 0.5 }, { candidate: 1, acceptAtConfidence: null }]
 */
export function buildTwoStages({ folds, thresholds, bins }: BinnedRows): Configurations {
  const count = thresholds.length;
  const create = () => new Float64Array(folds * count);
  const sums = { difference: create(), square: create(), cost: create() };
  const rows = new Float64Array(folds);
  const add = (list: Float64Array, at: number, value: number) => {
    list[at] = (list[at] as number) + value;
  };
  for (const one of bins) {
    add(rows, one.fold, one.rows);
    for (let cascade = 0; cascade < count; cascade += 1) {
      const at = one.fold * count + cascade;
      if (one.bin <= cascade) add(sums.cost, at, one.rows);
      else {
        add(sums.difference, at, one.difference);
        add(sums.square, at, one.square);
      }
    }
  }
  const listStages = (cascade: number) => [
    { candidate: 0, acceptAtConfidence: thresholds[cascade] ?? null },
    { candidate: 1, acceptAtConfidence: null },
  ];
  return { count, folds, rows, baselineCost: rows, sums, listStages };
}
