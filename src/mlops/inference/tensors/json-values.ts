import { checkJson } from '../../../platform/json/index.ts';
import { halfToNumber } from './half.ts';
import { buildBadRequest } from './problem.ts';
import { countElements, isBytes, type Tensor } from './tensor.ts';

/**
 * JSON has no NaN and no infinities; TensorFlow Serving, MLflow and Python write them as bare words. A marked text
 * represents each of them.
 */
const MARK = '\u0000';
const WORDS = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;
/** An integer that long may be more than a JavaScript number holds; digits of a fraction or before an exponent are none. */
const LONG_INTEGER = /(?<![\d.])\d{16,}(?![\d.eE])/;
/** Parsing takes some 0.1 microseconds for a value, and a microsecond where integers are kept exact. */
const MOST_VALUES = 2_000_000;
const MOST_EXACT_VALUES = 250_000;
const MOST_DIMENSIONS = 16;

/** Parses JSON, with integers beyond 2^53 exact as bigint, and NaN and Infinity as bare words where `words` allows them. */
export function parseJson(text: string, { words }: { readonly words: boolean }): unknown {
  const isExact = LONG_INTEGER.test(text);
  checkSize(text, isExact);
  const strict = words && /NaN|Infinity/.test(text) ? text.replaceAll(WORDS, toMarkedWord) : text;
  try {
    return isExact ? JSON.parse(strict, keepExactIntegers as Reviver) : JSON.parse(strict);
  } catch (error) {
    throw buildBadRequest(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function checkSize(text: string, isExact: boolean): void {
  try {
    checkJson(Buffer.from(text), { values: isExact ? MOST_EXACT_VALUES : MOST_VALUES });
  } catch (error) {
    throw buildBadRequest(error instanceof Error ? error.message : String(error));
  }
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function keepExactIntegers(_key: string, value: unknown, context: { readonly source?: string } = {}): unknown {
  const { source } = context;
  if (typeof value !== 'number' || source === undefined || Number.isSafeInteger(value)) return value;
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

function toMarkedWord(word: string): string {
  return word.startsWith('"') ? word : `"\\u0000${word}"`;
}

/** The number that a marked text represents; undefined for any other value. */
export function parseMarkedNumber(value: unknown): number | undefined {
  return typeof value === 'string' && value.startsWith(MARK) ? Number(value.slice(1)) : undefined;
}

/** Values of nested lists in row-major order, and the shape that they have together. */
export interface Flat {
  readonly shape: number[];
  readonly values: unknown[];
}

/** Errors: a list whose parts differ in length or depth. Example: `[[1, 2], [3, 4]]` -> shape `[2, 2]`, values `1 2 3 4`. */
export function flatten(nested: unknown): Flat {
  const shape: number[] = [];
  for (let level = nested; Array.isArray(level); level = level[0]) {
    if (shape.length === MOST_DIMENSIONS) throw buildBadRequest(`A tensor has at most ${MOST_DIMENSIONS} dimensions.`);
    shape.push(level.length);
  }
  const values: unknown[] = [];
  collect(nested, 0, shape, values);
  return { shape, values };
}

function collect(value: unknown, depth: number, shape: readonly number[], into: unknown[]): void {
  if (depth === shape.length) {
    if (Array.isArray(value)) throw buildRaggedError();
    into.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[depth]) throw buildRaggedError();
  for (const part of value) collect(part, depth + 1, shape, into);
}

function buildRaggedError(): Error {
  return buildBadRequest('The lists of a tensor must all have the same length and depth.');
}

/** Encoding of NaN and infinities, which JSON does not have: a bare word that Python and TensorFlow Serving read, or null. */
export type NonFinite = 'word' | 'null';
/** Encoding of bytes in JSON. */
export type BytesText = (bytes: Uint8Array) => string;

/** Elements as JSON texts. */
export function formatElements({ datatype, data }: Tensor, nonFinite: NonFinite, bytesText: BytesText): string[] {
  if (isBytes(data)) return data.map(bytesText);
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, (value) => (value === 0 ? 'false' : 'true'));
  if (datatype === 'FP16')
    return Array.from(data as Uint16Array, (bits) => formatNumber(halfToNumber(bits), nonFinite));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, String);
  return Array.from(data, (value) => formatNumber(value, nonFinite));
}

function formatNumber(value: number, nonFinite: NonFinite): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  return nonFinite === 'null' ? 'null' : String(value);
}

/** Nested lists as JSON. Example: shape `[2, 2]` with `1 2 3 4` -> `[[1,2],[3,4]]`. */
export function formatNested(texts: readonly string[], shape: readonly number[]): string {
  const [length, ...rest] = shape;
  if (length === undefined) return texts[0] ?? 'null';
  if (rest.length === 0) return `[${texts.join(',')}]`;
  const size = countElements(rest);
  const parts = Array.from({ length }, (_, at) => formatNested(texts.slice(at * size, (at + 1) * size), rest));
  return `[${parts.join(',')}]`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text that bytes are in UTF-8; null where they are none. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
