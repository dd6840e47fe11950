/** Sixteen digits in a row: an integer may exceed 2^53. Text with such digits gets the slow parse too, and is left as it is. */
const MAY_BE_LONG = /\d{16}/;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON. An integer beyond 2^53 becomes its text, so that no digit is lost; every other number stays a number.
 * Error: SyntaxError.
 *
 * @example parseLossless('[1, 9007199254740993]') // [1, '9007199254740993']
 */
export function parseLossless(text: string): unknown {
  if (!MAY_BE_LONG.test(text)) return JSON.parse(text);
  return JSON.parse(text, keepDigits);
}

/** The third argument is that of ECMAScript 2026, which the types do not have yet. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return INTEGER.test(source) ? source : value;
}
