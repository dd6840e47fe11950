import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Plugin } from '../../../platform/http/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Deployment, Deployments } from '../deployments.ts';
import { checkRoom, ID_HEADER, keptAnswer, predictionIdOf } from '../log/keeping.ts';
import type { LogQueue } from '../log/queue.ts';
import { countEndings, countedVariant } from '../metrics/counting.ts';
import type { MetricRecorder } from '../metrics/recorder.ts';
import type { Body } from '../protocols/codec.ts';
import { badRequest, ClientGone, ServingProblem } from '../protocols/problem.ts';
import { noted, sideOf } from '../rollouts/split.ts';
import { described } from './describe.ts';
import { type Asked, type Predicted, predict } from './predict.ts';
import { codecs, type Target, targetOf } from './target.ts';
import { chosenVariant } from './traffic.ts';

export interface GatewayDeps {
  readonly deployments: Pick<Deployments, 'find'>;
  readonly log: Log;
  readonly clock: Clock;
  readonly queue: LogQueue;
  readonly metrics: Pick<MetricRecorder, 'request' | 'served' | 'unmeasured'>;
}

/** Everything under `/serve/NAME/`: the addresses of all protocols, for every endpoint. */
export function gatewayPlugin(deps: GatewayDeps): Plugin {
  const { deployments, log, metrics } = deps;

  async function answered(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { endpoint = '', '*': path = '' } = request.params as Record<string, string>;
    const target = targetOf(request.method === 'HEAD' ? 'GET' : request.method, path);
    try {
      const found = deployments.find(endpoint);
      if (found === null && target.what === 'predict') metrics.unmeasured(endpoint);
      const deployment = somethingLive(endpoint, found);
      if (target.what === 'nothing') throw noAddress(request.method, path);
      if (target.what !== 'predict') return sendBody(reply, ...described(deployment, target));
      return await answerPrediction(deps, deployment, target, request, reply);
    } catch (error) {
      if (error instanceof ClientGone) return reply.status(CLIENT_GONE).send();
      return sendProblem(reply, target, problemOf(error, log), request);
    }
  }

  return (app) => {
    countEndings(app, metrics);
    app.removeAllContentTypeParsers();
    // Do not parse here: the endpoint limits the size of a body.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.get('/serve/:endpoint/*', { config: { scope: 'mlops.read' } }, answered);
    app.post('/serve/:endpoint/*', { config: { scope: 'serving.predict', audit: 'counted' } }, answered);
  };
}

async function answerPrediction(
  { log, queue, clock, metrics }: GatewayDeps,
  found: Deployment,
  target: Target,
  incoming: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { endpoint, spec } = found.revision;
  const { limits } = spec;
  const { spoken } = target;
  const [first] = found.variants;
  // A request that is refused before its variant is known counts for the first variant.
  const counting =
    first === undefined ? null : { what: countedVariant(endpoint, first), source: null as Readable | null };
  incoming.counting = counting;
  const id = predictionIdOf(incoming.headers, incoming.id);
  checkRoom(found, queue);
  const request = { headers: incoming.headers, body: await bodyOf(incoming, limits.request) };
  const deployment = sideOf(found, target, request, Math.random());
  noted(found, deployment, reply.raw);
  const live = chosenVariant(deployment, target, request, Math.random());
  if (counting !== null) counting.what = countedVariant(endpoint, live);
  const served: Asked['served'] = (by, once) => metrics.served(countedVariant(endpoint, by), once);
  const asked = { request, timeoutMs: limits.timeout, signal: signalWhileOpen(reply), served };
  const predicted = await predict(live, spoken, asked);
  reply.header('x-steelyard-variant', live.name).header('x-steelyard-model-version', live.version);
  reply.header(ID_HEADER, id);
  // After the answer is made, so that no copy is in its way.
  setImmediate(() => sendShadows(deployment, target, asked, log));
  const caller = incoming.identity.name;
  const answered = {
    deployment,
    live,
    spoken,
    request,
    id,
    caller,
    elapsedMs: () => reply.elapsedTime,
    now: clock.now,
  };
  const kept = await keptAnswer(queue, answered, predicted);
  if (counting !== null && 'passed' in kept && !Buffer.isBuffer(kept.whole))
    counting.source = kept.whole ?? kept.passed;
  return sendPredicted(reply, kept);
}

/** Seen in logs only. */
const CLIENT_GONE = 499;

/** Aborts when the client closes the connection before the end of the answer. */
function signalWhileOpen({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new ClientGone());
  if (raw.destroyed) abort();
  else raw.once('close', () => raw.writableEnded || abort());
  return controller.signal;
}

/** Errors: `unavailable` while it has nothing live, `not_found`. */
function somethingLive(endpoint: string, found: Deployment | null | undefined): Deployment {
  if (found === undefined) throw new ServingProblem('not_found', `There is no endpoint "${endpoint}".`);
  if (found === null) throw new ServingProblem('unavailable', `Endpoint "${endpoint}" has no live revision yet.`, 1);
  return found;
}

function noAddress(method: string, path: string): ServingProblem {
  return new ServingProblem(
    'not_found',
    `No protocol of this server has ${method} ${path}; docs/serving.md lists the protocols.`,
  );
}

/** Errors: `too_large`, before more than the limit is read; `unsupported_type` for a body that is packed. */
async function bodyOf({ headers, body }: FastifyRequest, limitBytes: number): Promise<Buffer> {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ServingProblem(
      'unsupported_type',
      `The content encoding ${encoding} is not supported; send the body without encoding.`,
    );
  }
  if (Number(headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  if (body === undefined || body === null) return Buffer.alloc(0);
  return readWithin(body as Readable, limitBytes);
}

/** By events: an async iterator over the parts costs as much as the rest of a small request. */
function readWithin(body: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    body.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (sizeBytes <= limitBytes) return void parts.push(part);
      body.pause();
      reject(tooLarge(limitBytes));
    });
    body.once('end', () => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    body.once('error', reject);
    body.once('close', () => reject(badRequest('The request ended before its body was complete.')));
  });
}

function tooLarge(limitBytes: number): ServingProblem {
  return new ServingProblem('too_large', `The request exceeds the limit of ${limitBytes} bytes (limits.request).`);
}

/** A client that hangs up ends the copies of its request, too. */
function sendShadows(deployment: Deployment, target: Target, asked: Asked, log: Log): void {
  const { traffic } = deployment.revision.spec;
  for (const [name, share] of Object.entries(traffic.shadow)) {
    const live = deployment.variants.find((one) => one.name === name);
    if (live === undefined || Math.random() >= share) continue;
    predict(live, target.spoken, asked).then(
      (predicted) => void ('passed' in predicted && predicted.passed.resume()),
      (error: unknown) => log.debug({ err: error, variant: name }, 'a shadow prediction failed'),
    );
  }
}

function sendPredicted(reply: FastifyReply, predicted: Predicted): FastifyReply {
  if ('body' in predicted) return sendBody(reply, predicted.status, predicted.body);
  const { passed, whole = passed, status } = predicted;
  for (const name of ['inference-header-content-length', 'content-length'] as const) {
    const value = passed.headers[name];
    if (typeof value === 'string') reply.header(name, value);
  }
  return reply.status(status).type(safeType(passed)).send(whole);
}

/** Media types that browsers do not render as a page. Answers of other types are sent as `application/octet-stream`. */
const SAFE_TYPES = /^(application\/(json|octet-stream|x-ndjson)|text\/(csv|event-stream|plain))\b/i;

function safeType({ headers }: IncomingMessage): string {
  const type = headers['content-type'] ?? '';
  return SAFE_TYPES.test(type) ? type : 'application/octet-stream';
}

function sendBody(reply: FastifyReply, status: number, { contentType, headers = {}, content }: Body): FastifyReply {
  return reply.status(status).headers(headers).type(contentType).send(content);
}

function problemOf(error: unknown, log: Log): ServingProblem {
  if (error instanceof ServingProblem) return error;
  log.error({ err: error }, 'a prediction failed');
  return new ServingProblem('model_failed', 'An internal error occurred in Steelyard; see the server log.');
}

function sendProblem(
  reply: FastifyReply,
  { spoken }: Target,
  problem: ServingProblem,
  request: FastifyRequest,
): FastifyReply {
  if (problem.retryAfterSeconds !== null) reply.header('retry-after', String(problem.retryAfterSeconds));
  // Do not wait for the unread rest of a body.
  if (problem.kind === 'too_large') {
    reply.header('connection', 'close');
    reply.raw.once('finish', () => request.raw.destroy());
  }
  return sendBody(reply, problem.status, codecs[spoken].encodeProblem(problem));
}
