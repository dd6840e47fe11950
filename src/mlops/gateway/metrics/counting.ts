import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ClientGone, type Predicted } from '../../inference/index.ts';
import type { Deployment, LiveVariant } from '../../serving/index.ts';
import type { MetricRecorder } from './recorder.ts';
import type { RequestEnding, VariantKey } from './tally.ts';

/** A prediction in flight, for the counter of endings. */
export interface RequestCount {
  what: VariantKey;
  /** Stream that the answer is read from; null where it is sent whole. */
  source: Readable | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** null for everything that is no prediction of something live. */
    counting: RequestCount | null;
  }
}

export function toCountedVariant(endpoint: string, { name, variant, version }: LiveVariant): VariantKey {
  return { endpoint, variant: name, model: variant.model, version };
}

/**
 * Begins to count a prediction. Until its variant is chosen it counts for the first one. A deployment without variants is not
 * counted.
 */
export function startCounting(incoming: FastifyRequest, { revision: { endpoint }, variants: [first] }: Deployment) {
  const counting: RequestCount | null =
    first === undefined ? null : { what: toCountedVariant(endpoint, first), source: null };
  incoming.counting = counting;
  return {
    /** `name`: the variant, or the route along which it is asked. */
    choose(live: LiveVariant, name: string): void {
      if (counting !== null) counting.what = { ...toCountedVariant(endpoint, live), variant: name };
    },
    /** The stream that the answer is read from tells whether the model broke it off. */
    follow(predicted: Predicted): void {
      if (counting === null || !('passed' in predicted) || Buffer.isBuffer(predicted.whole)) return;
      counting.source = predicted.whole ?? predicted.passed;
    },
  };
}

/** Counts each prediction once: after its last byte, or when its connection closes before that. */
export function countEndings(app: FastifyInstance, metrics: Pick<MetricRecorder, 'request'>): void {
  const count = (request: FastifyRequest, reply: FastifyReply): void => {
    const { counting } = request;
    if (counting === null) return;
    request.counting = null;
    const isWhole = reply.raw.writableEnded;
    metrics.request(counting.what, classifyEnding(reply.statusCode, isWhole, isBroken(counting)), reply.elapsedTime);
  };
  app.decorateRequest('counting', null);
  // A connection that is closed early has no `onResponse`.
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => count(request, reply));
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    count(request, reply);
    done();
  });
}

function isBroken({ source }: RequestCount): boolean {
  const errored = source?.errored ?? null;
  return errored !== null && !(errored instanceof ClientGone);
}

const LEAST_ERROR = 500;
const THROTTLED = 429;

/** A client that disconnects before the end of the answer counts as `refused`: the error is not the model's. */
function classifyEnding(status: number, isWhole: boolean, isBroken: boolean): RequestEnding {
  if (isBroken) return 'lost';
  if (!isWhole) return 'refused';
  if (status === THROTTLED) return 'throttled';
  if (status >= LEAST_ERROR) return status === 503 || status === 504 ? 'lost' : 'failed';
  return status >= 400 ? 'refused' : 'answered';
}
