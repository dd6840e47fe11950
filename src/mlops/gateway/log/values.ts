import type { Given } from '../../inference/index.ts';
import {
  type Datatype,
  elementsIn,
  halfToNumber,
  type ModelSpec,
  markedNumber,
  utf8Text,
} from '../../inference/index.ts';

/** A tensor with the name that it is kept under. */
export interface Column {
  readonly name: string;
  readonly given: Given;
}

/**
 * Names for the inputs of a request: the names in the request; else the names of the model where their number matches; else
 * `input`, `input-1`, …
 * For a model that takes a table, a matrix is split into its columns.
 */
export function namedColumns(given: readonly Given[], { layout, inputs }: ModelSpec): Column[] {
  const [lone, ...others] = given;
  const width = lone?.shape.length === 2 ? lone.shape[1] : null;
  if (lone !== undefined && others.length === 0 && lone.name === null && layout === 'columns') {
    if (inputs !== null && inputs.length === width)
      return inputs.map(({ name }, at) => ({ name, given: cut(lone, at) }));
  }
  const known = inputs !== null && inputs.length === given.length ? inputs : null;
  return given.map((one, at) => ({
    name: one.name ?? known?.[at]?.name ?? (at === 0 ? 'input' : `input-${at}`),
    given: one,
  }));
}

function cut({ name, shape, values }: Given, column: number): Given {
  const [rows = 0, width = 0] = shape;
  const elements = elementsOf(values);
  const own = Array.from({ length: rows }, (_, row) => elements[row * width + column]);
  return { name, shape: [rows], values: 'datatype' in values ? { ...values, data: own as never } : own };
}

/** Common number of rows of tensors; null: the numbers differ, or a tensor has no rows. */
export function rowsIn(given: readonly Given[]): number | null {
  const rows = given[0]?.shape[0];
  return rows !== undefined && given.every(({ shape }) => shape[0] === rows) ? rows : null;
}

/** One row of a tensor as JSON. Example: row 1 of `[[1, 2], [3, 4]]` -> `[3, 4]`. */
export function rowOf({ shape, values }: Given, row: number): unknown {
  const inner = shape.slice(1);
  const size = inner.length === 0 ? 1 : elementsIn(inner);
  return nested(values, inner, row * size);
}

/** A whole tensor as JSON. */
export function wholeOf({ shape, values }: Given): unknown {
  return nested(values, shape, 0);
}

function nested(values: Given['values'], shape: readonly number[], at: number): unknown {
  const [length, ...rest] = shape;
  if (length === undefined) return plain(elementsOf(values)[at], 'datatype' in values ? values.datatype : null);
  const size = elementsIn(rest);
  return Array.from({ length }, (_, part) => nested(values, rest, at + part * size));
}

function elementsOf(values: Given['values']): ArrayLike<unknown> {
  return 'datatype' in values ? values.data : values;
}

/** NaN and infinities, which JSON does not have, become null; integers beyond 2^53 become texts. */
function plain(value: unknown, datatype: Datatype | null): unknown {
  if (typeof value === 'number') {
    if (datatype === 'BOOL') return value !== 0;
    const number = datatype === 'FP16' ? halfToNumber(value) : value;
    return Number.isFinite(number) ? number : null;
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (value instanceof Uint8Array) return utf8Text(value) ?? { b64: Buffer.from(value).toString('base64') };
  return markedNumber(value) === undefined ? value : null;
}
