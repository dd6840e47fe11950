import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Target } from '../inference/index.ts';
import type { Deployment } from '../serving/index.ts';
import { admit, ID_HEADER } from './admit.ts';
import { sendPredicted } from './answer.ts';
import { logAnswer } from './log/log-answer.ts';
import type { LogQueue } from './log/queue.ts';
import { startCounting, toCountedVariant } from './metrics/counting.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import { type PredictionRequest, predict } from './predict.ts';
import { routeRequest } from './route.ts';
import { sendShadows } from './shadows.ts';

export interface PredictionDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly queue: LogQueue;
  readonly metrics: Pick<MetricRecorder, 'served'>;
}

/**
 * The way of a prediction, one file for each stage: admit, route, predict, log, answer. The log comes before the answer because an
 * endpoint may require that a prediction is stored before it is answered. Errors: `ServingProblem`, `ClientGone`.
 */
export async function answerPrediction(
  { log, queue, clock, metrics }: PredictionDeps,
  found: Deployment,
  target: Target,
  incoming: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { endpoint, spec } = found.revision;
  const counting = startCounting(incoming, found);
  const { id, request, signal } = await admit(queue, found, incoming, reply);
  const { deployment, live } = routeRequest(found, target, request, reply.raw);
  counting.choose(live);
  const served: PredictionRequest['served'] = (by, once) => metrics.served(toCountedVariant(endpoint, by), once);
  const asked = { request, timeoutMs: spec.limits.timeout, signal, served };
  const predicted = await predict(live, target.spoken, asked);
  reply.header('x-steelyard-variant', live.name).header('x-steelyard-model-version', live.version);
  reply.header(ID_HEADER, id);
  // After the answer is made, so that no copy is in its way.
  setImmediate(() => sendShadows(deployment, target, asked, log));
  const answered = {
    ...{ deployment, live, request, id, spoken: target.spoken, caller: incoming.identity.name, now: clock.now },
    elapsedMs: () => reply.elapsedTime,
  };
  const logged = await logAnswer(queue, answered, predicted);
  counting.follow(logged);
  return sendPredicted(reply, logged);
}
