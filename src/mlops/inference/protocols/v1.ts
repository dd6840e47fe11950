import { type Given, givenOf } from '../tensors/given.ts';
import { elementTexts, nestedText, parseJson, utf8Text } from '../tensors/json-values.ts';
import { badAnswer, badRequest } from '../tensors/problem.ts';
import { elementsIn, type ModelSpec, type Tensor } from '../tensors/tensor.ts';
import { type Asked, type Codec, isRecord, jsonBody } from './codec.ts';

/**
 * `:predict` of TensorFlow Serving and of KServe v1, which is the same with `instances` alone: by rows (`instances` and
 * `predictions`) or by columns (`inputs` and `outputs`).
 */
export const v1Codec: Codec = {
  decodeRequest(body) {
    const json = objectOf(body);
    const { instances, inputs, signature_name: signature } = json;
    if (signature !== undefined && signature !== '' && signature !== 'serving_default') {
      throw badRequest(`The model has the signature "serving_default", not ${JSON.stringify(signature)}.`);
    }
    if ((instances === undefined) === (inputs === undefined)) throw badRequest('Give either "instances" or "inputs".');
    const base = { table: false, id: null, wanted: null, binary: false } as const;
    return instances === undefined
      ? { ...base, given: columnsOf(inputs), answerAs: 'columns' }
      : { ...base, given: rowsOf(instances, '"instances"'), answerAs: 'rows' };
  },
  encodeRequest: (inputs, spec) => jsonBody(`{"inputs":${columnsText(inputs, unnamed(inputs, spec))}}`),
  decodeResponse(body) {
    const { predictions, outputs } = objectOf(body);
    if (predictions !== undefined) return rowsOf(predictions, '"predictions"');
    if (outputs !== undefined) return columnsOf(outputs);
    throw badAnswer('neither "predictions" nor "outputs" is there.');
  },
  encodeResponse: (outputs, asked) =>
    jsonBody(
      asked.answerAs === 'rows'
        ? `{"predictions":${rowsText(outputs, rowsAsked(asked))}}`
        : `{"outputs":${columnsText(outputs, outputs.length === 1)}}`,
    ),
  encodeProblem: ({ message }) => jsonBody(JSON.stringify({ error: message })),
};

/** KServe v1 servers know `instances` alone. */
export const kserveV1Codec: Codec = {
  ...v1Codec,
  encodeRequest: (inputs) => jsonBody(`{"instances":${rowsText(inputs, inputs[0]?.shape[0] ?? null)}}`),
};

function objectOf(body: Buffer): Record<string, unknown> {
  const json = parseJson(body.toString('utf8'), { words: true });
  if (!isRecord(json)) throw badRequest('The body must be a JSON object.');
  return json;
}

/** A lone tensor without a name, or named ones. */
function columnsOf(value: unknown): Given[] {
  if (!isNamed(value)) return [givenOf(null, value)];
  return Object.entries(value).map(([name, nested]) => givenOf(name, nested));
}

/** An object names tensors, unless it is bytes. */
function isNamed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !('b64' in value);
}

/** One element for each row: a value, or an object with one value for each tensor. */
function rowsOf(rows: unknown, what: string): Given[] {
  if (!Array.isArray(rows)) throw badRequest(`${what} must be a list.`);
  const [first] = rows as unknown[];
  if (!isNamed(first)) return [givenOf(null, rows)];
  const names = Object.keys(first);
  return names.map((name) =>
    givenOf(
      name,
      (rows as unknown[]).map((row) => cellOf(row, name, names.length, what)),
    ),
  );
}

function cellOf(row: unknown, name: string, count: number, what: string): unknown {
  if (isNamed(row) && name in row && Object.keys(row).length === count) return row[name];
  throw badRequest(`All ${what} must name the same tensors.`);
}

/** A single input is sent without its name where the server has not reported one. */
function unnamed(inputs: readonly Tensor[], { inputs: known }: ModelSpec): boolean {
  return inputs.length === 1 && known === null;
}

function columnsText(tensors: readonly Tensor[], isLone: boolean): string {
  const texts = tensors.map((tensor) => `${JSON.stringify(tensor.name)}:${nestedText(textsOf(tensor), tensor.shape)}`);
  const [lone] = tensors;
  return isLone && lone !== undefined ? nestedText(textsOf(lone), lone.shape) : `{${texts.join(',')}}`;
}

function rowsAsked({ given }: Asked): number | null {
  return given[0]?.shape[0] ?? null;
}

/** Errors: outputs with another number of rows than the request, because answers cannot be matched to rows. */
function rowsText(tensors: readonly Tensor[], rows: number | null): string {
  const wrong = tensors.find(({ shape }) => shape[0] === undefined || (rows !== null && shape[0] !== rows));
  if (wrong !== undefined) {
    throw badAnswer(`"${wrong.name}" has the shape [${wrong.shape.join(', ')}] for ${rows ?? 'some'} rows.`);
  }
  const [lone, ...others] = tensors;
  if (lone === undefined) throw badAnswer('there are no outputs.');
  if (others.length === 0) return nestedText(textsOf(lone), lone.shape);
  const columns = tensors.map((tensor) => {
    const [, ...shape] = tensor.shape;
    return { name: JSON.stringify(tensor.name), texts: textsOf(tensor), shape, size: elementsIn(shape) };
  });
  const row = (at: number) =>
    columns.map(
      ({ name, texts, shape, size }) => `${name}:${nestedText(texts.slice(at * size, (at + 1) * size), shape)}`,
    );
  return `[${Array.from({ length: lone.shape[0] ?? 0 }, (_, at) => `{${row(at).join(',')}}`).join(',')}]`;
}

function textsOf(tensor: Tensor): string[] {
  return elementTexts(tensor, 'word', bytesText);
}

function bytesText(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  return JSON.stringify(text ?? { b64: Buffer.from(bytes).toString('base64') });
}
