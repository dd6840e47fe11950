import type { Log } from '../../platform/telemetry/index.ts';
import type { Deployment } from '../serving/index.ts';
import { type AnsweredRequest, logShadow } from './log/log-answer.ts';
import type { LogQueue } from './log/queue.ts';
import type { Exchange } from './log/rows.ts';
import { createMeter } from './meter.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import { type PredictionRequest, predict } from './predict.ts';
import { askRoute, isRoute, type TrafficTarget, watchStages } from './routes/follow.ts';

/** Copies of one request to shadow variants. */
export interface ShadowCopies {
  readonly targets: readonly TrafficTarget[];
  /** Receives the stored rows of the prediction that the client gets; null where the endpoint logs no predictions. */
  readonly onStored: Exchange['onStored'];
  readonly heads: Promise<NonNullable<Exchange['shadowOf']>>;
}

/**
 * Draws the shadow variants and routes that get a copy of a request, each by its share; null: none. A target gets no copy of a request that it
 * answered itself. `chance` is in [0, 1).
 */
export function drawShadows(
  { revision, variants, routes }: Deployment,
  answering: TrafficTarget,
  chance: () => number,
): ShadowCopies | null {
  const { traffic, log } = revision.spec;
  const drawn = Object.entries(traffic.shadow).flatMap(([name, share]) =>
    name === answering.name || chance() >= share ? [] : [...variants, ...routes].filter((one) => one.name === name),
  );
  if (drawn.length === 0) return null;
  const { promise, resolve } = Promise.withResolvers<NonNullable<Exchange['shadowOf']>>();
  return { targets: drawn, onStored: log.answer === 'never' ? null : resolve, heads: promise };
}

export interface ShadowDeps {
  readonly queue: LogQueue;
  readonly log: Log;
  readonly metrics: Pick<MetricRecorder, 'stage' | 'used'>;
}

/**
 * Sends copies of a request to shadow variants. Their answers are logged next to the prediction that the client gets, after it is stored. A
 * client that hangs up ends the copies too.
 */
export function sendShadows(
  deps: ShadowDeps,
  copies: ShadowCopies,
  answered: Omit<AnsweredRequest, 'live' | 'variant'>,
  asked: PredictionRequest,
): void {
  for (const target of copies.targets) {
    sendShadow(deps, copies, { target, answered, asked }).catch((error: unknown) =>
      deps.log.debug({ err: error, variant: target.name }, 'a shadow prediction failed'),
    );
  }
}

interface ShadowCopy {
  readonly target: TrafficTarget;
  readonly answered: Omit<AnsweredRequest, 'live' | 'variant'>;
  readonly asked: PredictionRequest;
}

async function sendShadow(
  { queue, metrics }: ShadowDeps,
  { onStored, heads }: ShadowCopies,
  { target, answered, asked }: ShadowCopy,
): Promise<void> {
  const sinceMs = performance.now();
  const { endpoint } = answered.deployment.revision;
  const metered = { ...asked, metered: createMeter(metrics, endpoint, target) };
  const { predicted, live } = isRoute(target)
    ? await askRoute(
        target,
        answered.spoken,
        metered,
        watchStages(metrics, endpoint, target, () => undefined),
      )
    : { predicted: await predict(target, answered.spoken, metered), live: target };
  const elapsedMs = () => performance.now() - sinceMs;
  const shadow = { ...answered, live, variant: target.name, elapsedMs, onStored: null };
  if (onStored !== null) return logShadow(queue, shadow, predicted, heads);
  if ('passed' in predicted) predicted.passed.resume();
}
