import type { Log } from '../../platform/telemetry/index.ts';
import type { Executor } from './executor.ts';

/**
 * An engine that has to ask somebody before it can be used. It asks at once, so that what is wrong is in the log from the start,
 * and again at each call until it is answered: a cluster that is away keeps no server from starting.
 */
export function openedLater(engine: Executor['engine'], open: () => Promise<Executor>, log: Log): Executor {
  let opening: Promise<Executor> | null = null;
  const opened = () => {
    const asked = opening ?? open();
    opening = asked;
    asked.catch(() => {
      if (opening === asked) opening = null;
    });
    return asked;
  };
  opened().catch((error: unknown) => log.error({ err: error, engine }, 'an engine cannot be used yet'));
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
