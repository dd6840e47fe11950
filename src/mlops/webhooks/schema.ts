import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';

const WebhookId = z.string().min(1).max(64).describe('Id of the webhook, as MLflow clients get it');
const DeliveryId = z.string().min(1).max(64).describe('Id of the delivery: the header X-MLflow-Delivery-Id');

export const WebhookDelivery = z
  .strictObject({
    delivery: DeliveryId,
    entity: z.string().describe('Type of the changed entity: `model_version`, `prompt_alias`, …'),
    action: z.string().describe('Change: `created`, `set` or `deleted`'),
    state: z
      .enum(['waiting', 'delivered', 'failed', 'skipped'])
      .describe('`waiting` for its next attempt; `failed` after its last; `skipped`: the webhook was disabled'),
    attempts: z.number().int().describe('Attempts so far, each with the same delivery id'),
    createdAt: UtcInstant.describe('Time at which the event was queued for the webhook'),
    nextTryAt: UtcInstant.nullable().describe('Time of the next attempt; null unless it waits'),
    endedAt: UtcInstant.nullable().describe('Time of delivery or of the last failure; null: it waits'),
    responseStatus: z.number().int().nullable().describe('HTTP status of the last response; null: no response'),
    error: z.string().nullable().describe('Why the last attempt failed; null: it succeeded, or there was none'),
  })
  .describe('Delivery of one event to one webhook');
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

export const listWebhookDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/webhooks/:webhookId/deliveries',
  scope: 'platform.read',
  summary: 'List deliveries of a webhook, newest first; ended ones are kept for 30 days',
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
  summary: 'Resend a delivery with the same body and the same delivery id',
  params: z.strictObject({ webhookId: WebhookId, deliveryId: DeliveryId }),
  response: WebhookDelivery,
  errors: ['webhook_not_found', 'webhook_delivery_not_found'],
});
