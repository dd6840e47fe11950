/** Rows by two bins; the second has one bin only where there is no second stage with a threshold. */
export interface BinnedRows {
  readonly first: Uint8Array;
  readonly firstBins: number;
  readonly second: Uint8Array | null;
  readonly secondBins: number;
}

/** Sums of a value over the rows with a first bin below `i` and a second bin below `j`. */
export interface CumulativeSums {
  /** Rows that the first stage passes on and the second does not answer. */
  below(i: number, j: number): number;
  /** Rows that the first stage passes on. */
  firstBelow(i: number): number;
  readonly total: number;
}

/** Two-dimensional cumulative sums of `values` over the rows `fold`, `fold + folds`, `fold + 2 folds`…. Time: rows + bins. */
export function sumCumulatively(
  values: Float64Array,
  { first, firstBins, second, secondBins }: BinnedRows,
  fold: number,
  folds: number,
): CumulativeSums {
  const width = secondBins + 1;
  const sums = new Float64Array((firstBins + 1) * width);
  for (let row = fold; row < values.length; row += folds) {
    const place = ((first[row] as number) + 1) * width + (second === null ? 0 : (second[row] as number)) + 1;
    sums[place] = (sums[place] as number) + (values[row] as number);
  }
  for (let i = 1; i <= firstBins; i += 1) {
    let sumOfLine = 0;
    for (let j = 1; j <= secondBins; j += 1) {
      sumOfLine += sums[i * width + j] as number;
      sums[i * width + j] = sumOfLine + (sums[(i - 1) * width + j] as number);
    }
  }
  return {
    below: (i, j) => sums[i * width + j] as number,
    firstBelow: (i) => sums[i * width + secondBins] as number,
    total: sums[firstBins * width + secondBins] as number,
  };
}
