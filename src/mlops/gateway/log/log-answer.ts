import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Predicted, Request, WireProtocol } from '../../inference/index.ts';
import { readWhole } from '../../replicas/index.ts';
import type { Deployment, LiveVariant } from '../../serving/index.ts';
import type { LogQueue } from './queue.ts';
import { type Content, type Exchange, isEventStream } from './rows.ts';
import { copyStream, HeldEnd } from './tee.ts';
import { type AnsweredTokens, StreamTokens } from './token-usage.ts';

/** An answered request, with the facts that are known before its answer is sent. */
export interface AnsweredRequest {
  readonly deployment: Deployment;
  readonly live: LiveVariant;
  /** Name of the variant under which the answer is logged. */
  readonly variant: string;
  readonly spoken: WireProtocol;
  readonly request: Request;
  readonly id: string;
  readonly caller: string;
  /** Milliseconds since the request came. */
  readonly elapsedMs: () => number;
  readonly now: () => number;
  /** See `Exchange`; null: no shadow answers wait for it. */
  readonly onStored: Exchange['onStored'];
}

/** Requests and answers with more than this together are kept without their content. */
const MOST_CONTENT_BYTES = 4 * 1024 * 1024;
/** Estimated memory of an exchange without its bodies. */
const OWN_BYTES = 1_000;

/** Puts an answer into the log and returns the answer to send. Error: `unavailable`, where the log must store it first and cannot. */
export async function logAnswer(queue: LogQueue, answered: AnsweredRequest, predicted: Predicted): Promise<Predicted> {
  const { answer } = answered.deployment.revision.spec.log;
  if (answer === 'never' || predicted.status >= 300) return predicted;
  if ('body' in predicted) {
    const { content } = predicted.body;
    await logExchange(queue, answered, buildExchange(answered, predicted.tensors, Buffer.byteLength(content)));
    return predicted;
  }
  if (Buffer.isBuffer(predicted.whole)) {
    await logExchange(queue, answered, buildByteExchange(answered, predicted.passed, predicted.whole));
    return predicted;
  }
  if (answer === 'after') return logAfterEnd(queue, answered, predicted);
  return logBeforeEnd(queue, answered, predicted);
}

/**
 * Reads the answer of a shadow variant to its end and puts it into the log, once the prediction that the client got is stored (`heads`). An
 * error response or a torn answer is not logged.
 */
export async function logShadow(
  queue: LogQueue,
  answered: AnsweredRequest,
  predicted: Predicted,
  heads: Promise<NonNullable<Exchange['shadowOf']>>,
): Promise<void> {
  const exchange = await readShadowAnswer(answered, predicted);
  // Without a stored prediction this waits for ever, and is collected together with the promise.
  if (exchange !== null) queue.add({ ...exchange, shadowOf: await heads });
}

async function readShadowAnswer(answered: AnsweredRequest, predicted: Predicted): Promise<Exchange | null> {
  if ('body' in predicted) {
    return buildExchange(answered, predicted.tensors, Buffer.byteLength(predicted.body.content));
  }
  const { passed, whole, status } = predicted;
  if (Buffer.isBuffer(whole)) return status >= 300 ? null : buildByteExchange(answered, passed, whole);
  const read = status >= 300 ? null : readPassing(answered, passed);
  passed.resume();
  await finished(passed);
  return passed.complete && read !== null ? read() : null;
}

/** Logs before or after the answer, as the endpoint configures. */
function logExchange(queue: LogQueue, { deployment }: AnsweredRequest, exchange: Exchange): Promise<void> | void {
  if (deployment.revision.spec.log.answer === 'before') return queue.kept(exchange);
  queue.add(exchange);
}

type StreamedResult = Extract<Predicted, { passed: unknown }>;

function computeContentLimit({ request }: AnsweredRequest): number {
  return MOST_CONTENT_BYTES - request.body.length;
}

/** Kept when its last byte has come. */
function logAfterEnd(queue: LogQueue, answered: AnsweredRequest, predicted: StreamedResult): Predicted {
  const { passed } = predicted;
  const read = readPassing(answered, passed);
  passed.once('end', () => {
    if (passed.complete) queue.add(read());
  });
  return predicted;
}

/** An answer of a known length is read and stored, then sent. Of any other answer, the last part waits until the whole is stored. */
async function logBeforeEnd(queue: LogQueue, answered: AnsweredRequest, predicted: StreamedResult): Promise<Predicted> {
  const { passed, status } = predicted;
  const length = Number(passed.headers['content-length'] ?? Number.NaN);
  if (length <= computeContentLimit(answered)) {
    const whole = await readWhole(passed);
    await logExchange(queue, answered, buildByteExchange(answered, passed, whole));
    return { status, passed, whole };
  }
  const read = readPassing(answered, passed);
  const held = new HeldEnd(() => queue.kept(read()));
  // The reader of `held` handles its errors.
  pipeline(passed, held, () => undefined);
  return { status, passed, whole: held };
}

/** Copies an answer while it passes. Reads the token counts of a stream even where the whole stream is too large to keep. */
function readPassing(answered: AnsweredRequest, passed: IncomingMessage): () => Exchange {
  const tokens = isEventStream(passed.headers) ? new StreamTokens() : null;
  const copy = copyStream(passed, computeContentLimit(answered), (part) => tokens?.write(part));
  return () => buildByteExchange(answered, passed, copy.whole(), tokens?.read() ?? null);
}

function buildByteExchange(
  answered: AnsweredRequest,
  { headers }: IncomingMessage,
  body: Buffer | null,
  streamed: AnsweredTokens | null = null,
): Exchange {
  const content = body === null ? null : { request: answered.request, answer: { headers, body } };
  return buildExchange(answered, content, body?.length ?? 0, streamed);
}

function buildExchange(
  answered: AnsweredRequest,
  content: Content,
  answerBytes: number,
  streamed: AnsweredTokens | null = null,
): Exchange {
  const { deployment, live, variant, spoken, request, id, caller, elapsedMs, now, onStored } = answered;
  const { endpoint, spec } = deployment.revision;
  const bytes = request.body.length + answerBytes;
  const isKept = content !== null && bytes <= MOST_CONTENT_BYTES;
  return {
    id,
    endpoint,
    environment: spec.environment ?? null,
    project: spec.project ?? null,
    variant,
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
    onStored,
    shadowOf: null,
    sizeBytes: OWN_BYTES + (isKept ? bytes : 0),
  };
}
