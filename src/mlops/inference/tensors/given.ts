import { numberToHalf } from './half.ts';
import { flatten, markedNumber } from './json-values.ts';
import { badRequest } from './problem.ts';
import {
  type Datatype,
  elementsIn,
  isBytes,
  type NumericData,
  type NumericDatatype,
  type Tensor,
  type TensorData,
  zeros,
} from './tensor.ts';

/** A tensor of a request or an answer before its type is decided. */
export interface Given {
  /** null where the protocol gives it none. */
  readonly name: string | null;
  readonly shape: readonly number[];
  /** Elements of a stated type, or JSON values. */
  readonly values: { readonly datatype: Datatype; readonly data: TensorData } | readonly unknown[];
}

/** Nested lists of JSON. Error: lists of different lengths. */
export function givenOf(name: string | null, nested: unknown): Given {
  const { shape, values } = flatten(nested);
  return { name, shape, values };
}

export function givenTensor({ name, shape, datatype, data }: Tensor): Given {
  return { name, shape, values: { datatype, data } };
}

function isTyped(values: Given['values']): values is { readonly datatype: Datatype; readonly data: TensorData } {
  return 'datatype' in values;
}

const utf8 = new TextEncoder();

const UNSAID = 'A tensor must contain numbers, booleans, or texts.';

/** The type of JSON values: integers INT64, other numbers FP64, true and false BOOL, texts BYTES. */
export function inferredDatatype({ values }: Given): Datatype {
  if (isTyped(values)) return values.datatype;
  let datatype: Datatype | null = null;
  for (const value of values) {
    const one = datatypeOf(value);
    if (datatype === null || datatype === one) datatype = one;
    else if (isNumber(datatype) && isNumber(one)) datatype = 'FP64';
    else throw badRequest(`A tensor must have values of one type; this one has ${datatype} and ${one}.`);
  }
  return datatype ?? 'FP64';
}

const isNumber = (datatype: Datatype) => datatype === 'INT64' || datatype === 'FP64';

function datatypeOf(value: unknown): Datatype {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'INT64';
  if (typeof value === 'number' || value === null || markedNumber(value) !== undefined) return 'FP64';
  if (typeof value === 'boolean') return 'BOOL';
  if (typeof value === 'string' || bytesIn(value) !== null) return 'BYTES';
  throw badRequest(UNSAID);
}

/**
 * Converts to a tensor of a type without changing values: a value that the type cannot hold is refused, except that numbers
 * are rounded to the nearest FP16 or FP32. Errors: another kind of value, a fraction or NaN for an integer type, out of
 * range.
 */
export function tensorOf(given: Given, name: string, datatype: Datatype): Tensor {
  const { shape, values } = given;
  const of = (data: TensorData): Tensor => ({ name, datatype, shape, data });
  if (isTyped(values)) {
    return values.datatype === datatype ? of(values.data) : of(retyped(name, values, datatype));
  }
  if (values.length !== elementsIn(shape))
    throw badRequest(`"${name}" has ${values.length} values, which does not match its shape.`);
  if (datatype === 'BYTES') return of(values.map((value) => asBytes(name, value)));
  return of(numericData(name, values, datatype));
}

/** A client that sends FP64 to a model of FP32 means the numbers, so numbers are converted. Texts, booleans and FP16 are refused. */
function retyped(name: string, { datatype: from, data }: { datatype: Datatype; data: TensorData }, to: Datatype) {
  if (isBytes(data) || to === 'BYTES' || from === 'BOOL' || to === 'BOOL' || from === 'FP16') {
    throw badRequest(`"${name}" must be ${to}; ${from} came.`);
  }
  return numericData(name, data, to);
}

function numericData(
  name: string,
  values: ArrayLike<unknown> & Iterable<unknown>,
  datatype: NumericDatatype,
): NumericData {
  const data = zeros(datatype, values.length);
  let at = 0;
  for (const value of values) {
    data[at] = elementOf(name, value, datatype) as never;
    at += 1;
  }
  return data;
}

/** Minimum and maximum of each integer type. */
const ranges: Readonly<Partial<Record<Datatype, readonly [bigint, bigint]>>> = {
  UINT8: [0n, 2n ** 8n - 1n],
  UINT16: [0n, 2n ** 16n - 1n],
  UINT32: [0n, 2n ** 32n - 1n],
  UINT64: [0n, 2n ** 64n - 1n],
  INT8: [-(2n ** 7n), 2n ** 7n - 1n],
  INT16: [-(2n ** 15n), 2n ** 15n - 1n],
  INT32: [-(2n ** 31n), 2n ** 31n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

function elementOf(name: string, value: unknown, datatype: NumericDatatype): number | bigint {
  if (datatype === 'BOOL') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw wrongValue(name, value, datatype);
  }
  const range = ranges[datatype];
  if (range === undefined) {
    const number = asNumber(name, value, datatype);
    return datatype === 'FP16' ? numberToHalf(number) : number;
  }
  const whole = asWhole(name, value, datatype);
  if (whole < range[0] || whole > range[1]) throw badRequest(`"${name}" has ${whole}, which is not a ${datatype}.`);
  return datatype === 'INT64' || datatype === 'UINT64' ? BigInt(whole) : Number(whole);
}

function asNumber(name: string, value: unknown, datatype: Datatype): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const marked = markedNumber(value);
  if (marked !== undefined) return marked;
  throw wrongValue(name, value, datatype);
}

function asWhole(name: string, value: unknown, datatype: Datatype): bigint | number {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw wrongValue(name, value, datatype);
}

function wrongValue(name: string, value: unknown, datatype: Datatype): Error {
  const text = markedNumber(value)?.toString() ?? JSON.stringify(value) ?? String(value);
  return badRequest(`"${name}" must be ${datatype}; ${text.slice(0, 60)} is not.`);
}

function asBytes(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string' && markedNumber(value) === undefined) return utf8.encode(value);
  const bytes = bytesIn(value);
  if (bytes !== null) return bytes;
  throw wrongValue(name, value, 'BYTES');
}

/** `{"b64": "…"}`, the form of TensorFlow Serving for bytes that are not text. */
function bytesIn(value: unknown): Uint8Array | null {
  if (typeof value !== 'object' || value === null || !('b64' in value)) return null;
  return typeof value.b64 === 'string' ? new Uint8Array(Buffer.from(value.b64, 'base64')) : null;
}
