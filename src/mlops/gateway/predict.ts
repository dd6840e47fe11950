import type { IncomingMessage } from 'node:http';
import type { Predicted, Request } from '../inference/index.ts';
import {
  type Body,
  bindInputs,
  bindOutputs,
  buildBadAnswer,
  buildBinaryRequest,
  ClientGone,
  type Codec,
  codecs,
  isRecord,
  kserveV1Codec,
  mlflowCodec,
  ServingProblem,
  toGiven,
  v1Codec,
  v2Codec,
  type WireProtocol,
} from '../inference/index.ts';
import type { Outcome, Place, Protocol, Replica, UsedTime } from '../replicas/index.ts';
import { type Exchange, NotConnected, readWhole, sendExchange, startExchange } from '../replicas/index.ts';
import type { LiveVariant } from '../serving/index.ts';
import type { ServedOnce } from './metrics/tally.ts';

const speaks: Readonly<Record<Protocol, WireProtocol>> = { mlflow: 'mlflow', tensorflow: 'v1', kserve: 'v1', v2: 'v2' };
const backendCodecs: Readonly<Record<Protocol, Codec>> = {
  mlflow: mlflowCodec,
  tensorflow: v1Codec,
  kserve: kserveV1Codec,
  v2: v2Codec,
};

function buildModelPath(protocol: Protocol, model: string): string {
  const name = encodeURIComponent(model);
  if (protocol === 'mlflow') return '/invocations';
  return protocol === 'v2' ? `/v2/models/${name}/infer` : `/v1/models/${name}:predict`;
}

/** Maximum number of attempts when replicas do not accept the connection. */
const TRIES = 3;

/** A request to an endpoint's variant, and until when its answer is wanted. */
export interface PredictionRequest {
  readonly request: Request;
  readonly timeoutMs: number;
  /** Aborted with a `ClientGone` when the client has left. */
  readonly signal?: AbortSignal | undefined;
  /** Receives the service time of an answer, and the variant of the replica that gave it. */
  readonly served?: ((live: LiveVariant, once: ServedOnce) => void) | undefined;
  /**
   * Receives the replica time that the request used, whatever its outcome, one part for each resource of the stages of a cascade; not of a
   * replica that did not accept it.
   */
  readonly used?: ((...parts: UsedTime[]) => void) | undefined;
  /** The same with the variant, for its metrics. */
  readonly metered?: ((live: LiveVariant, time: UsedTime) => void) | undefined;
}

/**
 * Runs one prediction of a variant in the client's protocol, converted where its server speaks another. Errors:
 * `ServingProblem`, `ClientGone`.
 */
export async function predict(live: LiveVariant, spoken: WireProtocol, asked: PredictionRequest): Promise<Predicted> {
  const { backend, places } = live.set;
  const attempt = speaks[backend.protocol] === spoken ? passOn : convert(spoken, asked.request);
  const tried = new Set<Replica>();
  let tries = 0;
  for (;;) {
    const place = takeTimedSlot(await places.take(tried, asked.signal), live, asked);
    try {
      return await attempt(live, place, asked);
    } catch (error) {
      const isUntouched = error instanceof NotConnected;
      place.leave(classifyOutcome(error), isUntouched);
      if (!isUntouched) throw error;
      tried.add(place.replica);
      tries += 1;
      if (tries === TRIES) throw new ServingProblem('unavailable', 'The model does not accept connections.', 1);
    }
  }
}

/** A place that reports the time of its request when it is left; `isUntouched`: the replica did not accept the request. */
interface TimedPlace extends Pick<Place, 'replica'> {
  leave(outcome: Outcome, isUntouched?: boolean): void;
}

function takeTimedSlot(
  place: Place,
  live: LiveVariant,
  { served, used, metered }: Pick<PredictionRequest, 'served' | 'used' | 'metered'>,
): TimedPlace {
  const sinceMs = performance.now();
  const concurrent = place.replica.inFlight;
  let isLeft = false;
  return {
    replica: place.replica,
    leave: (outcome, isUntouched = false) => {
      place.leave(outcome);
      if (isLeft) return;
      isLeft = true;
      if (outcome === 'answered') served?.(live, { seconds: (performance.now() - sinceMs) / 1000, concurrent });
      const time = place.used();
      if (time === null || isUntouched) return;
      used?.(time);
      metered?.(live, time);
    },
  };
}

type Attempt = (live: LiveVariant, place: TimedPlace, asked: PredictionRequest) => Promise<Predicted>;

/** Headers that pass in both directions with a body that is not decoded. */
const PASSED_HEADERS = ['content-type', 'accept', 'inference-header-content-length'] as const;

/** An answer with a stated length up to this limit is read whole: a stream costs more than a few bytes. */
const SHORT_BYTES = 64 * 1024;

/** The bytes as they are, both ways; the place is given back when the last of them has come. */
const passOn: Attempt = async ({ set }, place, { request: { headers, body }, timeoutMs, signal }) => {
  const { protocol, modelName } = set.backend;
  const passed = Object.fromEntries(PASSED_HEADERS.flatMap((name) => toHeaderEntry(name, headers[name])));
  const { address, agent } = place.replica;
  const answer = await startExchange(address, {
    method: 'POST',
    path: buildModelPath(protocol, modelName),
    headers: passed,
    body,
    timeoutMs,
    agent,
    signal,
  });
  const status = answer.statusCode ?? 502;
  answer.once('close', () => place.leave(answer.complete ? classifyStatus(status) : classifyTorn(answer)));
  const length = answer.headers['content-length'];
  if (length === undefined || Number(length) > SHORT_BYTES) return { status, passed: answer };
  return { status, passed: answer, whole: await readWhole(answer) };
};

function toHeaderEntry(name: string, value: string | readonly string[] | undefined): [string, string][] {
  return typeof value === 'string' ? [[name, value]] : [];
}

function convert(spoken: WireProtocol, request: Request): Attempt {
  const codec = codecs[spoken];
  // Decode first: a request that cannot be read takes no slot.
  const asked = codec.decodeRequest(request.body, request.headers);
  return async ({ set, variant, version }, place, { timeoutMs, signal }) => {
    const { protocol, modelName } = set.backend;
    const spec = set.spec();
    const inputs = bindInputs(asked, spec);
    const { address, agent, channel } = place.replica;
    const answer =
      channel === undefined
        ? await sendExchange(address, {
            ...buildPost(backendCodecs[protocol].encodeRequest(inputs, spec)),
            ...{ path: buildModelPath(protocol, modelName), timeoutMs, agent, signal },
          })
        : // A frame cannot be recalled: the replica is busy with it, and its place taken, until it answers.
          await channel.ask(buildBinaryRequest(inputs), timeoutMs);
    if (answer.status !== 200) throw buildRefusal(answer.status, answer.body);
    const outputs = bindOutputs(
      read(() => backendCodecs[protocol].decodeResponse(answer.body, answer.headers)),
      spec.outputs,
    );
    const body = codec.encodeResponse(outputs, asked, { model: variant.model, version });
    place.leave('answered');
    return { status: 200, body, tensors: { asked: asked.given, answered: outputs.map(toGiven) } };
  };
}

function buildPost({ contentType, headers, content }: Body): Pick<Exchange, 'method' | 'headers' | 'body'> {
  return { method: 'POST', headers: { ...headers, 'content-type': contentType }, body: content };
}

/** A malformed answer is an error of the model, not of the client. */
function read<T>(reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    if (error instanceof ServingProblem && error.kind === 'bad_request') throw buildBadAnswer(error.message);
    throw error;
  }
}

const LONGEST_MESSAGE = 2_000;

/** Maps an error of a model server to the matching problem of the gateway. */
function buildRefusal(status: number, body: Buffer): ServingProblem {
  const said = readErrorMessage(body).slice(0, LONGEST_MESSAGE);
  if (status >= 400 && status < 500 && status !== 429) return new ServingProblem('bad_request', said);
  if (status === 503 || status === 429) return new ServingProblem('unavailable', said, 1);
  return new ServingProblem(status === 504 ? 'timeout' : status === 500 ? 'model_failed' : 'bad_answer', said);
}

function readErrorMessage(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const json: unknown = JSON.parse(text);
    const said = isRecord(json) ? (json.error ?? json.message) : null;
    return typeof said === 'string' ? said : text;
  } catch {
    return text === '' ? 'The model refused the request without a reason.' : text;
  }
}

function classifyOutcome(error: unknown): Outcome {
  if (error instanceof ClientGone) return 'abandoned';
  if (!(error instanceof ServingProblem)) return 'lost';
  if (error.kind === 'timeout') return 'late';
  return error.kind === 'unavailable' ? 'lost' : 'refused';
}

/**
 * An answer that the model breaks off has an error. An answer that the gateway closes for a disconnected client has none, or
 * `ClientGone`.
 */
function classifyTorn({ errored }: IncomingMessage): Outcome {
  return errored === null || errored instanceof ClientGone ? 'abandoned' : 'lost';
}

function classifyStatus(status: number): Outcome {
  if (status < 400) return 'answered';
  return status >= 502 && status <= 504 ? 'lost' : 'refused';
}
