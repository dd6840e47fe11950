/** Data types by their names in the Open Inference Protocol. */
export const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type Datatype = (typeof datatypes)[number];

/** Elements in row-major order: BOOL as bytes 0 and 1, FP16 as the bits of each, BYTES as one array for each element. */
export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly Uint8Array[];

/** The one form between all protocols. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** Specs of types that are all known; null where one is not. */
export function isFullyKnown(
  specs: readonly (Omit<TensorSpec, 'datatype'> & { datatype: Datatype | undefined })[],
): TensorSpec[] | null {
  const known = specs.flatMap(({ datatype, ...spec }) => (datatype === undefined ? [] : [{ ...spec, datatype }]));
  return known.length === specs.length ? known : null;
}

/** An input or output of a model; a dimension of -1 has any length. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** The model gave it no name, and takes it under any. */
  readonly anyName?: true;
}

/** Inputs and outputs of a model, as far as they are known. */
export interface ModelSpec {
  /** `columns`: it takes a table, one input for each of its columns. */
  readonly layout: 'tensors' | 'columns';
  readonly inputs: readonly TensorSpec[] | null;
  readonly outputs: readonly TensorSpec[] | null;
}

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const;

export type NumericDatatype = keyof typeof arrays;
export type NumericData = Exclude<TensorData, readonly Uint8Array[]>;

/** Bytes of one element. */
export function countElementBytes(datatype: NumericDatatype): number {
  return arrays[datatype].BYTES_PER_ELEMENT;
}

/** An array of zeros for a data type. */
export function createZeros(datatype: NumericDatatype, length: number): NumericData {
  return new arrays[datatype](length);
}

/** Elements of raw little-endian bytes, copied so that they lie as the array needs them. */
export function parseBytes(datatype: NumericDatatype, bytes: Uint8Array): NumericData {
  const own = new Uint8Array(bytes).buffer;
  return new arrays[datatype](own);
}

/** The bytes that lie behind elements. */
export function viewBytes(data: NumericData): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Number of elements of a shape; 1 for a scalar. Example: `[2, 3]` -> 6. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether a shape is one that a spec allows. Example: `[3, 4]` fits `[-1, 4]`. */
export function isFittingShape(shape: readonly number[], spec: readonly number[]): boolean {
  return shape.length === spec.length && spec.every((length, at) => length === -1 || length === shape[at]);
}

/** `[3, 4]`, and `[?, 4]` where any length will do. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.map((length) => (length === -1 ? '?' : length)).join(', ')}]`;
}

export function isBytes(data: TensorData): data is readonly Uint8Array[] {
  return Array.isArray(data);
}
