import { decimal } from '../../../src/platform/units/schema.ts';

type Compare<R> = (a: R, b: R) => number;

/** Order of rows by a text, with numbers in it by their value; null is smallest. */
export function compareTexts<R>(read: (row: R) => string | null | undefined): Compare<R> {
  return (a, b) => (read(a) ?? '').localeCompare(read(b) ?? '', 'en', { numeric: true });
}

/** Order of rows by a number; null is smallest. */
export function compareNumbers<R>(read: (row: R) => number | null | undefined): Compare<R> {
  return (a, b) => {
    const [left, right] = [read(a) ?? Number.NEGATIVE_INFINITY, read(b) ?? Number.NEGATIVE_INFINITY];
    return left === right ? 0 : left < right ? -1 : 1;
  };
}

/** Order of rows by an exact amount; null is smallest. */
export function compareAmounts<R>(read: (row: R) => string | null | undefined): Compare<R> {
  return (a, b) => {
    const [left, right] = [read(a) ?? null, read(b) ?? null];
    if (left === null || right === null) return Number(left !== null) - Number(right !== null);
    return decimal(left).comparedTo(right);
  };
}
