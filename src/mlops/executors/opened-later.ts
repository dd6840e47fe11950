import { createOpenedOnce } from '../../platform/concurrency/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Executor } from '../compute/index.ts';

/**
 * An engine that must reach its cluster before use. It connects immediately, so that an error is logged at the start of
 * the server, and retries at each call until it succeeds: an unreachable cluster does not keep the server from
 * starting.
 */
export function openInBackground(engine: Executor['engine'], open: () => Promise<Executor>, log: Log): Executor {
  const opened = createOpenedOnce(open);
  opened.get().catch((error: unknown) => log.error({ err: error, engine }, 'an executor is not available yet'));
  return {
    engine,
    imageDigest: async (image) => (await opened.get()).imageDigest(image),
    buildImage: async (request) => (await opened.get()).buildImage(request),
    missing: async (work) => (await (await opened.get()).missing?.(work)) ?? null,
    start: async (work) => (await opened.get()).start(work),
    find: async (work) => (await opened.get()).find(work),
    remove: async (work) => (await opened.get()).remove(work),
    async [Symbol.asyncDispose]() {
      await (await opened.current())?.[Symbol.asyncDispose]();
    },
  };
}
