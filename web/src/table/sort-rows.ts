/** Ascending order of two rows by a column. */
export interface Order<R> {
  (a: R, b: R): number;
  /** True for a row without a value in the column; it is last in both directions. */
  readonly isUnknown?: (row: R) => boolean;
}

/**
 * Rows in an order, in a new array. Rows without a value are last in both directions, so that the known values are never
 * pushed out of view. Example: `sortRows(budgets, compareAmounts(({ spent }) => spent?.amount), true)`.
 */
export function sortRows<R>(rows: readonly R[], order: Order<R>, isDescending: boolean): R[] {
  const isUnknown = order.isUnknown ?? (() => false);
  return rows.toSorted((a, b) => {
    const [left, right] = [isUnknown(a), isUnknown(b)];
    if (left || right) return Number(left) - Number(right);
    return isDescending ? order(b, a) : order(a, b);
  });
}
