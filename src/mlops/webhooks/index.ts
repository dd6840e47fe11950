import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { createSend, type Resolve, readAllowedHosts, resolveBySystem } from '../../platform/outbound/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { MlflowRoute } from '../wire/index.ts';
import { createDeliveries } from './deliveries.ts';
import { webhookRoutes } from './mlflow-webhooks.ts';
import { deliveryRoutes } from './routes.ts';
import { createSealing } from './sealing.ts';
import { createService } from './service.ts';

export { webhookMigrations } from './migrations.ts';

export interface WebhooksDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Pick<Events, 'subscribe'>;
  /** Folder of the key that encrypts the webhooks' secrets. */
  readonly folder: string;
  /** Hosts, comma-separated, that may be internal and without TLS. */
  readonly allowedHosts: string;
  /** Names to addresses; default: as the system resolves them. */
  readonly resolve?: Resolve;
}

/** MLflow's webhooks: they send each change of the registry at least once, signed, across crashes and restarts. */
export interface Webhooks extends AsyncDisposable {
  readonly routes: readonly Route[];
  readonly mlflowRoutes: readonly MlflowRoute[];
  /** Starts sending due deliveries in the background. */
  start(): void;
  /** Resolves when no delivery is due or in flight; sends them itself when `start` was not called. */
  drain(): Promise<void>;
}

/** Creates the webhooks; `main.ts` calls it once, before events are delivered. */
export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const rules = { allowedHosts: readAllowedHosts(deps.allowedHosts), resolve: deps.resolve ?? resolveBySystem };
  const send = createSend(rules);
  const service = createService({ ...deps, sealing: createSealing(deps.folder), rules, send });
  const deliveries = createDeliveries({ ...deps, send, message: service.message });
  deliveries.subscribe(deps.events);
  return {
    routes: deliveryRoutes({ ...deps, deliveries }),
    mlflowRoutes: webhookRoutes(service),
    start: deliveries.start,
    drain: deliveries.drain,
    [Symbol.asyncDispose]: () => deliveries[Symbol.asyncDispose](),
  };
}
