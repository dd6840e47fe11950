import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { wholeOf } from '../backends/exchange.ts';
import type { Deployment, LiveVariant } from '../deployments.ts';
import type { Predicted } from '../gateway/predict.ts';
import type { Spoken } from '../gateway/target.ts';
import type { Request } from '../gateway/traffic.ts';
import { badRequest, ServingProblem } from '../protocols/problem.ts';
import type { LogQueue } from './queue.ts';
import { type Content, type Exchange, isEventStream } from './rows.ts';
import { copied, HeldEnd } from './tee.ts';
import { type AnsweredTokens, StreamTokens } from './token-usage.ts';

/** Names the prediction, both ways. */
export const ID_HEADER = 'x-steelyard-prediction-id';

/** An answered request, with the facts that are known before its answer is sent. */
export interface Answered {
  readonly deployment: Deployment;
  readonly live: LiveVariant;
  readonly spoken: Spoken;
  readonly request: Request;
  readonly id: string;
  readonly caller: string;
  /** Milliseconds since the request came. */
  readonly elapsedMs: () => number;
  readonly now: () => number;
}

/** Requests and answers with more than this together are kept without their content. */
const MOST_CONTENT_BYTES = 4 * 1024 * 1024;
/** Estimated memory of an exchange without its bodies. */
const OWN_BYTES = 1_000;

const PRINTABLE = /^[\x21-\x7e]{1,180}$/;

/**
 * The id of a prediction: what the caller calls it, what the request is called on its way, or a new one. Error: `bad_request` where
 * the caller's cannot be one.
 */
export function predictionIdOf(headers: Request['headers'], made: string): string {
  const given = headers[ID_HEADER];
  if (given !== undefined) {
    if (typeof given === 'string' && PRINTABLE.test(given)) return given;
    throw badRequest(`${ID_HEADER} must be 1 to 180 visible ASCII characters.`);
  }
  const called = headers['x-request-id'];
  return typeof called === 'string' && PRINTABLE.test(called) ? called : made;
}

/** Error: `busy`, where each prediction has to be kept before it is answered, and those before it still wait for that. */
export function checkRoom({ revision }: Deployment, queue: LogQueue): void {
  if (revision.spec.log.answer !== 'before' || !queue.isFull) return;
  throw new ServingProblem(
    'busy',
    'the prediction log is behind; each prediction is now stored before its response',
    1,
  );
}

/** Puts an answer into the log and returns the answer to send. Error: `unavailable`, where the log must store it first and cannot. */
export async function keptAnswer(queue: LogQueue, answered: Answered, predicted: Predicted): Promise<Predicted> {
  const { answer } = answered.deployment.revision.spec.log;
  if (answer === 'never' || predicted.status >= 300) return predicted;
  if ('body' in predicted) {
    const { content } = predicted.body;
    await put(queue, answered, exchangeOf(answered, predicted.tensors, Buffer.byteLength(content)));
    return predicted;
  }
  if (Buffer.isBuffer(predicted.whole)) {
    await put(queue, answered, exchangeOfBytes(answered, predicted.passed, predicted.whole));
    return predicted;
  }
  if (answer === 'after') return watched(queue, answered, predicted);
  return keptFirst(queue, answered, predicted);
}

/** Logs before or after the answer, as the endpoint configures. */
function put(queue: LogQueue, { deployment }: Answered, exchange: Exchange): Promise<void> | void {
  if (deployment.revision.spec.log.answer === 'before') return queue.kept(exchange);
  queue.add(exchange);
}

type Passed = Extract<Predicted, { passed: unknown }>;

function roomFor({ request }: Answered): number {
  return MOST_CONTENT_BYTES - request.body.length;
}

/** Kept when its last byte has come. */
function watched(queue: LogQueue, answered: Answered, predicted: Passed): Predicted {
  const { passed } = predicted;
  const read = readPassing(answered, passed);
  passed.once('end', () => {
    if (passed.complete) queue.add(read());
  });
  return predicted;
}

/** An answer of a known length is read and stored, then sent. Of any other answer, the last part waits until the whole is stored. */
async function keptFirst(queue: LogQueue, answered: Answered, predicted: Passed): Promise<Predicted> {
  const { passed, status } = predicted;
  const length = Number(passed.headers['content-length'] ?? Number.NaN);
  if (length <= roomFor(answered)) {
    const whole = await wholeOf(passed);
    await put(queue, answered, exchangeOfBytes(answered, passed, whole));
    return { status, passed, whole };
  }
  const read = readPassing(answered, passed);
  const held = new HeldEnd(() => queue.kept(read()));
  // The reader of `held` handles its errors.
  pipeline(passed, held, () => undefined);
  return { status, passed, whole: held };
}

/** Copies an answer while it passes. Reads the token counts of a stream even where the whole stream is too large to keep. */
function readPassing(answered: Answered, passed: IncomingMessage): () => Exchange {
  const tokens = isEventStream(passed.headers) ? new StreamTokens() : null;
  const copy = copied(passed, roomFor(answered), (part) => tokens?.write(part));
  return () => exchangeOfBytes(answered, passed, copy.whole(), tokens?.read() ?? null);
}

function exchangeOfBytes(
  answered: Answered,
  { headers }: IncomingMessage,
  body: Buffer | null,
  streamed: AnsweredTokens | null = null,
): Exchange {
  const content = body === null ? null : { request: answered.request, answer: { headers, body } };
  return exchangeOf(answered, content, body?.length ?? 0, streamed);
}

function exchangeOf(
  answered: Answered,
  content: Content,
  answerBytes: number,
  streamed: AnsweredTokens | null = null,
): Exchange {
  const { deployment, live, spoken, request, id, caller, elapsedMs, now } = answered;
  const { endpoint, spec } = deployment.revision;
  const bytes = request.body.length + answerBytes;
  const isKept = content !== null && bytes <= MOST_CONTENT_BYTES;
  return {
    id,
    endpoint,
    environment: spec.environment ?? null,
    project: spec.project ?? null,
    model: live.variant.model,
    version: live.version,
    caller,
    log: spec.log,
    spoken,
    spec: live.set.spec(),
    headers: request.headers,
    answeredAt: now(),
    latencyMs: elapsedMs(),
    content: isKept ? content : null,
    streamed,
    sizeBytes: OWN_BYTES + (isKept ? bytes : 0),
  };
}
