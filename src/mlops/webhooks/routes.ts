import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { type Deliveries, TRIES } from './deliveries.ts';
import { type DeliveryRow, listDeliveries, restartDelivery } from './delivery-store.ts';
import { listWebhookDeliveries, redeliverWebhook, type WebhookDelivery } from './schema.ts';
import { requireWebhook } from './service.ts';

export interface WebhookRoutesDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
}

export function deliveryRoutes({ store, clock, deliveries }: WebhookRoutesDeps): Route[] {
  return [
    handle(listWebhookDeliveries, async ({ params, query }) => {
      const { webhookId } = await requireWebhook(store, params.webhookId);
      const scope = ['webhook deliveries', webhookId];
      const at = query.pageToken === undefined ? null : decodePageToken(query.pageToken, scope);
      const after = at === null ? null : { createdAt: Number(at[0]), deliveryId: String(at[1]) };
      const rows = await listDeliveries(store, webhookId, after, query.pageSize + 1);
      const last = rows.length > query.pageSize ? rows[query.pageSize - 1] : undefined;
      return {
        deliveries: rows.slice(0, query.pageSize).map(toWebhookDelivery),
        nextPageToken: last === undefined ? null : encodePageToken([last.created_at, last.delivery_id], scope),
      };
    }),
    handle(redeliverWebhook, async ({ params: { webhookId, deliveryId } }) =>
      store.transaction(async (sql) => {
        await requireWebhook(sql, webhookId);
        const row = await restartDelivery(sql, webhookId, deliveryId, { triesLeft: TRIES, dueAt: clock.now() });
        if (row === null) {
          const detail = `The webhook ${webhookId} has no delivery "${deliveryId}"; ended ones are kept for 30 days.`;
          throw new AppError('webhook_delivery_not_found', detail, { webhookId, deliveryId });
        }
        sql.afterCommit(deliveries.wake);
        return toWebhookDelivery(row);
      }),
    ),
  ];
}

function toWebhookDelivery(row: DeliveryRow): WebhookDelivery {
  const instant = (at: number) => new Date(at).toISOString();
  return {
    delivery: row.delivery_id,
    entity: row.entity,
    action: row.action,
    state: row.state,
    attempts: row.attempts,
    createdAt: instant(row.created_at),
    nextTryAt: row.state === 'waiting' ? instant(row.due_at) : null,
    endedAt: row.ended_at === null ? null : instant(row.ended_at),
    responseStatus: row.response_status,
    error: row.error,
  };
}
