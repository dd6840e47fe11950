import { decimal } from '../../../src/platform/units/schema.ts';
import type { Order } from './sort-rows.ts';

/** Order of rows by a text, with numbers in it by their value; null is unknown. */
export function compareTexts<R>(read: (row: R) => string | null | undefined): Order<R> {
  return orderBy(read, (a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Order of rows by a number; null is unknown. */
export function compareNumbers<R>(read: (row: R) => number | null | undefined): Order<R> {
  return orderBy(read, (a, b) => a - b);
}

/** Order of rows by an exact amount; null is unknown. */
export function compareAmounts<R>(read: (row: R) => string | null | undefined): Order<R> {
  return orderBy(read, (a, b) => decimal(a).comparedTo(b));
}

/**
 * Order of rows by the value of a column: numbers and exact decimals by their value, texts with the numbers in them, and
 * numbers before texts. Null is unknown.
 */
export function compareValues<R>(read: (row: R) => string | number | null | undefined): Order<R> {
  return orderBy(read, (a, b) => {
    const [left, right] = [readFigure(a), readFigure(b)];
    if (left !== null && right !== null) return decimal(left).comparedTo(right);
    if (left !== null || right !== null) return left === null ? 1 : -1;
    return String(a).localeCompare(String(b), 'en', { numeric: true });
  });
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** The value as a decimal; null where it is a text. */
function readFigure(value: string | number): string | number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return DECIMAL.test(value) ? value : null;
}

/** An unknown value is the smallest for a caller that only compares; `sortRows` and the long tables put it last. */
function orderBy<R, V>(read: (row: R) => V | null | undefined, compare: (a: V, b: V) => number): Order<R> {
  const order = (a: R, b: R) => {
    const [left, right] = [read(a), read(b)];
    if (left == null || right == null) return Number(left != null) - Number(right != null);
    return compare(left, right);
  };
  return Object.assign(order, { isUnknown: (row: R) => read(row) == null });
}
