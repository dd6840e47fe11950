import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { LiveVariant } from '../deployments.ts';
import type { MetricRecorder } from './recorder.ts';
import type { Counted, Ending } from './tally.ts';

/** A prediction on its way, for whoever counts how it ends. */
export interface Counting {
  what: Counted;
  /** What its answer is read from; null where it is sent whole. */
  source: Readable | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** null for everything that is no prediction of something live. */
    counting: Counting | null;
  }
}

export function countedVariant(endpoint: string, { name, variant, version }: LiveVariant): Counted {
  return { endpoint, variant: name, model: variant.model, version };
}

/** Counts each prediction when its last byte has gone, or it is clear that it never will. */
export function countEndings(app: FastifyInstance, metrics: Pick<MetricRecorder, 'request'>): void {
  app.decorateRequest('counting', null);
  app.addHook('onResponse', (request, reply, done) => {
    const { counting } = request;
    if (counting !== null) {
      const isWhole = reply.raw.writableEnded;
      const isBroken = counting.source?.errored != null;
      metrics.request(counting.what, endingOf(reply.statusCode, isWhole, isBroken), reply.elapsedTime);
    }
    done();
  });
}

const LEAST_ERROR = 500;
const THROTTLED = 429;

/** A caller who leaves before the answer is whole is like one who should not have asked. */
function endingOf(status: number, isWhole: boolean, isBroken: boolean): Ending {
  if (isBroken) return 'lost';
  if (!isWhole) return 'refused';
  if (status === THROTTLED) return 'throttled';
  if (status >= LEAST_ERROR) return status === 503 || status === 504 ? 'lost' : 'failed';
  return status >= 400 ? 'refused' : 'answered';
}
