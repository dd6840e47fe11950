/** Beyond it squares and sums lose precision. */
const GREATEST_VALUE = 1e15;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The value of a field; a text ends the sentence of the error. */
export type Parsed = number | string;

/** A finite number of at most 1e15; else the reason. */
export function parseNumber(text: string): Parsed {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= GREATEST_VALUE) return value;
  return Number.isNaN(value) ? 'is not a number: leave an unknown value empty' : 'is beyond 1e15';
}

/** A number of at least 0; else the reason. */
export function parseCost(text: string): Parsed {
  const value = parseNumber(text);
  return typeof value === 'number' && value < 0 ? 'is a negative cost' : value;
}
