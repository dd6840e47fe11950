import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { Body, Headers } from '../../inference/index.ts';
import {
  bindInputs,
  buildBadAnswer,
  countElements,
  createZeros,
  type Datatype,
  decodeUtf8,
  isBytes,
  ServingProblem,
  type Tensor,
  type TensorData,
  type TensorSpec,
  v2Codec,
} from '../../inference/index.ts';
import { MAX_ANSWER_BYTES } from './exchange.ts';
import { createFrameServer } from './frames/server.ts';

/**
 * One ONNX session in a separate process. It serves the Open Inference Protocol on Unix sockets: over HTTP, and in frames
 * for requests that the gateway converts. The session runs one prediction after another. A prediction that hangs or takes
 * all memory ends only this process.
 */
const Settings = z.strictObject({
  model: z.string(),
  version: z.string(),
  file: z.string(),
  socketPath: z.string(),
  framesPath: z.string(),
  threads: z.number().int(),
});
export type SessionSettings = z.infer<typeof Settings>;

const ort = await import('onnxruntime-node');
const settings = Settings.parse(JSON.parse(process.argv[2] ?? ''));

const types = {
  float32: 'FP32',
  float64: 'FP64',
  float16: 'FP16',
  bool: 'BOOL',
  string: 'BYTES',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
} as const satisfies Readonly<Record<string, Datatype>>;
type OrtType = keyof typeof types;

function toTensorSpecs(metadata: readonly InferenceSession.ValueMetadata[]): TensorSpec[] {
  return metadata.flatMap((value) => {
    if (!value.isTensor) return [];
    const datatype = types[value.type as OrtType];
    if (datatype === undefined)
      throw new Error(`"${value.name}" has the type ${value.type}, which no protocol supports`);
    return [
      { name: value.name, datatype, shape: value.shape.map((length) => (typeof length === 'number' ? length : -1)) },
    ];
  });
}

const session = await ort.InferenceSession.create(settings.file, {
  intraOpNumThreads: settings.threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
});
const inputs = toTensorSpecs(session.inputMetadata);
const outputs = toTensorSpecs(session.outputMetadata);
if (inputs.length < session.inputNames.length) throw new Error('the model has inputs that are not tensors');
const listFetches = outputs.map(({ name }) => name);

function toOrt({ datatype, data, shape }: Tensor): OrtTensor {
  const type = (Object.keys(types) as OrtType[]).find((one) => types[one] === datatype) ?? 'float32';
  const elements = isBytes(data)
    ? data.map((bytes) => decodeUtf8(bytes) ?? Buffer.from(bytes).toString('latin1'))
    : data;
  return new ort.Tensor(type, elements as never, shape);
}

function fromOrtTensor(name: string, tensor: OrtTensor): Tensor {
  const data: unknown = tensor.data;
  const elements = Array.isArray(data) ? data.map((text: string) => Buffer.from(text, 'utf8')) : (data as TensorData);
  return { name, datatype: types[tensor.type as OrtType], shape: tensor.dims, data: elements };
}

async function run(tensors: readonly Tensor[]): Promise<Tensor[]> {
  const feeds = Object.fromEntries(tensors.map((tensor) => [tensor.name, toOrt(tensor)]));
  try {
    const results = await session.run(feeds, listFetches);
    return listFetches.flatMap((name) => (results[name] === undefined ? [] : [fromOrtTensor(name, results[name])]));
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    // An error of the graph is a bad request: a graph that cannot run at all has already failed its first prediction.
    throw new ServingProblem(
      /INVALID_ARGUMENT|out of (data )?bounds/i.test(said) ? 'bad_request' : 'model_failed',
      said,
    );
  }
}

async function infer(body: Buffer, headers: Headers): Promise<Body> {
  const asked = v2Codec.decodeRequest(body, headers);
  const answer = v2Codec.encodeResponse(await run(bindInputs(asked, { layout: 'tensors', inputs })), asked, settings);
  if (Buffer.byteLength(answer.content) > MAX_ANSWER_BYTES)
    throw buildBadAnswer('The response of the model is too large.');
  return answer;
}

const metadata = JSON.stringify({
  name: settings.model,
  versions: [settings.version],
  platform: 'onnxruntime_onnx',
  inputs,
  outputs,
});

interface WorkerResponse {
  readonly status: number;
  readonly body: Body;
}

async function answer(request: IncomingMessage): Promise<WorkerResponse> {
  const json = (content: string) => ({ status: 200, body: { contentType: 'application/json', content } });
  if (request.method === 'POST') return { status: 200, body: await infer(await buffer(request), request.headers) };
  return json(request.url?.startsWith('/v2/health') ? '{"ready":true,"live":true}' : metadata);
}

function toRefusal(error: unknown): WorkerResponse {
  const problem = error instanceof ServingProblem ? error : new ServingProblem('model_failed', String(error));
  return { status: problem.status, body: v2Codec.encodeProblem(problem) };
}

function send(response: ServerResponse, { status, body: { contentType, headers, content } }: WorkerResponse): void {
  response.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': Buffer.byteLength(content) });
  response.end(content);
}

/** Zeros of the least shape; a graph that cannot take them is warmed by its first caller. */
async function warmUp(): Promise<void> {
  const feeds = inputs.map(({ name, datatype, shape }): Tensor => {
    const least = shape.map((length) => Math.max(length, 1));
    const count = countElements(least);
    const data =
      datatype === 'BYTES' ? Array.from({ length: count }, () => new Uint8Array()) : createZeros(datatype, count);
    return { name, datatype, shape: least, data };
  });
  await run(feeds);
}

await warmUp().catch((error: unknown) => console.error('warm-up failed:', error));
// Its connections are this server's own, kept for as long as they may be used again.
const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
  void answer(request)
    .catch(toRefusal)
    .then((answered) => send(response, answered));
});
const frames = createFrameServer(({ content, headers }) =>
  infer(content, headers).then((body) => ({ status: 200, body }), toRefusal),
);
// Open the frame socket first: a client that finds the HTTP socket ready may use frames immediately.
frames.listen(settings.framesPath, () => server.listen(settings.socketPath));
