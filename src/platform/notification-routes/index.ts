import { randomUUID } from 'node:crypto';
import type { Route } from '../http/index.ts';
import type { Jobs } from '../jobs/index.ts';
import { createSpecKind, type ManifestKind, type ManifestOutcome } from '../manifests/index.ts';
import { Notice, refuseUntold, type TargetRules } from '../notices/index.ts';
import { NotifyTarget } from '../notices/schema.ts';
import type { Sql } from '../store/index.ts';
import { createDeliveries, type DeliveriesDeps } from './deliveries.ts';
import { buildDelivery } from './notify.ts';
import { createNotificationApi } from './routes.ts';
import { NotificationRouteSpec } from './schema.ts';
import { findRoutes, insertDelivery, putRoute } from './store.ts';

export { isMatch } from './match.ts';
export { notificationMigrations } from './migrations.ts';
export {
  hasRoute,
  notify,
  notifyNamed,
  notifyOwn,
  notifyRoutes,
  type OwnTargets,
  type RoutedNotice,
} from './notify.ts';
export { findDelivery, findRoutes } from './store.ts';
export { listVisibleRoutes } from './visible-routes.ts';

export interface NotificationRoutesDeps extends DeliveriesDeps, TargetRules {
  readonly jobs: Pick<Jobs, 'register'>;
}

/** Routes of notices to recipients, and the delivery log. */
export interface NotificationRoutes extends AsyncDisposable {
  /** `NotificationRoute`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Starts sending due deliveries in the background. */
  start(): void;
  /** Resolves when no delivery is due or in flight; sends them itself when `start` was not called. */
  drain(): Promise<void>;
}

/** Creates the notification routes; the wiring calls it once. Nouns file their notices by `notify`. */
export function createNotificationRoutes(deps: NotificationRoutesDeps): NotificationRoutes {
  const deliveries = createDeliveries(deps);
  registerEarlierJobs(deps);
  return {
    kinds: [
      createSpecKind('NotificationRoute', 15, NotificationRouteSpec, (sql, name, spec) => apply(deps, sql, name, spec)),
    ],
    routes: createNotificationApi({ ...deps, deliveries }),
    start: deliveries.start,
    drain: deliveries.drain,
    [Symbol.asyncDispose]: () => deliveries[Symbol.asyncDispose](),
  };
}

/** Error: `manifest_invalid` for a recipient that can never receive a notice. */
async function apply(deps: TargetRules, sql: Sql, name: string, spec: NotificationRouteSpec): Promise<ManifestOutcome> {
  refuseUntold(deps, [spec.to], 'spec.to');
  const [before] = await findRoutes(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  await putRoute(sql, name, spec);
  return before === undefined ? 'created' : 'changed';
}

/** Kinds of jobs with one notice for one recipient, of versions before notification routes. */
const EARLIER_KINDS = {
  'anomalies.tell': 'anomaly',
  'monitoring.tell': 'alert',
  'decisions.tell': 'decision',
  'idle_policies.tell': 'idle',
} as const;

/** Jobs of earlier versions that wait in the queue become deliveries. */
function registerEarlierJobs({ store, clock, jobs }: NotificationRoutesDeps): void {
  for (const [kind, topic] of Object.entries(EARLIER_KINDS)) {
    jobs.register(kind, {
      handler: async (payload) => {
        const { notice: raw, target } = payload as { readonly notice: unknown; readonly target: unknown };
        const notice = Notice.parse(raw);
        const facts = {
          notice,
          topic,
          severity: 'warning' as const,
          subject: kind,
          at: new Date(clock.now()).toISOString(),
        };
        const row = buildDelivery(facts, `earlier/${kind}#${randomUUID()}`);
        await insertDelivery(store, { ...row, target: JSON.stringify(NotifyTarget.parse(target)) });
      },
    });
  }
}
