import { AppError } from '../errors/index.ts';

/** Arrays and objects inside each other, at most: no document of ours comes near it. */
export const JSON_DEPTH_LIMIT = 64;
/** Values of one document, an array or object counted twice: a busy server parses this many in about 100 ms. */
export const JSON_VALUE_LIMIT = 500_000;

export interface JsonLimits {
  /** Levels of arrays and objects. */
  readonly depth?: number;
  /** Values: elements and members, and one more for each array or object, which costs twice the time of a number. */
  readonly values?: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Counts depth and values of JSON text (UTF-8) in one pass over its bytes, before anything parses it. No recursion, no allocation, about a
 * millisecond a megabyte. Text that is no JSON passes or fails by its brackets; the parser refuses it afterwards.
 * Errors: `json_too_deep`, `json_too_many_values`.
 * Example: `checkJson(Buffer.from('[[1]]'), { depth: 1 })` throws `json_too_deep`.
 */
export function checkJson(bytes: Uint8Array, limits: JsonLimits = {}): void {
  const { depth: mostDepth = JSON_DEPTH_LIMIT, values: mostValues = JSON_VALUE_LIMIT } = limits;
  const end = bytes.length;
  let depth = 0;
  let values = 1;
  let at = 0;
  while (at < end) {
    const byte = bytes[at++];
    if (byte === QUOTE) at = findStringEnd(bytes, at);
    else if (byte === COMMA) values += 1;
    else if (isOpening(byte)) {
      values += 2;
      depth += 1;
      if (depth > mostDepth) throw createTooDeep(mostDepth);
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
      // An empty container holds no value.
      if (isOpening(bytes[at - 2])) values -= 1;
    }
  }
  if (values > mostValues) throw createTooManyValues(mostValues);
}

function isOpening(byte: number | undefined): boolean {
  return byte === OPEN_ARRAY || byte === OPEN_OBJECT;
}

/** Place after the closing quote of a string that begins before `at`. */
function findStringEnd(bytes: Uint8Array, at: number): number {
  let next = at;
  while (next < bytes.length) {
    const byte = bytes[next++];
    if (byte === BACKSLASH) next += 1;
    else if (byte === QUOTE) return next;
  }
  return next;
}

function createTooDeep(limit: number): AppError {
  return new AppError('json_too_deep', `The JSON is nested more than ${limit} levels deep. Send a flatter document.`, {
    limit,
  });
}

/** Also for other encodings of the same documents. */
export function createTooManyValues(limit: number): AppError {
  const detail = `The body has more than ${limit} values. Send it in several requests.`;
  return new AppError('json_too_many_values', detail, { limit });
}

/** `JSON.parse` of text that came from outside. Errors: `SyntaxError`, `json_too_deep`, `json_too_many_values`. */
export function parseBoundedJson(text: string, limits: JsonLimits = {}): unknown {
  checkJson(Buffer.from(text), limits);
  return JSON.parse(text);
}
