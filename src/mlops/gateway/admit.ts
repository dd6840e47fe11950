import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { buildBadRequest, ClientGone, type Request, ServingProblem } from '../inference/index.ts';
import type { Deployment } from '../serving/index.ts';
import type { LogQueue } from './log/queue.ts';

/** A request that was read within the limits of its endpoint. */
export interface Admitted {
  /** Id of the prediction. */
  readonly id: string;
  readonly request: Request;
  /** Aborted with a `ClientGone` when the client closes the connection before the end of the answer. */
  readonly signal: AbortSignal;
}

/**
 * First stage: names the prediction, checks that the log queue accepts it, and reads its body. Errors: `bad_request`, `busy`,
 * `too_large`, `unsupported_type`.
 */
export async function admit(
  queue: Pick<LogQueue, 'isFull'>,
  deployment: Deployment,
  incoming: FastifyRequest,
  reply: FastifyReply,
): Promise<Admitted> {
  const id = readPredictionId(incoming.headers, incoming.id);
  checkLogRoom(deployment, queue);
  const body = await readBody(incoming, deployment.revision.spec.limits.request);
  return { id, request: { headers: incoming.headers, body }, signal: signalWhileOpen(reply) };
}

/** Names the prediction, both ways. */
export const ID_HEADER = 'x-steelyard-prediction-id';

const PRINTABLE = /^[\x21-\x7e]{1,180}$/;

/**
 * The id of a prediction: what the caller calls it, what the request is called on its way, or a new one. Error: `bad_request` where
 * the caller's cannot be one.
 */
function readPredictionId(headers: Request['headers'], made: string): string {
  const given = headers[ID_HEADER];
  if (given !== undefined) {
    if (typeof given === 'string' && PRINTABLE.test(given)) return given;
    throw buildBadRequest(`${ID_HEADER} must be 1 to 180 visible ASCII characters.`);
  }
  const called = headers['x-request-id'];
  return typeof called === 'string' && PRINTABLE.test(called) ? called : made;
}

/** Error: `busy`, where each prediction has to be kept before it is answered, and those before it still wait for that. */
function checkLogRoom({ revision }: Deployment, queue: Pick<LogQueue, 'isFull'>): void {
  if (revision.spec.log.answer !== 'before' || !queue.isFull) return;
  throw new ServingProblem(
    'busy',
    'the prediction log is behind; each prediction is now stored before its response',
    1,
  );
}

/** Aborts when the client closes the connection before the end of the answer. */
function signalWhileOpen({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new ClientGone());
  if (raw.destroyed) abort();
  else raw.once('close', () => raw.writableEnded || abort());
  return controller.signal;
}

/** Errors: `too_large`, before more than the limit is read; `unsupported_type` for a body that is packed. */
async function readBody({ headers, body }: FastifyRequest, limitBytes: number): Promise<Buffer> {
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
    body.once('close', () => reject(buildBadRequest('The request ended before its body was complete.')));
  });
}

function tooLarge(limitBytes: number): ServingProblem {
  return new ServingProblem('too_large', `The request exceeds the limit of ${limitBytes} bytes (limits.request).`);
}
