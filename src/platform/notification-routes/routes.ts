import { randomUUID } from 'node:crypto';
import { stringify } from 'yaml';
import { decodePageToken, encodePageToken } from '../contract/page-token.ts';
import { AppError } from '../errors/index.ts';
import { handle, type Identity, limitWork, type Route, refuseHidden } from '../http/index.ts';
import { deliver } from '../notices/index.ts';
import { NotifyTarget } from '../notices/schema.ts';
import type { Sql } from '../store/index.ts';
import { type Deliveries, type DeliveriesDeps, decideResult } from './deliveries.ts';
import { buildDelivery } from './notify.ts';
import {
  deleteNotificationRoute,
  getNotificationRoute,
  listNotificationDeliveries,
  listNotificationRoutes,
  type NotificationDelivery,
  type NotificationRoute,
  testNotificationRoute,
} from './schema.ts';
import {
  cancelDeliveries,
  countOpen,
  findRoutes,
  insertDelivery,
  listDeliveries,
  removeRoute,
  type StoredRoute,
} from './store.ts';
import type { DeliveryRow } from './tables.ts';
import { isRouteVisible, limitDelivery, limitRoute, listVisibleRoutes } from './visible-routes.ts';

export interface NotificationApiDeps extends DeliveriesDeps {
  readonly deliveries: Pick<Deliveries, 'wake'>;
}

export function createNotificationApi(deps: NotificationApiDeps): Route[] {
  const { store, clock } = deps;
  return [
    handle(listNotificationRoutes, async ({ identity }) => {
      const open = await countOpen(store);
      const own = (await findRoutes(store)).filter((route) => isRouteVisible(identity, route));
      const routes: NotificationRoute[] = [];
      for (const route of own) routes.push(limitRoute(identity, await readRoute(store, route, open)));
      return { routes };
    }),
    handle(getNotificationRoute, async ({ params: { route: name }, identity }) => {
      const found = await requireVisibleRoute(store, identity, name);
      const route = limitRoute(identity, await readRoute(store, found, await countOpen(store)));
      return { ...route, manifest: formatManifest(found) };
    }),
    handle(deleteNotificationRoute, ({ params: { route } }) =>
      store.transaction(async (sql) => {
        await requireRoute(sql, route);
        await removeRoute(sql, route);
        return { cancelled: await cancelDeliveries(sql, route, 'The route was deleted.', clock.now()) };
      }),
    ),
    handle(testNotificationRoute, ({ params: { route } }) => sendTest(deps, route)),
    handle(listNotificationDeliveries, async ({ query: { route, state, topic, pageSize, pageToken }, identity }) => {
      const scope = ['notification deliveries', route ?? null, state ?? null, topic ?? null];
      const before = pageToken === undefined ? null : Number(decodePageToken(pageToken, scope)[0]);
      const routes = await listVisibleRoutes(store, identity);
      const rows = await listDeliveries(store, { route, routes, state, topic, before, limit: pageSize + 1 });
      const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
      const targets = await readTargets(store);
      return {
        deliveries: rows.slice(0, pageSize).map((row) => limitDelivery(identity, toDelivery(row, targets))),
        nextPageToken: last === undefined ? null : encodePageToken([last.sequence], scope),
      };
    }),
  ];
}

/** Also refuses a missing route to a caller who sees the data of some teams only. */
async function requireVisibleRoute(sql: Sql, identity: Identity, name: string): Promise<StoredRoute> {
  const [found] = await findRoutes(sql, name);
  if (found === undefined && limitWork(identity) === null) return requireRoute(sql, name);
  if (found !== undefined && isRouteVisible(identity, found)) return found;
  throw refuseHidden(identity, `Notification route ${name}`);
}

async function requireRoute(sql: Sql, name: string): Promise<StoredRoute> {
  const [found] = await findRoutes(sql, name);
  if (found !== undefined) return found;
  const detail = `There is no notification route "${name}". List them with: steelyard notification-route list`;
  throw new AppError('notification_route_not_found', detail, { route: name });
}

async function readRoute(
  sql: Sql,
  { name, spec }: StoredRoute,
  open: ReadonlyMap<string, number>,
): Promise<NotificationRoute> {
  const [last] = await listDeliveries(sql, { route: name, before: null, limit: 1 });
  const target = formatTarget(spec.to);
  return {
    ...{ name, owner: spec.owner ?? null, target, match: spec.match },
    ...{ digest: spec.digest ?? null, mute: spec.mute ?? null, active: open.get(name) ?? 0 },
    lastDelivery: last === undefined ? null : toDelivery(last, new Map([[name, target]])),
  };
}

/** Sends one message now and records its result; it is not retried. */
async function sendTest(deps: NotificationApiDeps, name: string): Promise<NotificationDelivery> {
  const { store, clock } = deps;
  const { spec } = await requireRoute(store, name);
  const now = clock.now();
  const at = new Date(now).toISOString();
  const id = `test:${randomUUID()}`;
  const title = `Test message of the notification route ${name}`;
  const notice = {
    ...{ id, title, text: `${title}\nIt was sent at ${at}. No action is needed.` },
    link: '/notification-routes',
    event: {
      ...{ specversion: '1.0', id, source: `/api/v1/notification-routes/${name}` },
      ...{ type: 'steelyard.notification.test', subject: name, time: at, datacontenttype: 'application/json' },
      data: { route: name },
    },
  };
  const facts = { notice, topic: 'test', severity: 'info' as const, subject: `notification-route/${name}`, at };
  const result = await deliver(deps, notice, spec.to, AbortSignal.timeout(TEST_LIMIT_MS));
  const tried = { attempts: 1, tries_left: 1 };
  const row = { ...buildDelivery(facts, name), ...tried, ...decideResult(tried, result, clock.now()) };
  await insertDelivery(store, row);
  return toDelivery({ ...row, sequence: 0 }, new Map([[name, formatTarget(spec.to)]]));
}

const TEST_LIMIT_MS = 90_000;

async function readTargets(sql: Sql): Promise<Map<string, string>> {
  return new Map((await findRoutes(sql)).map(({ name, spec }) => [name, formatTarget(spec.to)]));
}

/**
 * A recipient without secrets: a path of a webhook may be one, so only its origin is shown.
 * Example: `webhook https://hooks.example.org`.
 */
export function formatTarget({ webhook, slack, microsoftTeams, email }: NotifyTarget): string {
  if (webhook !== undefined) return `webhook ${new URL(webhook.url).origin}`;
  if (slack !== undefined) return `slack ${slack.url}`;
  if (microsoftTeams !== undefined) return `microsoftTeams ${microsoftTeams.url}`;
  return `email ${email?.to ?? ''}`;
}

function toDelivery(row: DeliveryRow, targets: ReadonlyMap<string, string>): NotificationDelivery {
  const instant = (at: number) => new Date(Number(at)).toISOString();
  const isOpen = row.state === 'waiting' || row.state === 'retrying';
  const own = row.target === null ? null : formatTarget(NotifyTarget.parse(JSON.parse(row.target)));
  return {
    ...{ delivery: row.delivery_id, route: row.route, target: own ?? targets.get(row.route) ?? 'route deleted' },
    ...{ notice: row.notice_id, topic: row.topic, severity: row.severity, subject: row.subject, title: row.title },
    ...{ state: row.state, at: instant(row.created_at), tries: row.attempts },
    nextTryAt: isOpen ? instant(row.due_at) : null,
    endedAt: row.ended_at === null ? null : instant(row.ended_at),
    responseStatus: row.response_status,
    error: row.error,
    digest: row.digest_id,
  };
}

/** The document as it can be applied; a webhook's path is left out. */
function formatManifest({ name, spec }: StoredRoute): string {
  const { webhook } = spec.to;
  const to = webhook === undefined ? spec.to : { webhook: { ...webhook, url: `${new URL(webhook.url).origin}/…` } };
  return stringify({
    ...{ apiVersion: 'steelyard/v1', kind: 'NotificationRoute', metadata: { name } },
    spec: { ...spec, to },
  });
}
