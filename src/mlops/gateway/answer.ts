import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../platform/telemetry/index.ts';
import { type Body, codecs, type Predicted, ServingProblem, type Target } from '../inference/index.ts';

/** Last stage: sends an answer whole, or as the stream that the model server sends. */
export function sendPredicted(reply: FastifyReply, predicted: Predicted): FastifyReply {
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

export function sendBody(
  reply: FastifyReply,
  status: number,
  { contentType, headers = {}, content }: Body,
): FastifyReply {
  return reply.status(status).headers(headers).type(contentType).send(content);
}

/** Any other error is a bug of the gateway: it is written to the log. */
export function problemOf(error: unknown, log: Log): ServingProblem {
  if (error instanceof ServingProblem) return error;
  log.error({ err: error }, 'a prediction failed');
  return new ServingProblem('model_failed', 'An internal error occurred in Steelyard; see the server log.');
}

/** Sends an error in the protocol of the client. */
export function sendProblem(
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
