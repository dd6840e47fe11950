import type { Log } from '../../platform/telemetry/index.ts';
import type { Executor } from '../compute/index.ts';

/**
 * An engine that must reach its cluster before use. It connects immediately, so that an error is logged at the start of
 * the server, and retries at each call until it succeeds: an unreachable cluster does not keep the server from
 * starting.
 */
export function openInBackground(engine: Executor['engine'], open: () => Promise<Executor>, log: Log): Executor {
  let opening: Promise<Executor> | null = null;
  const opened = () => {
    const asked = opening ?? open();
    opening = asked;
    asked.catch(() => {
      if (opening === asked) opening = null;
    });
    return asked;
  };
  opened().catch((error: unknown) => log.error({ err: error, engine }, 'an executor is not available yet'));
  return {
    engine,
    imageDigest: async (image) => (await opened()).imageDigest(image),
    buildImage: async (request) => (await opened()).buildImage(request),
    missing: async (work) => (await (await opened()).missing?.(work)) ?? null,
    start: async (work) => (await opened()).start(work),
    find: async (work) => (await opened()).find(work),
    remove: async (work) => (await opened()).remove(work),
    async [Symbol.asyncDispose]() {
      const asked = await opening?.catch(() => null);
      await asked?.[Symbol.asyncDispose]();
    },
  };
}
