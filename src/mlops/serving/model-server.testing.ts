import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * For tests: a server of a model that scores rows of numbers by 1·a + 2·b + 3·c in one protocol, and misbehaves when a row begins
 * with a number of the table below. `node model-server.testing.ts PORT PROTOCOL [BEHAVIOUR [SECONDS]]`; it listens after so many.
 */
const [, , port = '0', protocol = 'mlflow', behaviour = 'good', startSeconds = '0'] = process.argv;

const SLOW_MS = 1_500;
const misbehaviours: Readonly<Record<number, (response: ServerResponse) => void>> = {
  [-1]: () => process.exit(7),
  [-2]: () => {
    for (;;);
  },
  [-3]: (response) => void response.setHeader('content-type', 'text/html').end('<script>alert(1)</script>'),
  [-4]: (response) => send(response, buildAnswer([1, 2, 3, 4, 5])),
  [-5]: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"predic');
    setTimeout(() => response.destroy(), 20);
  },
  [-6]: (response) =>
    send(response, { error: 'it has failed', error_code: 'INTERNAL_ERROR', message: 'it has failed' }, 500),
  [-7]: () => undefined,
};

function parseRows(body: Record<string, unknown>): number[][] {
  const inputs = body.inputs as number[][] | { x: number[][] } | [{ data: number[] }] | undefined;
  const [first] = Array.isArray(inputs) ? inputs : [];
  if (first !== undefined && 'data' in first) {
    return Array.from({ length: first.data.length / 3 }, (_, at) => first.data.slice(3 * at, 3 * at + 3));
  }
  if (inputs !== undefined && 'x' in inputs) return inputs.x;
  const split = body.dataframe_split as { data: number[][] } | undefined;
  return split?.data ?? ((body.instances ?? inputs) as number[][]);
}

function buildAnswer(scores: readonly number[]): object {
  if (protocol !== 'v2') return { predictions: scores };
  return { model_name: 'm', outputs: [{ name: 'score', datatype: 'FP64', shape: [scores.length], data: scores }] };
}

function send(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const tensorflow = (...sizes: string[]) => ({
  dtype: 'DT_DOUBLE',
  tensor_shape: { dim: sizes.map((size) => ({ size })) },
});
const signature = { inputs: { x: tensorflow('-1', '3') }, outputs: { score: tensorflow('-1') } };
const tensorflowMetadata = { metadata: { signature_def: { signature_def: { serving_default: signature } } } };

function describe(path: string): object {
  const tensor = { name: 'x', datatype: 'FP64', shape: [-1, 3] };
  if (path.startsWith('/v2/models'))
    return { name: 'm', inputs: [tensor], outputs: [{ ...tensor, name: 'score', shape: [-1] }] };
  if (path.endsWith('/metadata')) return tensorflowMetadata;
  return { name: 'm', ready: true, model_version_status: [{ version: '1', state: 'AVAILABLE' }] };
}

/** A chat completion with its usage: whole, or as a stream whose last chunk has it and is split in its middle. */
async function chat(response: ServerResponse, { stream }: Record<string, unknown>): Promise<void> {
  const usage = { prompt_tokens: 12, completion_tokens: 10, total_tokens: 22 };
  const model = 'gpt-4o-2024-08-06';
  if (stream !== true) return send(response, { model, choices: [{ message: { content: 'hello' } }], usage });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify({ model, choices: [{ delta: { content: 'hello' } }], usage: null })}\n\n`);
  const last = `data: ${JSON.stringify({ model, choices: [], usage })}\n\n`;
  response.write(last.slice(0, last.length / 2));
  await pause(20);
  response.end(`${last.slice(last.length / 2)}data: [DONE]\n\n`);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') return send(response, describe(request.url ?? ''));
  const body = (await json(request)) as Record<string, unknown>;
  if ('messages' in body) return chat(response, body);
  const rows = parseRows(body);
  const misbehaviour = misbehaviours[rows[0]?.[0] ?? 0];
  if (misbehaviour !== undefined) return misbehaviour(response);
  if (behaviour === 'fails') return misbehaviours[-6]?.(response);
  if (behaviour === 'is slow') await pause(SLOW_MS);
  send(response, buildAnswer(rows.map(([a = 0, b = 0, c = 0]) => a + 2 * b + 3 * c)));
}

if (behaviour === 'crashes at its start') {
  console.error('no such model');
  process.exit(3);
}
function listen(): void {
  createServer((request, response) => void answer(request, response)).listen(Number(port), '127.0.0.1');
}

if (behaviour !== 'never ready') setTimeout(listen, Number(startSeconds) * 1_000);
setInterval(() => undefined, 1_000);
