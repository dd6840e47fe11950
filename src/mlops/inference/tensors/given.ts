import { numberToHalf } from './half.ts';
import { flatten, parseMarkedNumber } from './json-values.ts';
import { buildBadRequest } from './problem.ts';
import {
  countElements,
  createZeros,
  type Datatype,
  isBytes,
  type NumericData,
  type NumericDatatype,
  type Tensor,
  type TensorData,
} from './tensor.ts';

/** A tensor of a request or an answer before its type is decided. */
export interface UntypedTensor {
  /** null where the protocol gives it none. */
  readonly name: string | null;
  readonly shape: readonly number[];
  /** Elements of a stated type, or JSON values. */
  readonly values: { readonly datatype: Datatype; readonly data: TensorData } | readonly unknown[];
}

/** Nested lists of JSON. Error: lists of different lengths. */
export function flattenNested(name: string | null, nested: unknown): UntypedTensor {
  const { shape, values } = flatten(nested);
  return { name, shape, values };
}

export function toGiven({ name, shape, datatype, data }: Tensor): UntypedTensor {
  return { name, shape, values: { datatype, data } };
}

function isTyped(
  values: UntypedTensor['values'],
): values is { readonly datatype: Datatype; readonly data: TensorData } {
  return 'datatype' in values;
}

const utf8 = new TextEncoder();

const UNSAID = 'A tensor must contain numbers, booleans, or texts.';

/** The type of JSON values: integers INT64, other numbers FP64, true and false BOOL, texts BYTES. */
export function inferTensorDatatype({ values }: UntypedTensor): Datatype {
  if (isTyped(values)) return values.datatype;
  let datatype: Datatype | null = null;
  for (const value of values) {
    const one = inferDatatype(value);
    if (datatype === null || datatype === one) datatype = one;
    else if (isNumber(datatype) && isNumber(one)) datatype = 'FP64';
    else throw buildBadRequest(`A tensor must have values of one type; this one has ${datatype} and ${one}.`);
  }
  return datatype ?? 'FP64';
}

const isNumber = (datatype: Datatype) => datatype === 'INT64' || datatype === 'FP64';

function inferDatatype(value: unknown): Datatype {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'INT64';
  if (typeof value === 'number' || value === null || parseMarkedNumber(value) !== undefined) return 'FP64';
  if (typeof value === 'boolean') return 'BOOL';
  if (typeof value === 'string' || bytesIn(value) !== null) return 'BYTES';
  throw buildBadRequest(UNSAID);
}

/**
 * Converts to a tensor of a type without changing values: a value that the type cannot hold is refused, except that numbers
 * are rounded to the nearest FP16 or FP32. Errors: another kind of value, a fraction or NaN for an integer type, out of
 * range.
 */
export function toTensor(given: UntypedTensor, name: string, datatype: Datatype): Tensor {
  const { shape, values } = given;
  const of = (data: TensorData): Tensor => ({ name, datatype, shape, data });
  if (isTyped(values)) {
    return values.datatype === datatype ? of(values.data) : of(convertDatatype(name, values, datatype));
  }
  if (values.length !== countElements(shape))
    throw buildBadRequest(`"${name}" has ${values.length} values, which does not match its shape.`);
  if (datatype === 'BYTES') return of(values.map((value) => toBytes(name, value)));
  return of(toNumericData(name, values, datatype));
}

/** A client that sends FP64 to a model of FP32 means the numbers, so numbers are converted. Texts, booleans and FP16 are refused. */
function convertDatatype(
  name: string,
  { datatype: from, data }: { datatype: Datatype; data: TensorData },
  to: Datatype,
) {
  if (isBytes(data) || to === 'BYTES' || from === 'BOOL' || to === 'BOOL' || from === 'FP16') {
    throw buildBadRequest(`"${name}" must be ${to}; ${from} came.`);
  }
  return toNumericData(name, data, to);
}

function toNumericData(
  name: string,
  values: ArrayLike<unknown> & Iterable<unknown>,
  datatype: NumericDatatype,
): NumericData {
  const data = createZeros(datatype, values.length);
  let at = 0;
  for (const value of values) {
    data[at] = toElement(name, value, datatype) as never;
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

function toElement(name: string, value: unknown, datatype: NumericDatatype): number | bigint {
  if (datatype === 'BOOL') {
    if (typeof value === 'boolean') return value ? 1 : 0;
    throw buildWrongValue(name, value, datatype);
  }
  const range = ranges[datatype];
  if (range === undefined) {
    const number = toNumber(name, value, datatype);
    return datatype === 'FP16' ? numberToHalf(number) : number;
  }
  const whole = toWholeNumber(name, value, datatype);
  if (whole < range[0] || whole > range[1])
    throw buildBadRequest(`"${name}" has ${whole}, which is not a ${datatype}.`);
  return datatype === 'INT64' || datatype === 'UINT64' ? BigInt(whole) : Number(whole);
}

function toNumber(name: string, value: unknown, datatype: Datatype): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  const marked = parseMarkedNumber(value);
  if (marked !== undefined) return marked;
  throw buildWrongValue(name, value, datatype);
}

function toWholeNumber(name: string, value: unknown, datatype: Datatype): bigint | number {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw buildWrongValue(name, value, datatype);
}

function buildWrongValue(name: string, value: unknown, datatype: Datatype): Error {
  const text = parseMarkedNumber(value)?.toString() ?? JSON.stringify(value) ?? String(value);
  return buildBadRequest(`"${name}" must be ${datatype}; ${text.slice(0, 60)} is not.`);
}

function toBytes(name: string, value: unknown): Uint8Array {
  if (typeof value === 'string' && parseMarkedNumber(value) === undefined) return utf8.encode(value);
  const bytes = bytesIn(value);
  if (bytes !== null) return bytes;
  throw buildWrongValue(name, value, 'BYTES');
}

/** `{"b64": "…"}`, the form of TensorFlow Serving for bytes that are not text. */
function bytesIn(value: unknown): Uint8Array | null {
  if (typeof value !== 'object' || value === null || !('b64' in value)) return null;
  return typeof value.b64 === 'string' ? new Uint8Array(Buffer.from(value.b64, 'base64')) : null;
}
