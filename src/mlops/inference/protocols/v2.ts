import { type Given, tensorOf } from '../tensors/given.ts';
import { elementTexts, flatten, nestedText, parseJson, utf8Text } from '../tensors/json-values.ts';
import { badAnswer, badRequest } from '../tensors/problem.ts';
import {
  bytesOf,
  type Datatype,
  datatypes,
  elementBytes,
  elementsIn,
  fromBytes,
  isBytes,
  type Tensor,
  type TensorData,
} from '../tensors/tensor.ts';
import { type Answerer, type Asked, type Body, type Codec, type Headers, isRecord, jsonBody } from './codec.ts';

/**
 * The Open Inference Protocol over REST, with its extension for raw bytes: a JSON header whose length a header says, then the
 * bytes of each tensor in the order of the JSON.
 */
export const v2Codec: Codec = {
  decodeRequest(body, headers) {
    const { json, raw } = parted(body, headers);
    const { inputs, id, outputs, parameters } = json;
    if (!Array.isArray(inputs)) throw badRequest('"inputs" must be a list of tensors.');
    return {
      given: givenList(inputs, raw),
      table: false,
      answerAs: 'columns',
      id: typeof id === 'string' ? id : null,
      wanted: Array.isArray(outputs) ? wantedOf(outputs) : null,
      binary: flag(parameters, 'binary_data_output'),
    };
  },
  encodeRequest: (inputs) => jsonBody(`{"inputs":[${inputs.map(tensorText).join(',')}]}`),
  decodeResponse(body, headers) {
    const { json, raw } = parted(body, headers);
    if (!Array.isArray(json.outputs)) throw badAnswer('"outputs" is not a list.');
    return givenList(json.outputs, raw);
  },
  encodeResponse(outputs, asked, from) {
    const chosen = asked.wanted === null ? outputs : [...asked.wanted.keys()].map((name) => outputNamed(outputs, name));
    return encodeTensors(chosen, (name) => asked.wanted?.get(name)?.binary ?? asked.binary, answerHead(asked, from));
  },
  encodeProblem: ({ message }) => jsonBody(JSON.stringify({ error: message })),
};

/** Inputs as raw bytes, for a server that is known to read them. */
export function binaryRequest(inputs: readonly Tensor[]): Body {
  return encodeTensors(inputs, () => true, { key: 'inputs', more: { parameters: { binary_data_output: true } } });
}

interface Head {
  readonly key: 'inputs' | 'outputs';
  readonly more: Readonly<Record<string, unknown>>;
}

function answerHead({ id }: Asked, { model, version }: Answerer): Head {
  return { key: 'outputs', more: { model_name: model, model_version: version, ...(id === null ? {} : { id }) } };
}

function encodeTensors(tensors: readonly Tensor[], isBinary: (name: string) => boolean, { key, more }: Head): Body {
  const raws: Buffer[] = [];
  const texts = tensors.map((tensor) => {
    if (!isBinary(tensor.name)) return tensorText(tensor);
    const raw = rawOf(tensor.data);
    raws.push(raw);
    const { name, datatype, shape } = tensor;
    return JSON.stringify({ name, datatype, shape, parameters: { binary_data_size: raw.length } });
  });
  const text = `${JSON.stringify(more).slice(0, -1)}${Object.keys(more).length === 0 ? '' : ','}"${key}":[${texts.join(',')}]}`;
  if (raws.length === 0) return jsonBody(text);
  const head = Buffer.from(text);
  return {
    contentType: 'application/octet-stream',
    headers: { 'inference-header-content-length': String(head.length) },
    content: Buffer.concat([head, ...raws]),
  };
}

function outputNamed(outputs: readonly Tensor[], name: string): Tensor {
  const found = outputs.find((output) => output.name === name);
  if (found !== undefined) return found;
  throw badRequest(`The model has no output "${name}"; it has ${outputs.map((one) => `"${one.name}"`).join(', ')}.`);
}

function tensorText(tensor: Tensor): string {
  const { name, datatype, shape } = tensor;
  const texts = elementTexts(tensor, 'null', (bytes) => {
    const text = utf8Text(bytes);
    if (text === null) throw badAnswer(`"${name}" has bytes that are not text; request it with binary_data.`);
    return JSON.stringify(text);
  });
  const head = JSON.stringify({ name, datatype, shape });
  return `${head.slice(0, -1)},"data":${nestedText(texts, [texts.length])}}`;
}

const LENGTH_HEADER = 'inference-header-content-length';

function parted(body: Buffer, headers: Headers): { json: Record<string, unknown>; raw: Buffer } {
  const said = headers[LENGTH_HEADER];
  const length = said === undefined ? body.length : Number(said);
  if (!Number.isSafeInteger(length) || length < 0 || length > body.length) {
    throw badRequest(`${LENGTH_HEADER} is ${String(said)}, but the body has ${body.length} bytes.`);
  }
  const json = parseJson(body.toString('utf8', 0, length), { words: false });
  if (!isRecord(json)) throw badRequest('The body must be a JSON object.');
  return { json, raw: body.subarray(length) };
}

function givenList(tensors: readonly unknown[], raw: Buffer): Given[] {
  let at = 0;
  const given = tensors.map((tensor) => {
    const head = headOf(tensor);
    const size = isRecord(head.parameters) ? head.parameters.binary_data_size : undefined;
    if (size === undefined) return fromJson(head);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || at + size > raw.length) {
      throw badRequest(`"${head.name}" says ${String(size)} bytes, and ${raw.length - at} are there.`);
    }
    at += size;
    return fromRaw(head, raw.subarray(at - size, at));
  });
  if (at !== raw.length) throw badRequest(`The body has ${raw.length - at} bytes after the last tensor.`);
  return given;
}

interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: unknown;
  readonly data: unknown;
}

function headOf(tensor: unknown): TensorHead {
  if (!isRecord(tensor)) throw badRequest('Every tensor must be a JSON object.');
  const { name, datatype, shape, parameters, data } = tensor;
  if (typeof name !== 'string') throw badRequest('Every tensor needs a "name".');
  const known = datatypes.find((one) => one === datatype);
  if (known === undefined)
    throw badRequest(
      `"${name}" has the datatype ${JSON.stringify(datatype)}; the known ones are ${datatypes.join(', ')}.`,
    );
  if (!Array.isArray(shape) || !shape.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw badRequest(`The "shape" of "${name}" must be a list of non-negative integers.`);
  }
  return { name, datatype: known, shape, parameters, data };
}

/** Nested or flat; either way there are as many as the shape says. */
function fromJson({ name, datatype, shape, data }: TensorHead): Given {
  if (!Array.isArray(data)) throw badRequest(`"${name}" needs "data", a list.`);
  const { shape: nested, values } = flatten(data);
  const isShaped = nested.length === shape.length && nested.every((length, at) => length === shape[at]);
  if ((nested.length > 1 && !isShaped) || values.length !== elementsIn(shape)) {
    throw badRequest(
      `"${name}" has ${values.length} elements; its shape [${shape.join(', ')}] has ${elementsIn(shape)}.`,
    );
  }
  const { data: typed } = tensorOf({ name, shape, values }, name, datatype);
  return { name, shape, values: { datatype, data: typed } };
}

function fromRaw({ name, datatype, shape }: TensorHead, raw: Buffer): Given {
  const length = elementsIn(shape);
  if (datatype === 'BYTES') return { name, shape, values: { datatype, data: prefixed(name, raw, length) } };
  if (raw.length !== length * elementBytes(datatype)) {
    throw badRequest(
      `"${name}" has ${raw.length} bytes; ${datatype} [${shape.join(', ')}] has ${length * elementBytes(datatype)}.`,
    );
  }
  return { name, shape, values: { datatype, data: fromBytes(datatype, raw) } };
}

const PREFIX_BYTES = 4;

/** Each element behind its length, 4 bytes little-endian. */
function prefixed(name: string, raw: Buffer, length: number): Uint8Array[] {
  const elements: Uint8Array[] = [];
  let at = 0;
  while (at + PREFIX_BYTES <= raw.length) {
    const size = raw.readUInt32LE(at);
    if (at + PREFIX_BYTES + size > raw.length) break;
    elements.push(new Uint8Array(raw.subarray(at + PREFIX_BYTES, at + PREFIX_BYTES + size)));
    at += PREFIX_BYTES + size;
  }
  if (at === raw.length && elements.length === length) return elements;
  throw badRequest(`"${name}" must have ${length} elements, each preceded by its length in 4 bytes.`);
}

function rawOf(data: TensorData): Buffer {
  if (!isBytes(data)) return bytesOf(data);
  return Buffer.concat(
    data.flatMap((element) => {
      const prefix = Buffer.alloc(PREFIX_BYTES);
      prefix.writeUInt32LE(element.length);
      return [prefix, Buffer.from(element)];
    }),
  );
}

function wantedOf(outputs: readonly unknown[]): Map<string, { binary: boolean }> | null {
  if (outputs.length === 0) return null;
  return new Map(
    outputs.map((output) => {
      if (!isRecord(output) || typeof output.name !== 'string') throw badRequest('Every output needs a "name".');
      return [output.name, { binary: flag(output.parameters, 'binary_data') }];
    }),
  );
}

function flag(parameters: unknown, name: string): boolean {
  return isRecord(parameters) && parameters[name] === true;
}
