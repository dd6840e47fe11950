import type { FastifyInstance } from 'fastify';
import { type OpenDeps, open } from './app/open.ts';
import type { FirstAccount } from './platform/auth/index.ts';
import type { Config } from './platform/config/index.ts';
import type { Events } from './platform/events/index.ts';
import { findPort, listenOn } from './platform/http/index.ts';
import type { Jobs } from './platform/jobs/index.ts';
import { createLifetime } from './platform/lifetime/index.ts';
import type { ManifestKind } from './platform/manifests/index.ts';
import type { NotificationRoutes } from './platform/notification-routes/index.ts';
import type { Store } from './platform/store/index.ts';
import { createLog } from './platform/telemetry/index.ts';

/** Dependencies that a test or the command line may supply; all others are created here. */
export type Overrides = Partial<OpenDeps>;

export interface Application extends AsyncDisposable {
  readonly http: FastifyInstance;
  readonly store: Store;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly notifications: Pick<NotificationRoutes, 'drain'>;
  readonly config: Config;
  /** Lets commands on this machine in; null without accounts. */
  readonly localKey: string | null;
  /** Asks load balancers to stop sending requests, and answers those that still come; before the application is disposed. */
  drain(): Promise<void>;
  /** Creates the first account if accounts are on and none exists. Its password is shown only once. */
  ensureFirstAccount(): Promise<FirstAccount | null>;
  /** Every kind that `steelyard apply` takes: the source of lists of kinds. */
  readonly manifestKinds: readonly ManifestKind[];
}

/** Time limit for closing all parts together: after SIGTERM a server ends within 10 s. */
const STOP_LIMIT_MS = 8_000;

/** Opens, wires and starts everything. The result answers requests by injection and listens when `listen` is called on its `http`. */
export async function createApplication(config: Config, overrides: Overrides = {}): Promise<Application> {
  const log = overrides.log ?? createLog(config.logLevel);
  // The lock that the caller holds is released with the first opening.
  const { lock, ...lasting } = overrides;
  const restart = () => {
    restarting = restarting.then(reopen).catch((error: unknown) => {
      log.fatal({ err: error }, 'the server could not restart');
      // The next start finishes what this one began.
      setImmediate(() => {
        throw error;
      });
    });
  };
  let restarting: Promise<void> = Promise.resolve();
  let isClosed = false;
  let current = await openOnce(config, { ...lasting, ...(lock === undefined ? {} : { lock }), log, restart });
  const { localKey } = current;
  const reopen = async () => {
    if (isClosed) return;
    const port = findPort(current.http);
    await current[Symbol.asyncDispose]();
    const kept = localKey === null ? {} : { localKey };
    current = await openOnce(config, { ...lasting, ...kept, log, restart });
    if (port !== null) await listenOn(current.http, { ...config, port });
  };
  return {
    config,
    localKey,
    get http() {
      return current.http;
    },
    get store() {
      return current.store;
    },
    get events() {
      return current.events;
    },
    get jobs() {
      return current.jobs;
    },
    get notifications() {
      return current.notifications;
    },
    get manifestKinds() {
      return current.manifestKinds;
    },
    drain: () => current.drain(),
    ensureFirstAccount: () => current.ensureFirstAccount(),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      await restarting;
      await current[Symbol.asyncDispose]();
    },
  };
}

async function openOnce(config: Config, deps: OpenDeps) {
  const late = (place: number) =>
    deps.log.warn({ place }, 'a part of the server did not stop in time and was abandoned');
  const lifetime = createLifetime({ limitMs: STOP_LIMIT_MS, late });
  try {
    const opened = await open(config, deps, lifetime);
    return { ...opened, [Symbol.asyncDispose]: () => lifetime[Symbol.asyncDispose]() };
  } catch (error) {
    await lifetime[Symbol.asyncDispose]();
    throw error;
  }
}
