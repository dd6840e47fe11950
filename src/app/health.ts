import { setTimeout as pause } from 'node:timers/promises';
import type { Gateway } from '../mlops/gateway/index.ts';
import { type Config, parseRoles } from '../platform/config/index.ts';
import type { Plugin } from '../platform/http/index.ts';

interface HealthDeps {
  readonly config: Pick<Config, 'server' | 'drainSeconds' | 'roles'>;
  readonly serving: Pick<Gateway, 'ageMs' | 'inFlight'>;
}

/** Whether load balancers should send requests to this server. */
export interface Health {
  /** `GET /health`: 503 while the server drains. */
  readonly plugin: Plugin;
  readonly isDraining: () => boolean;
  /**
   * Asks load balancers to stop sending requests, and answers those that still come for the drain time; then waits for requests to endpoints that
   * are being answered, up to a limit.
   */
  drain(): Promise<void>;
}

const DRAIN_SECONDS = 5;
/** Longest wait for requests to endpoints after the drain time. */
const LONGEST_IN_FLIGHT_MS = 15_000;
const LOOK_MS = 50;
/** Age from which the answer says that the store does not respond. */
const NOTED_AGE_MS = 5_000;

export function createHealth({ config, serving }: HealthDeps): Health {
  let isDraining = false;
  // Only a gateway reads the store at intervals.
  const isGateway = parseRoles(config.roles).includes('gateway');
  const describe = () => {
    if (!isGateway) return 'OK';
    const seconds = Math.round(serving.ageMs() / 1000);
    return 1000 * seconds < NOTED_AGE_MS ? 'OK' : `OK; the store has not responded for ${seconds} s`;
  };
  return {
    plugin: (app) => {
      app.get('/health', { config: { scope: 'open' } }, async (_request, reply) => {
        reply.type('text/plain');
        return isDraining ? reply.status(503).send('draining') : reply.send(describe());
      });
    },
    isDraining: () => isDraining,
    async drain() {
      const { server, drainSeconds = server === undefined ? 0 : DRAIN_SECONDS } = config;
      isDraining = true;
      await pause(1000 * drainSeconds);
      const deadline = performance.now() + (drainSeconds === 0 ? 0 : LONGEST_IN_FLIGHT_MS);
      while (serving.inFlight() > 0 && performance.now() < deadline) await pause(LOOK_MS);
    },
  };
}
