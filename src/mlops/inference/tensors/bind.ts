import { inferTensorDatatype, toTensor, type UntypedTensor } from './given.ts';
import { buildBadAnswer, buildBadRequest, ServingProblem } from './problem.ts';
import { countElements, formatShape, isFittingShape, type ModelSpec, type Tensor, type TensorSpec } from './tensor.ts';

/** Inputs of a request. `table`: named columns of equal length, as in a data frame. */
export interface GivenInputs {
  readonly given: readonly UntypedTensor[];
  readonly table: boolean;
}

/**
 * Builds the tensors that a model takes from the inputs of a request, in any protocol: by name where there are names; a
 * single unnamed input for a model with one input; columns combined for a model that takes one matrix; and a matrix split
 * into columns for a model that takes a table. If the spec of the model is unknown, the values determine the types.
 * Errors: an input is missing or superfluous, has a wrong type or a wrong shape.
 */
export function bindInputs({ given, table }: GivenInputs, { layout, inputs }: Pick<ModelSpec, 'layout' | 'inputs'>) {
  if (inputs === null) return given.map(toDeclaredType);
  const [spec, ...others] = inputs;
  if (spec === undefined) return [];
  if (table && others.length === 0 && layout === 'tensors' && !given.some(({ name }) => name === spec.name)) {
    return [buildMatrix(given, spec)];
  }
  const [one, ...more] = given;
  if (one === undefined) throw buildBadRequest(`The model takes ${joinNames(inputs)}, but the request has no tensor.`);
  if (
    more.length === 0 &&
    layout === 'columns' &&
    one.shape.length === 2 &&
    !inputs.some(({ name }) => name === one.name)
  ) {
    return splitColumns(one, inputs);
  }
  if (more.length === 0 && others.length === 0 && (one.name === null || spec.anyName === true))
    return [checkShape(one, spec)];
  return bindByName(given, inputs);
}

/** Builds the tensors of a model's answer. Names in the answer stay; types and shapes are checked against the output spec of the model. */
export function bindOutputs(given: readonly UntypedTensor[], outputs: readonly TensorSpec[] | null): Tensor[] {
  try {
    const positional = outputs !== null && outputs.length === given.length;
    return given.map((one, at) => {
      const spec = outputs?.find(({ name }) => name === one.name) ?? (positional ? outputs[at] : undefined);
      const name = one.name ?? spec?.name ?? 'predictions';
      return toTensor(one, name, spec === undefined ? inferTensorDatatype(one) : widenShape(spec, one));
    });
  } catch (error) {
    if (error instanceof ServingProblem) throw buildBadAnswer(error.message);
    throw error;
  }
}

/** MLflow infers a signature from an example, so it may be too narrow: an answer with fractions for an integer output keeps its type. */
function widenShape({ datatype }: TensorSpec, given: UntypedTensor) {
  const says = inferTensorDatatype(given);
  const isFraction = says === 'FP64' && !['FP16', 'FP32', 'FP64'].includes(datatype);
  const isOther = (says === 'BYTES') !== (datatype === 'BYTES') || (says === 'BOOL') !== (datatype === 'BOOL');
  return isFraction || isOther ? says : datatype;
}

function toDeclaredType(given: UntypedTensor, at: number): Tensor {
  return toTensor(given, given.name ?? `input-${at}`, inferTensorDatatype(given));
}

function bindByName(given: readonly UntypedTensor[], inputs: readonly TensorSpec[]): Tensor[] {
  const byName = new Map(given.map((one) => [one.name, one]));
  const unknown = given.find(({ name }) => !inputs.some((spec) => spec.name === name));
  if (unknown !== undefined) {
    throw buildBadRequest(`The model takes ${joinNames(inputs)}, not "${unknown.name ?? 'a tensor without a name'}".`);
  }
  return inputs.map((spec) => {
    const one = byName.get(spec.name);
    if (one === undefined) throw buildBadRequest(`The model takes ${joinNames(inputs)}; "${spec.name}" is missing.`);
    return checkShape(one, spec);
  });
}

function joinNames(inputs: readonly TensorSpec[]): string {
  return inputs.map(({ name }) => `"${name}"`).join(', ');
}

function checkShape(given: UntypedTensor, spec: TensorSpec): Tensor {
  const shape = isFittingShape(given.shape, spec.shape) ? given.shape : buildColumnShape(given.shape, spec.shape);
  if (shape === null) {
    const detail = `"${spec.name}" must have the shape ${formatShape(spec.shape)}, not ${formatShape(given.shape)}.`;
    throw buildBadRequest(detail);
  }
  return toTensor({ ...given, shape }, spec.name, spec.datatype);
}

/** A column of a table is `[n]` to some and `[n, 1]` to others. */
function buildColumnShape(shape: readonly number[], spec: readonly number[]): readonly number[] | null {
  if (shape.length === 1 && isFittingShape([...shape, 1], spec)) return [...shape, 1];
  if (shape.length === 2 && shape[1] === 1 && isFittingShape(shape.slice(0, 1), spec)) return shape.slice(0, 1);
  return null;
}

/** Columns, each `[n]` or `[n, 1]`, laid side by side in their order. */
function buildMatrix(given: readonly UntypedTensor[], spec: TensorSpec): Tensor {
  const columns = given.map((one) => toTensor(one, one.name ?? spec.name, spec.datatype));
  const rows = columns[0]?.shape[0] ?? 0;
  const shape = [rows, columns.length];
  if (!isFittingShape(shape, spec.shape)) {
    const detail = `"${spec.name}" must have the shape ${formatShape(spec.shape)}, but the request has ${columns.length} columns of ${rows} rows.`;
    throw buildBadRequest(detail);
  }
  const values = Array.from({ length: countElements(shape) }, (_, at) => {
    return columns[at % columns.length]?.data[Math.floor(at / columns.length)];
  });
  return layOutTensor(columns, spec, shape, values);
}

/** Elements of typed columns go together as they are; only FP16 is bits and not numbers. */
function layOutTensor(columns: readonly Tensor[], spec: TensorSpec, shape: number[], values: unknown[]): Tensor {
  const [first] = columns;
  if (first === undefined || spec.datatype === 'BYTES') {
    return { name: spec.name, datatype: spec.datatype, shape, data: values as Uint8Array[] };
  }
  const array = first.data.constructor as new (values: unknown[]) => Tensor['data'];
  return { name: spec.name, datatype: spec.datatype, shape, data: new array(values) };
}

/** A matrix as the columns of a table, in the order of the signature. */
function splitColumns(given: UntypedTensor, inputs: readonly TensorSpec[]): Tensor[] {
  const [rows = 0, width = 0] = given.shape;
  if (width !== inputs.length) {
    throw buildBadRequest(`The model takes ${inputs.length} columns (${joinNames(inputs)}), not ${width}.`);
  }
  const { values } = given;
  const elements: ArrayLike<unknown> = 'datatype' in values ? values.data : values;
  return inputs.map((spec, column) => {
    const own = Array.from({ length: rows }, (_, row) => elements[row * width + column]);
    return toTensor({ name: spec.name, shape: [rows], values: selectOwnValues(given, own) }, spec.name, spec.datatype);
  });
}

/** Bytes that came as bytes stay so; numbers of any type are numbers. */
function selectOwnValues({ values }: UntypedTensor, own: unknown[]): UntypedTensor['values'] {
  if (!('datatype' in values)) return own;
  if (values.datatype === 'BYTES') return { datatype: 'BYTES', data: own as Uint8Array[] };
  if (values.datatype === 'BOOL') return own.map((value) => value === 1);
  return own;
}
