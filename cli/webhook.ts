import { listWebhookDeliveries, redeliverWebhook, type WebhookDelivery } from '../src/mlops/webhooks/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { limitOption, moreText, readPages } from './frame/pages.ts';
import { formatInstant } from './output/amounts.ts';
import { table } from './output/table.ts';

const webhook = { describe: 'Id of the webhook, as the MLflow client shows it' } as const;

const deliveriesCommand = command({
  path: ['webhook', 'deliveries'],
  summary: 'List the deliveries of a webhook with their errors, newest first',
  example: 'steelyard webhook deliveries 0d6b5a0e-3a52-4b7f-8b6e-0a3f7a6f1f5e',
  needs: 'server',
  positionals: { webhook },
  options: limitOption,
  run: async (context, { webhook: webhookId, limit }) => {
    const client = await context.client();
    // Its id is part of the path; pages differ only in the query.
    const onWebhook = { ...listWebhookDeliveries, path: toPath(webhookId) };
    const page = await readPages(client, onWebhook, {}, 'deliveries', limit);
    await context.answer(page, () => deliveriesText(page.deliveries, context));
    if (page.deliveries.length === 0)
      await context.remark('Nothing was delivered to this webhook in the last 30 days.');
    await context.remark(moreText(page) ?? '');
    return 0;
  },
});

function toPath(webhookId: string): typeof listWebhookDeliveries.path {
  return `/api/v1/webhooks/${encodeURIComponent(webhookId)}/deliveries`;
}

function deliveriesText(deliveries: readonly WebhookDelivery[], { paint }: Context): string {
  if (deliveries.length === 0) return '';
  return table(
    deliveries,
    [
      { title: 'DELIVERY', cell: ({ delivery }) => delivery },
      { title: 'EVENT', cell: ({ entity, action }) => `${entity}.${action}` },
      { title: 'STATE', cell: ({ state }) => state },
      { title: 'ATTEMPTS', align: 'right', cell: ({ attempts }) => String(attempts) },
      { title: 'SINCE', cell: ({ createdAt }) => formatInstant(createdAt), least: 20 },
      {
        title: 'ANSWER',
        align: 'right',
        cell: ({ responseStatus }) => (responseStatus === null ? null : String(responseStatus)),
      },
      { title: 'REASON', cell: ({ error }) => error ?? '', least: 16 },
    ],
    paint,
  );
}

const redeliverCommand = command({
  path: ['webhook', 'redeliver'],
  summary: 'Send a delivery again, with the same body and the same id',
  example: 'steelyard webhook redeliver WEBHOOK DELIVERY',
  needs: 'server',
  positionals: { webhook, delivery: { describe: 'Id of the delivery' } },
  run: async (context, { webhook: webhookId, delivery: deliveryId }) => {
    const client = await context.client();
    const delivery = await client.call(redeliverWebhook, { params: { webhookId, deliveryId } });
    await context.answer(delivery, () => `Delivery ${delivery.delivery} is on its way again.`);
    return 0;
  },
});

export const webhookCommands = [deliveriesCommand, redeliverCommand];
