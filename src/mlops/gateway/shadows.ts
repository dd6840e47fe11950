import type { Log } from '../../platform/telemetry/index.ts';
import type { Deployment, LiveVariant } from '../serving/index.ts';
import { type AnsweredRequest, logShadow } from './log/log-answer.ts';
import type { LogQueue } from './log/queue.ts';
import type { Exchange } from './log/rows.ts';
import { type PredictionRequest, predict } from './predict.ts';

/** Copies of one request to shadow variants. */
export interface ShadowCopies {
  readonly variants: readonly LiveVariant[];
  /** Receives the stored rows of the prediction that the client gets; null where the endpoint logs no predictions. */
  readonly onStored: Exchange['onStored'];
  readonly heads: Promise<NonNullable<Exchange['shadowOf']>>;
}

/**
 * Draws the shadow variants that get a copy of a request, each by its share; null: none. A variant gets no copy of a request that it answered
 * itself. `chance` is in [0, 1).
 */
export function drawShadows(
  { revision, variants }: Deployment,
  answering: LiveVariant,
  chance: () => number,
): ShadowCopies | null {
  const { traffic, log } = revision.spec;
  const drawn = Object.entries(traffic.shadow).flatMap(([name, share]) =>
    name === answering.name || chance() >= share ? [] : variants.filter((one) => one.name === name),
  );
  if (drawn.length === 0) return null;
  const { promise, resolve } = Promise.withResolvers<NonNullable<Exchange['shadowOf']>>();
  return { variants: drawn, onStored: log.answer === 'never' ? null : resolve, heads: promise };
}

export interface ShadowDeps {
  readonly queue: LogQueue;
  readonly log: Log;
}

/**
 * Sends copies of a request to shadow variants. Their answers are logged next to the prediction that the client gets, after it is stored. A
 * client that hangs up ends the copies too.
 */
export function sendShadows(
  { queue, log }: ShadowDeps,
  copies: ShadowCopies,
  answered: Omit<AnsweredRequest, 'live' | 'variant'>,
  asked: PredictionRequest,
): void {
  for (const live of copies.variants) {
    sendShadow({ queue, log }, copies, { ...answered, live, variant: live.name }, asked).catch((error: unknown) =>
      log.debug({ err: error, variant: live.name }, 'a shadow prediction failed'),
    );
  }
}

async function sendShadow(
  { queue }: ShadowDeps,
  { onStored, heads }: ShadowCopies,
  answered: AnsweredRequest,
  asked: PredictionRequest,
): Promise<void> {
  const sinceMs = performance.now();
  const predicted = await predict(answered.live, answered.spoken, asked);
  const elapsedMs = () => performance.now() - sinceMs;
  if (onStored !== null) return logShadow(queue, { ...answered, elapsedMs, onStored: null }, predicted, heads);
  if ('passed' in predicted) predicted.passed.resume();
}
