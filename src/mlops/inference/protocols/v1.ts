import { flattenNested, type UntypedTensor } from '../tensors/given.ts';
import { decodeUtf8, formatElements, formatNested, parseJson } from '../tensors/json-values.ts';
import { buildBadAnswer, buildBadRequest } from '../tensors/problem.ts';
import { countElements, type ModelSpec, type Tensor } from '../tensors/tensor.ts';
import { buildJsonBody, type Codec, isRecord, type ParsedRequest } from './codec.ts';

/**
 * `:predict` of TensorFlow Serving and of KServe v1, which is the same with `instances` alone: by rows (`instances` and
 * `predictions`) or by columns (`inputs` and `outputs`).
 */
export const v1Codec: Codec = {
  decodeRequest(body) {
    const json = parseObjectBody(body);
    const { instances, inputs, signature_name: signature } = json;
    if (signature !== undefined && signature !== '' && signature !== 'serving_default') {
      throw buildBadRequest(`The model has the signature "serving_default", not ${JSON.stringify(signature)}.`);
    }
    if ((instances === undefined) === (inputs === undefined))
      throw buildBadRequest('Give either "instances" or "inputs".');
    const base = { table: false, id: null, wanted: null, binary: false } as const;
    return instances === undefined
      ? { ...base, given: readNamedColumns(inputs), answerAs: 'columns' }
      : { ...base, given: readRows(instances, '"instances"'), answerAs: 'rows' };
  },
  encodeRequest: (inputs, spec) => buildJsonBody(`{"inputs":${formatColumns(inputs, isUnnamed(inputs, spec))}}`),
  decodeResponse(body) {
    const { predictions, outputs } = parseObjectBody(body);
    if (predictions !== undefined) return readRows(predictions, '"predictions"');
    if (outputs !== undefined) return readNamedColumns(outputs);
    throw buildBadAnswer('neither "predictions" nor "outputs" is there.');
  },
  encodeResponse: (outputs, asked) =>
    buildJsonBody(
      asked.answerAs === 'rows'
        ? `{"predictions":${formatRows(outputs, countRequestedRows(asked))}}`
        : `{"outputs":${formatColumns(outputs, outputs.length === 1)}}`,
    ),
  encodeProblem: ({ message }) => buildJsonBody(JSON.stringify({ error: message })),
};

/** KServe v1 servers know `instances` alone. */
export const kserveV1Codec: Codec = {
  ...v1Codec,
  encodeRequest: (inputs) => buildJsonBody(`{"instances":${formatRows(inputs, inputs[0]?.shape[0] ?? null)}}`),
};

function parseObjectBody(body: Buffer): Record<string, unknown> {
  const json = parseJson(body.toString('utf8'), { words: true });
  if (!isRecord(json)) throw buildBadRequest('The body must be a JSON object.');
  return json;
}

/** A lone tensor without a name, or named ones. */
function readNamedColumns(value: unknown): UntypedTensor[] {
  if (!isNamed(value)) return [flattenNested(null, value)];
  return Object.entries(value).map(([name, nested]) => flattenNested(name, nested));
}

/** An object names tensors, unless it is bytes. */
function isNamed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !('b64' in value);
}

/** One element for each row: a value, or an object with one value for each tensor. */
function readRows(rows: unknown, what: string): UntypedTensor[] {
  if (!Array.isArray(rows)) throw buildBadRequest(`${what} must be a list.`);
  const [first] = rows as unknown[];
  if (!isNamed(first)) return [flattenNested(null, rows)];
  const names = Object.keys(first);
  return names.map((name) =>
    flattenNested(
      name,
      (rows as unknown[]).map((row) => readCell(row, name, names.length, what)),
    ),
  );
}

function readCell(row: unknown, name: string, count: number, what: string): unknown {
  if (isNamed(row) && name in row && Object.keys(row).length === count) return row[name];
  throw buildBadRequest(`All ${what} must name the same tensors.`);
}

/** A single input is sent without its name where the server has not reported one. */
function isUnnamed(inputs: readonly Tensor[], { inputs: known }: ModelSpec): boolean {
  return inputs.length === 1 && known === null;
}

function formatColumns(tensors: readonly Tensor[], isLone: boolean): string {
  const texts = tensors.map(
    (tensor) => `${JSON.stringify(tensor.name)}:${formatNested(listElementTexts(tensor), tensor.shape)}`,
  );
  const [lone] = tensors;
  return isLone && lone !== undefined ? formatNested(listElementTexts(lone), lone.shape) : `{${texts.join(',')}}`;
}

function countRequestedRows({ given }: ParsedRequest): number | null {
  return given[0]?.shape[0] ?? null;
}

/** Errors: outputs with another number of rows than the request, because answers cannot be matched to rows. */
function formatRows(tensors: readonly Tensor[], rows: number | null): string {
  const wrong = tensors.find(({ shape }) => shape[0] === undefined || (rows !== null && shape[0] !== rows));
  if (wrong !== undefined) {
    throw buildBadAnswer(`"${wrong.name}" has the shape [${wrong.shape.join(', ')}] for ${rows ?? 'some'} rows.`);
  }
  const [lone, ...others] = tensors;
  if (lone === undefined) throw buildBadAnswer('there are no outputs.');
  if (others.length === 0) return formatNested(listElementTexts(lone), lone.shape);
  const columns = tensors.map((tensor) => {
    const [, ...shape] = tensor.shape;
    return { name: JSON.stringify(tensor.name), texts: listElementTexts(tensor), shape, size: countElements(shape) };
  });
  const row = (at: number) =>
    columns.map(
      ({ name, texts, shape, size }) => `${name}:${formatNested(texts.slice(at * size, (at + 1) * size), shape)}`,
    );
  return `[${Array.from({ length: lone.shape[0] ?? 0 }, (_, at) => `{${row(at).join(',')}}`).join(',')}]`;
}

function listElementTexts(tensor: Tensor): string[] {
  return formatElements(tensor, 'word', bytesText);
}

function bytesText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  return JSON.stringify(text ?? { b64: Buffer.from(bytes).toString('base64') });
}
