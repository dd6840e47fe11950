import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Plugin } from '../../platform/http/index.ts';
import { createTooOld } from '../../platform/last-known/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Target } from '../inference/index.ts';
import { ClientGone, parseTarget, ServingProblem } from '../inference/index.ts';
import type { Deployment, Deployments, LiveVariant } from '../serving/index.ts';
import { admit, ID_HEADER } from './admit.ts';
import { problemOf, sendBody, sendPredicted, sendProblem } from './answer.ts';
import { describeTarget } from './describe.ts';
import { logAnswer } from './log/log-answer.ts';
import type { LogQueue } from './log/queue.ts';
import { createMeter } from './meter.ts';
import { countEndings, startCounting, toCountedVariant } from './metrics/counting.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import { type PredictionRequest, predict } from './predict.ts';
import { routeRequest } from './route.ts';
import type { RoutedAnswer } from './routes/cascade.ts';
import { askRoute, isRoute, watchStages } from './routes/follow.ts';
import { drawShadows, sendShadows } from './shadows.ts';

interface GatewayPluginDeps extends PredictionDeps {
  readonly deployments: Pick<Deployments, 'find' | 'findRestored' | 'ageMs'>;
  /** Age up to which requests are answered by the last known endpoints, in milliseconds. */
  readonly maxAgeMs: number;
  /** Called with 1 when a request has come and with -1 when it is over. */
  readonly counted: (change: 1 | -1) => void;
  readonly metrics: Pick<MetricRecorder, 'request' | 'served' | 'used' | 'stage' | 'unmeasured'>;
}

/** Everything under `/serve/NAME/`: the addresses of all protocols, for every endpoint. */
export function gatewayPlugin(deps: GatewayPluginDeps): Plugin {
  const { deployments, log, metrics, maxAgeMs } = deps;

  async function answered(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { endpoint = '', '*': path = '' } = request.params as Record<string, string>;
    const target = parseTarget(request.method === 'HEAD' ? 'GET' : request.method, path);
    try {
      const found = deployments.find(endpoint) ?? (await deployments.findRestored(endpoint));
      if (found === null && target.what === 'predict') metrics.unmeasured(endpoint);
      const deployment = requireLive(endpoint, found);
      noteAge(reply, deployments.ageMs, maxAgeMs);
      if (target.what === 'nothing') throw buildNoAddress(request.method, path);
      if (target.what !== 'predict') return sendBody(reply, ...describeTarget(deployment, target));
      return await answerPrediction(deps, deployment, target, request, reply);
    } catch (error) {
      if (error instanceof ClientGone) return reply.status(CLIENT_GONE).send();
      return sendProblem(reply, target, problemOf(error, log), request);
    }
  }

  return (app) => {
    countEndings(app, metrics);
    app.addHook('onRequest', async () => deps.counted(1));
    app.addHook('onResponse', async () => deps.counted(-1));
    app.removeAllContentTypeParsers();
    // Do not parse here: the endpoint limits the size of a body.
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    app.get('/serve/:endpoint/*', { config: { scope: 'mlops.read', reads: 'object' } }, answered);
    const predict = { scope: 'serving.predict', reads: 'object', audit: 'counted' } as const;
    app.post('/serve/:endpoint/*', { config: predict }, answered);
  };
}

/** Seen in logs only. */
const CLIENT_GONE = 499;

/** Errors: `unavailable` while it has nothing live, `not_found`. */
function requireLive(endpoint: string, found: Deployment | null | undefined): Deployment {
  if (found === undefined) throw new ServingProblem('not_found', `There is no endpoint "${endpoint}".`);
  if (found === null) throw new ServingProblem('unavailable', `Endpoint "${endpoint}" has no live revision yet.`, 1);
  return found;
}

/** Age from which an answer says that the store does not respond; a look at the endpoints may take some seconds. */
const NOTED_AGE_MS = 5_000;

/** Names the age of old knowledge in the header of an answer. Error: `unavailable`, when it is too old. */
function noteAge(reply: FastifyReply, ageMs: number, maxAgeMs: number): void {
  if (ageMs < NOTED_AGE_MS) return;
  reply.header('x-steelyard-known-age', String(Math.round(ageMs / 1000)));
  if (ageMs > maxAgeMs) throw new ServingProblem('unavailable', createTooOld(ageMs, maxAgeMs).message, 5);
}

function buildNoAddress(method: string, path: string): ServingProblem {
  return new ServingProblem(
    'not_found',
    `No protocol of this server has ${method} ${path}; docs/serving.md lists the protocols.`,
  );
}

interface PredictionDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly queue: LogQueue;
  readonly metrics: Pick<MetricRecorder, 'served' | 'used' | 'stage'>;
}

/**
 * The way of a prediction, one file for each stage: admit, route, predict, log, answer. The log comes before the answer because an
 * endpoint may require that a prediction is stored before it is answered. Errors: `ServingProblem`, `ClientGone`.
 */
async function answerPrediction(
  { log, queue, clock, metrics }: PredictionDeps,
  found: Deployment,
  target: Target,
  incoming: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { endpoint, spec } = found.revision;
  const counting = startCounting(incoming, found);
  const { id, request, signal } = await admit(queue, found, incoming, reply);
  const { deployment, chosen, used } = routeRequest(found, target, request, reply.raw);
  const served: PredictionRequest['served'] = (by, once) => metrics.served(toCountedVariant(endpoint, by), once);
  const asked = { request, timeoutMs: spec.limits.timeout, signal, served };
  const metered = { ...asked, used, metered: createMeter(metrics, endpoint, chosen) };
  const { predicted, live } = isRoute(chosen)
    ? await askRoute(
        chosen,
        target.spoken,
        metered,
        watchStages(metrics, endpoint, chosen, (stage) => {
          counting.choose(stage, chosen.name);
          noteStage(reply, chosen.name, stage.name);
        }),
      )
    : await askVariant(chosen, target.spoken, metered, counting);
  reply.header('x-steelyard-variant', live.name).header('x-steelyard-model-version', live.version);
  reply.header(ID_HEADER, id);
  const copies = drawShadows(deployment, chosen, Math.random);
  const answered = {
    ...{ deployment, request, id, spoken: target.spoken, caller: incoming.identity.name, now: clock.now },
    ...{ elapsedMs: () => reply.elapsedTime, onStored: copies?.onStored ?? null },
  };
  // After the answer is made, so that no copy is in its way.
  if (copies !== null) setImmediate(() => sendShadows({ queue, log, metrics }, copies, answered, asked));
  const logged = await logAnswer(queue, { ...answered, live, variant: chosen.name }, predicted);
  counting.follow(logged);
  return sendPredicted(reply, logged);
}

async function askVariant(
  live: LiveVariant,
  spoken: Target['spoken'],
  asked: PredictionRequest,
  counting: Pick<ReturnType<typeof startCounting>, 'choose'>,
): Promise<RoutedAnswer> {
  counting.choose(live, live.name);
  return { predicted: await predict(live, spoken, asked), live };
}

/** Lists the stages that were asked, also in the header of an error. */
function noteStage(reply: FastifyReply, route: string, stage: string): void {
  const before = reply.getHeader(STAGES_HEADER);
  reply.header('x-steelyard-route', route).header(STAGES_HEADER, before === undefined ? stage : `${before},${stage}`);
}

const STAGES_HEADER = 'x-steelyard-stages';
