import { toTensor, type UntypedTensor } from '../tensors/given.ts';
import { decodeUtf8, flatten, formatElements, formatNested, parseJson } from '../tensors/json-values.ts';
import { buildBadAnswer, buildBadRequest } from '../tensors/problem.ts';
import {
  countElementBytes,
  countElements,
  type Datatype,
  datatypes,
  isBytes,
  parseBytes,
  type Tensor,
  type TensorData,
  viewBytes,
} from '../tensors/tensor.ts';
import {
  type Answerer,
  type Body,
  buildJsonBody,
  type Codec,
  type Headers,
  isRecord,
  type ParsedRequest,
} from './codec.ts';

/**
 * The Open Inference Protocol over REST, with its extension for raw bytes: a JSON header whose length a header says, then the
 * bytes of each tensor in the order of the JSON.
 */
export const v2Codec: Codec = {
  decodeRequest(body, headers) {
    const { json, raw } = splitBody(body, headers);
    const { inputs, id, outputs, parameters } = json;
    if (!Array.isArray(inputs)) throw buildBadRequest('"inputs" must be a list of tensors.');
    return {
      given: parseTensors(inputs, raw),
      table: false,
      answerAs: 'columns',
      id: typeof id === 'string' ? id : null,
      wanted: Array.isArray(outputs) ? parseWantedOutputs(outputs) : null,
      binary: readFlag(parameters, 'binary_data_output'),
    };
  },
  encodeRequest: (inputs) => buildJsonBody(`{"inputs":[${inputs.map(formatTensor).join(',')}]}`),
  decodeResponse(body, headers) {
    const { json, raw } = splitBody(body, headers);
    if (!Array.isArray(json.outputs)) throw buildBadAnswer('"outputs" is not a list.');
    return parseTensors(json.outputs, raw);
  },
  encodeResponse(outputs, asked, from) {
    const chosen = asked.wanted === null ? outputs : [...asked.wanted.keys()].map((name) => findOutput(outputs, name));
    return encodeTensors(chosen, (name) => asked.wanted?.get(name)?.binary ?? asked.binary, answerHead(asked, from));
  },
  encodeProblem: ({ message }) => buildJsonBody(JSON.stringify({ error: message })),
};

/** Inputs as raw bytes, for a server that is known to read them. */
export function buildBinaryRequest(inputs: readonly Tensor[]): Body {
  return encodeTensors(inputs, () => true, { key: 'inputs', more: { parameters: { binary_data_output: true } } });
}

interface Head {
  readonly key: 'inputs' | 'outputs';
  readonly more: Readonly<Record<string, unknown>>;
}

function answerHead({ id }: ParsedRequest, { model, version }: Answerer): Head {
  return { key: 'outputs', more: { model_name: model, model_version: version, ...(id === null ? {} : { id }) } };
}

function encodeTensors(tensors: readonly Tensor[], isBinary: (name: string) => boolean, { key, more }: Head): Body {
  const raws: Buffer[] = [];
  const texts = tensors.map((tensor) => {
    if (!isBinary(tensor.name)) return formatTensor(tensor);
    const raw = toRawBytes(tensor.data);
    raws.push(raw);
    const { name, datatype, shape } = tensor;
    return JSON.stringify({ name, datatype, shape, parameters: { binary_data_size: raw.length } });
  });
  const text = `${JSON.stringify(more).slice(0, -1)}${Object.keys(more).length === 0 ? '' : ','}"${key}":[${texts.join(',')}]}`;
  if (raws.length === 0) return buildJsonBody(text);
  const head = Buffer.from(text);
  return {
    contentType: 'application/octet-stream',
    headers: { 'inference-header-content-length': String(head.length) },
    content: Buffer.concat([head, ...raws]),
  };
}

function findOutput(outputs: readonly Tensor[], name: string): Tensor {
  const found = outputs.find((output) => output.name === name);
  if (found !== undefined) return found;
  throw buildBadRequest(
    `The model has no output "${name}"; it has ${outputs.map((one) => `"${one.name}"`).join(', ')}.`,
  );
}

function formatTensor(tensor: Tensor): string {
  const { name, datatype, shape } = tensor;
  const texts = formatElements(tensor, 'null', (bytes) => {
    const text = decodeUtf8(bytes);
    if (text === null) throw buildBadAnswer(`"${name}" has bytes that are not text; request it with binary_data.`);
    return JSON.stringify(text);
  });
  const head = JSON.stringify({ name, datatype, shape });
  return `${head.slice(0, -1)},"data":${formatNested(texts, [texts.length])}}`;
}

const LENGTH_HEADER = 'inference-header-content-length';

function splitBody(body: Buffer, headers: Headers): { json: Record<string, unknown>; raw: Buffer } {
  const said = headers[LENGTH_HEADER];
  const length = said === undefined ? body.length : Number(said);
  if (!Number.isSafeInteger(length) || length < 0 || length > body.length) {
    throw buildBadRequest(`${LENGTH_HEADER} is ${String(said)}, but the body has ${body.length} bytes.`);
  }
  const json = parseJson(body.toString('utf8', 0, length), { words: false });
  if (!isRecord(json)) throw buildBadRequest('The body must be a JSON object.');
  return { json, raw: body.subarray(length) };
}

function parseTensors(tensors: readonly unknown[], raw: Buffer): UntypedTensor[] {
  let at = 0;
  const given = tensors.map((tensor) => {
    const head = parseTensorHead(tensor);
    const size = isRecord(head.parameters) ? head.parameters.binary_data_size : undefined;
    if (size === undefined) return parseJsonTensor(head);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || at + size > raw.length) {
      throw buildBadRequest(`"${head.name}" says ${String(size)} bytes, and ${raw.length - at} are there.`);
    }
    at += size;
    return parseRawTensor(head, raw.subarray(at - size, at));
  });
  if (at !== raw.length) throw buildBadRequest(`The body has ${raw.length - at} bytes after the last tensor.`);
  return given;
}

interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: unknown;
  readonly data: unknown;
}

function parseTensorHead(tensor: unknown): TensorHead {
  if (!isRecord(tensor)) throw buildBadRequest('Every tensor must be a JSON object.');
  const { name, datatype, shape, parameters, data } = tensor;
  if (typeof name !== 'string') throw buildBadRequest('Every tensor needs a "name".');
  const known = datatypes.find((one) => one === datatype);
  if (known === undefined)
    throw buildBadRequest(
      `"${name}" has the datatype ${JSON.stringify(datatype)}; the known ones are ${datatypes.join(', ')}.`,
    );
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw buildBadRequest(`The "shape" of "${name}" must be a list of non-negative integers.`);
  }
  return { name, datatype: known, shape, parameters, data };
}

/** Nested or flat; either way there are as many as the shape says. */
function parseJsonTensor({ name, datatype, shape, data }: TensorHead): UntypedTensor {
  if (!Array.isArray(data)) throw buildBadRequest(`"${name}" needs "data", a list.`);
  const { shape: nested, values } = flatten(data);
  const isShaped = nested.length === shape.length && nested.every((length, at) => length === shape[at]);
  if ((nested.length > 1 && !isShaped) || values.length !== countElements(shape)) {
    throw buildBadRequest(
      `"${name}" has ${values.length} elements; its shape [${shape.join(', ')}] has ${countElements(shape)}.`,
    );
  }
  const { data: typed } = toTensor({ name, shape, values }, name, datatype);
  return { name, shape, values: { datatype, data: typed } };
}

function parseRawTensor({ name, datatype, shape }: TensorHead, raw: Buffer): UntypedTensor {
  const length = countElements(shape);
  if (datatype === 'BYTES') return { name, shape, values: { datatype, data: splitPrefixed(name, raw, length) } };
  if (raw.length !== length * countElementBytes(datatype)) {
    throw buildBadRequest(
      `"${name}" has ${raw.length} bytes; ${datatype} [${shape.join(', ')}] has ${length * countElementBytes(datatype)}.`,
    );
  }
  return { name, shape, values: { datatype, data: parseBytes(datatype, raw) } };
}

const PREFIX_BYTES = 4;

/** Each element behind its length, 4 bytes little-endian. */
function splitPrefixed(name: string, raw: Buffer, length: number): Uint8Array[] {
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at + PREFIX_BYTES <= raw.length) {
    const size = raw.readUInt32LE(at);
    if (at + PREFIX_BYTES + size > raw.length) break;
    elements.push(new Uint8Array(raw.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + size)));
    at += PREFIX_BYTES + size;
  }
  if (at === raw.length && elements.length === length) return elements;
  throw buildBadRequest(`"${name}" must have ${length} elements, each preceded by its length in 4 bytes.`);
}

function toRawBytes(data: TensorData): Buffer {
  if (!isBytes(data)) return viewBytes(data);
  return Buffer.concat(
    data.flatMap((element) => {
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32LE(element.length);
      return [prefix, Buffer.from(element)];
    }),
  );
}

function parseWantedOutputs(outputs: readonly unknown[]): Map<string, { binary: boolean }> | null {
  if (outputs.length === 0) return null;
  return new Map(
    outputs.map((output) => {
      if (!isRecord(output) || typeof output.name !== 'string') throw buildBadRequest('Every output needs a "name".');
      return [output.name, { binary: readFlag(output.parameters, 'binary_data') }];
    }),
  );
}

function readFlag(parameters: unknown, name: string): boolean {
  return isRecord(parameters) && parameters[name] === true;
}
