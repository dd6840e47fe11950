import type { IncomingMessage } from 'node:http';
import { runUntilAborted } from '../../../platform/concurrency/index.ts';
import { ClientGone, codecs, type Predicted, ServingProblem, type WireProtocol } from '../../inference/index.ts';
import type { LiveCascade, LiveVariant } from '../../serving/index.ts';
import { isEventStream, readContent } from '../log/rows.ts';
import type { StageOutcome } from '../metrics/stages.ts';
import { type PredictionRequest, predict } from '../predict.ts';
import { readConfidence } from './confidence.ts';
import { sumUsedTime } from './used-time.ts';

/** Receives the stages of a request as they are asked and as they end. */
export interface StageWatch {
  asked(live: LiveVariant): void;
  /** After `tookMs` milliseconds, wait for a slot included. */
  ended(live: LiveVariant, outcome: StageOutcome, tookMs: number): void;
}

/** An answer and the variant that gave it. */
export interface RoutedAnswer {
  readonly predicted: Predicted;
  readonly live: LiveVariant;
}

type LiveStage = LiveCascade['stages'][number];

type StageResult =
  | { readonly outcome: 'accepted'; readonly answer: RoutedAnswer }
  /** null: the answer was too large to be kept. */
  | { readonly outcome: 'escalated'; readonly answer: RoutedAnswer | null }
  /** An error response of the model, or an error of the gateway. */
  | { readonly outcome: 'failed'; readonly answer: RoutedAnswer }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** An answer of more bytes has no confidence: the next stage is asked. */
const MOST_STAGE_BYTES = 1024 * 1024;

/**
 * Asks the stages of a cascade in order until an answer has the confidence of its stage; the last stage always answers. An answer without a
 * readable confidence is not accepted. The timeout of the request bounds the time to the answer over all stages. Errors: those of the stage
 * that failed (`predict`); `timeout`.
 */
export async function runCascade(
  cascade: LiveCascade,
  spoken: WireProtocol,
  request: PredictionRequest,
  watch: StageWatch,
): Promise<RoutedAnswer> {
  const used = request.used === undefined ? null : sumUsedTime(request.used);
  const beganMs = performance.now();
  let earlier: RoutedAnswer | null = null;
  try {
    for (const stage of cascade.stages) {
      const sinceMs = performance.now();
      const leftMs = stage === cascade.stages[0] ? null : request.timeoutMs - (sinceMs - beganMs);
      watch.asked(stage.live);
      const time = used?.addStage();
      const result = await askStage(stage, spoken, { ...request, used: time?.used }, leftMs);
      if ('error' in result) time?.drop();
      watch.ended(stage.live, result.outcome, performance.now() - sinceMs);
      if (result.outcome === 'accepted') return result.answer;
      if (result.outcome === 'failed') return resolveFailure(cascade, result, earlier);
      earlier = result.answer ?? earlier;
    }
  } finally {
    used?.close();
  }
  throw new Error(`the cascade ${cascade.name} has no last stage`);
}

function resolveFailure(
  { onError }: LiveCascade,
  failure: Extract<StageResult, { outcome: 'failed' }>,
  earlier: RoutedAnswer | null,
): RoutedAnswer {
  const isGone = 'error' in failure && failure.error instanceof ClientGone;
  if (earlier !== null && onError === 'answer' && !isGone) {
    if ('answer' in failure && 'passed' in failure.answer.predicted) failure.answer.predicted.passed.resume();
    return earlier;
  }
  if ('error' in failure) throw failure.error;
  return failure.answer;
}

/** `leftMs`: time that earlier stages left; null: the first stage, which has the limits of any request. */
async function askStage(
  { live, acceptAtConfidence, confidence }: LiveStage,
  spoken: WireProtocol,
  request: PredictionRequest,
  leftMs: number | null,
): Promise<StageResult> {
  const deadline = leftMs === null ? null : startDeadline(request, leftMs);
  try {
    const signal = deadline?.signal ?? request.signal;
    const asking = predict(live, spoken, { ...request, signal });
    const predicted = await (deadline === null ? asking : runUntilAborted(asking, deadline.signal));
    if (predicted.status >= 300) return { outcome: 'failed', answer: { predicted, live } };
    if (acceptAtConfidence === null) return { outcome: 'accepted', answer: { predicted, live } };
    const whole = await readStage(predicted);
    if (whole === null) return { outcome: 'escalated', answer: null };
    const found = readConfidence(readOutputs(whole, live, spoken, request), confidence);
    const isAccepted = found !== null && found >= acceptAtConfidence;
    return { outcome: isAccepted ? 'accepted' : 'escalated', answer: { predicted: whole, live } };
  } catch (error) {
    return { outcome: 'failed', error: deadline?.explain(error) ?? error };
  } finally {
    deadline?.clear();
  }
}

interface Deadline {
  readonly signal: AbortSignal;
  /** The timeout, for an error that the deadline caused. */
  explain(error: unknown): unknown;
  clear(): void;
}

/** A replica that had less than half of the timeout is abandoned: this shows nothing about the replica. */
function startDeadline({ timeoutMs, signal }: PredictionRequest, leftMs: number): Deadline {
  const controller = new AbortController();
  const problem = new ServingProblem('timeout', `The stages did not answer within ${timeoutMs / 1000} s together.`);
  const abort = () => controller.abort(leftMs >= timeoutMs / 2 ? problem : new ClientGone());
  if (leftMs <= 0) abort();
  const timer = setTimeout(abort, Math.max(0, leftMs));
  return {
    signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
    explain: (error) => (controller.signal.aborted && signal?.aborted !== true ? problem : error),
    clear: () => clearTimeout(timer),
  };
}

/** The answer with its whole body; null where it is a stream of events or larger than `MOST_STAGE_BYTES`: it is not read. */
async function readStage(predicted: Predicted): Promise<Predicted | null> {
  if ('body' in predicted) {
    return Buffer.byteLength(predicted.body.content) > MOST_STAGE_BYTES ? null : predicted;
  }
  const { passed, whole, status } = predicted;
  if (Buffer.isBuffer(whole)) return predicted;
  const isLong = Number(passed.headers['content-length'] ?? 0) > MOST_STAGE_BYTES;
  const read = isLong || isEventStream(passed.headers) ? null : await readUpTo(passed, MOST_STAGE_BYTES);
  if (read !== null) return { status, passed, whole: read };
  passed.destroy();
  return null;
}

/** A whole answer; null as soon as it is more than `limitBytes`. Error: `bad_answer`, where it ends too early. */
function readUpTo(answer: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    answer.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      if (sizeBytes > limitBytes) resolve(null);
      else parts.push(part);
    });
    answer.once('end', () => resolve(Buffer.concat(parts)));
    const torn = () => new ServingProblem('bad_answer', 'The model ended in the middle of its response.');
    answer.once('error', (error) =>
      reject(error instanceof ServingProblem || error instanceof ClientGone ? error : torn()),
    );
    answer.once('close', () => reject(torn()));
  });
}

/** The output of each row, as the prediction log has it; empty where the answer cannot be read. */
function readOutputs(answer: Predicted, live: LiveVariant, spoken: WireProtocol, { request }: PredictionRequest) {
  const spec = live.set.spec();
  if ('body' in answer)
    return (readContent({ content: answer.tensors, spec }, codecs[spoken])?.rows ?? []).map(toOutput);
  const { passed, whole } = answer;
  if (!Buffer.isBuffer(whole)) return [];
  const content = { request, answer: { headers: passed.headers, body: whole } };
  return (readContent({ content, spec }, codecs[spoken])?.rows ?? []).map(toOutput);
}

const toOutput = ({ output }: { readonly output: unknown }) => output;
