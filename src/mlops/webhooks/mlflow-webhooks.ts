import type { SendResult } from '../../platform/outbound/index.ts';
import type { Fields, MlflowRoute } from '../wire/index.ts';
import { buildInvalidParameter } from '../wire/index.ts';
import { actionNames, type EventType, entityNames } from './event-types.ts';
import type { Service } from './service.ts';
import type { Webhook } from './store.ts';
import { webhookStatuses } from './tables.ts';

const DEFAULT_PAGE = 100;

/** `webhooks/…` in MLflow's names. The scope excludes contributors: a webhook makes this server send requests. */
export function webhookRoutes(service: Service): MlflowRoute[] {
  const read = { scope: 'platform.read' } as const;
  const write = { scope: 'platform.write' } as const;
  const idOf = (params: Readonly<Record<string, string>>) => params.webhookId ?? '';
  return [
    {
      ...write,
      method: 'POST',
      path: '/mlflow/webhooks',
      handler: async ({ fields }) => ({ webhook: webhookAnswer(await service.create(readNew(fields))) }),
    },
    {
      ...read,
      method: 'GET',
      path: '/mlflow/webhooks',
      handler: async ({ fields }) => {
        const page = await service.list(fields.integer('max_results') || DEFAULT_PAGE, fields.text('page_token'));
        const webhooks = page.webhooks.map(webhookAnswer);
        return {
          webhooks: webhooks.length === 0 ? undefined : webhooks,
          next_page_token: page.nextPageToken ?? undefined,
        };
      },
    },
    {
      ...read,
      method: 'GET',
      path: '/mlflow/webhooks/:webhookId',
      handler: async ({ params }) => ({ webhook: webhookAnswer(await service.get(idOf(params))) }),
    },
    {
      ...write,
      method: 'PATCH',
      path: '/mlflow/webhooks/:webhookId',
      handler: async ({ fields, params }) => {
        const change = {
          name: fields.text('name') || undefined,
          url: fields.text('url') || undefined,
          description: fields.text('description'),
          events: fields.messages('events').length === 0 ? undefined : readEvents(fields),
          secret: fields.text('secret'),
          status: fields.choice('status', webhookStatuses),
        };
        return { webhook: webhookAnswer(await service.update(idOf(params), change)) };
      },
    },
    {
      ...write,
      method: 'DELETE',
      path: '/mlflow/webhooks/:webhookId',
      handler: async ({ params }) => {
        await service.delete(idOf(params));
        return undefined;
      },
    },
    {
      ...write,
      method: 'POST',
      path: '/mlflow/webhooks/:webhookId/test',
      handler: async ({ fields, params }) => {
        const event = fields.message('event');
        return { result: testAnswer(await service.test(idOf(params), event === undefined ? null : readEvent(event))) };
      },
    },
  ];
}

function readNew(fields: Fields) {
  return {
    name: fields.requiredText('name'),
    url: fields.requiredText('url'),
    description: fields.text('description') || null,
    events: readRequiredEvents(fields),
    secret: fields.text('secret') || null,
    status: fields.choice('status', webhookStatuses) ?? ('ACTIVE' as const),
  };
}

function readRequiredEvents(fields: Fields): EventType[] {
  if (fields.has('events')) return readEvents(fields);
  throw buildInvalidParameter(
    "Missing value for required parameter 'events'. See the API docs for more information about request parameters.",
  );
}

function readEvents(fields: Fields): EventType[] {
  return fields.messages('events').map(readEvent);
}

function readEvent(fields: Fields): EventType {
  const [entity, action] = [fields.choice('entity', entityNames), fields.choice('action', actionNames)];
  if (entity === undefined) throw fields.invalid('entity', `Valid entities are: ${entityNames.join(', ')}.`);
  if (action === undefined) throw fields.invalid('action', `Valid actions are: ${actionNames.join(', ')}.`);
  return { entity: entity.toLowerCase(), action: action.toLowerCase() };
}

/** Never includes the secret: the client that set it has it. */
function webhookAnswer(webhook: Webhook): object {
  return {
    webhook_id: webhook.webhookId,
    name: webhook.name,
    description: webhook.description || undefined,
    url: webhook.url,
    events: webhook.events.map(({ entity, action }) => ({
      entity: entity.toUpperCase(),
      action: action.toUpperCase(),
    })),
    status: webhook.status,
    creation_timestamp: webhook.creationTimestamp,
    last_updated_timestamp: webhook.lastUpdatedTimestamp,
  };
}

/** As in MLflow, no message if the receiver answered with an error status: the status is sufficient. */
function testAnswer({ delivered, status, error }: SendResult): object {
  const saysItself = status !== null && status >= 400;
  return {
    success: delivered,
    response_status: status ?? undefined,
    error_message: saysItself ? undefined : (error ?? undefined),
  };
}
