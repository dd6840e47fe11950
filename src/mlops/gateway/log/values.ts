import type { UntypedTensor } from '../../inference/index.ts';
import {
  countElements,
  type Datatype,
  decodeUtf8,
  halfToNumber,
  type ModelSpec,
  parseMarkedNumber,
} from '../../inference/index.ts';

/** A tensor with the name that it is kept under. */
export interface Column {
  readonly name: string;
  readonly given: UntypedTensor;
}

/**
 * Names for the inputs of a request: the names in the request; else the names of the model where their number matches; else
 * `input`, `input-1`, …
 * For a model that takes a table, a matrix is split into its columns.
 */
export function nameColumns(given: readonly UntypedTensor[], { layout, inputs }: ModelSpec): Column[] {
  const [lone, ...others] = given;
  const width = lone?.shape.length === 2 ? lone.shape[1] : null;
  if (lone !== undefined && others.length === 0 && lone.name === null && layout === 'columns') {
    if (inputs !== null && inputs.length === width)
      return inputs.map(({ name }, at) => ({ name, given: selectColumn(lone, at) }));
  }
  const known = inputs !== null && inputs.length === given.length ? inputs : null;
  return given.map((one, at) => ({
    name: one.name ?? known?.[at]?.name ?? (at === 0 ? 'input' : `input-${at}`),
    given: one,
  }));
}

function selectColumn({ name, shape, values }: UntypedTensor, column: number): UntypedTensor {
  const [rows = 0, width = 0] = shape;
  const elements = viewElements(values);
  const own = Array.from({ length: rows }, (_, row) => elements[row * width + column]);
  return { name, shape: [rows], values: 'datatype' in values ? { ...values, data: own as never } : own };
}

/** Common number of rows of tensors; null: the numbers differ, or a tensor has no rows. */
export function countRows(given: readonly UntypedTensor[]): number | null {
  const rows = given[0]?.shape[0];
  return rows !== undefined && given.every(({ shape }) => shape[0] === rows) ? rows : null;
}

/** One row of a tensor as JSON. Example: row 1 of `[[1, 2], [3, 4]]` -> `[3, 4]`. */
export function selectRow({ shape, values }: UntypedTensor, row: number): unknown {
  const inner = shape.slice(1);
  const size = inner.length === 0 ? 1 : countElements(inner);
  return nestValues(values, inner, row * size);
}

/** A whole tensor as JSON. */
export function nestTensor({ shape, values }: UntypedTensor): unknown {
  return nestValues(values, shape, 0);
}

function nestValues(values: UntypedTensor['values'], shape: readonly number[], at: number): unknown {
  const [length, ...rest] = shape;
  if (length === undefined)
    return toPlainValue(viewElements(values)[at], 'datatype' in values ? values.datatype : null);
  const size = countElements(rest);
  return Array.from({ length }, (_, part) => nestValues(values, rest, at + part * size));
}

function viewElements(values: UntypedTensor['values']): ArrayLike<unknown> {
  return 'datatype' in values ? values.data : values;
}

/** NaN and infinities, which JSON does not have, become null; integers beyond 2^53 become texts. */
function toPlainValue(value: unknown, datatype: Datatype | null): unknown {
  if (typeof value === 'number') {
    if (datatype === 'BOOL') return value !== 0;
    const number = datatype === 'FP16' ? halfToNumber(value) : value;
    return Number.isFinite(number) ? number : null;
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) return decodeUtf8(value) ?? { b64: Buffer.from(value).toString('base64') };
  return parseMarkedNumber(value) === undefined ? value : null;
}
