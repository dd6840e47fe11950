import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

const WebhookId = z.string().min(1).max(64).describe('Id of the webhook, as MLflow clients get it');
const DeliveryId = z.string().min(1).max(64).describe('Id of the delivery: the header X-MLflow-Delivery-Id');

export const WebhookDelivery = z
  .strictObject({
    delivery: DeliveryId,
    entity: z.string().describe('What changed: `model_version`, `prompt_alias`, …'),
    action: z.string().describe('What became of it: `created`, `set` or `deleted`'),
    state: z
      .enum(['waiting', 'delivered', 'failed', 'skipped'])
      .describe('`waiting` for its next try; `failed` after its last; `skipped`: the webhook was disabled by then'),
    attempts: z.number().int().describe('Tries so far, each with the same delivery id'),
    createdAt: UtcInstant.describe('When the event reached the webhook'),
    nextTryAt: UtcInstant.nullable().describe('When it is tried next; null unless it waits'),
    endedAt: UtcInstant.nullable().describe('When it was delivered or given up; null while it waits'),
    responseStatus: z.number().int().nullable().describe('HTTP status of the last answer; null when nobody answered'),
    error: z.string().nullable().describe('Why the last try failed; null when it did not, or before the first'),
  })
  .describe('One event on its way to one webhook');
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const listWebhookDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/webhooks/:webhookId/deliveries',
  scope: 'platform.read',
  summary: 'Deliveries of a webhook, newest first; those that ended are kept for 30 days',
  params: z.strictObject({ webhookId: WebhookId }),
  query: z.strictObject(PageQuery),
  response: z.strictObject({
    deliveries: z.array(WebhookDelivery).describe('One page of deliveries'),
    nextPageToken: NextPageToken,
  }),
  errors: ['webhook_not_found', 'invalid_page_token'],
});

export const redeliverWebhook = endpoint({
  method: 'POST',
  path: '/api/v1/webhooks/:webhookId/deliveries/:deliveryId/redeliver',
  scope: 'platform.write',
  summary: 'Send a delivery again, with the same body and the same delivery id',
  params: z.strictObject({ webhookId: WebhookId, deliveryId: DeliveryId }),
  response: WebhookDelivery,
  errors: ['webhook_not_found', 'webhook_delivery_not_found'],
});
