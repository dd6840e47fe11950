import { randomUUID } from 'node:crypto';
import { AppError } from '../../platform/errors/index.ts';
import {
  checkUrl,
  DestinationError,
  type DestinationRules,
  type Message,
  resolveAddresses,
  type Send,
  type SendResult,
  signDelivery,
} from '../../platform/outbound/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import {
  buildDoesNotExist,
  buildInvalidParameter,
  decodePageToken,
  encodePageToken,
  MlflowError,
} from '../wire/index.ts';
import { buildExample, type EventType, listActions } from './event-types.ts';
import type { Sealing } from './sealing.ts';
import { deleteWebhook, findWebhook, insertWebhook, listWebhooks, updateWebhook, type Webhook } from './store.ts';
import type { WebhookStatus } from './tables.ts';

export interface ServiceDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly sealing: Sealing;
  readonly rules: DestinationRules;
  readonly send: Send;
}

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  readonly description: string | null;
  readonly events: readonly EventType[];
  /** '' or null: deliveries are not signed. */
  readonly secret: string | null;
  readonly status: WebhookStatus;
}

/** Undefined fields stay as they are. */
export type WebhookChange = { readonly [Field in keyof NewWebhook]: NewWebhook[Field] | undefined };

const MAX_A_PAGE = 1000;

export type Service = ReturnType<typeof createService>;

export function createService(deps: ServiceDeps) {
  const { store } = deps;
  return {
    create: (input: NewWebhook) => create(deps, input),
    get: (webhookId: string) => requireWebhook(store, webhookId),
    list: (maxResults: number, pageToken: string | undefined) => list(store, maxResults, pageToken),
    update: (webhookId: string, change: WebhookChange) => update(deps, webhookId, change),
    delete: (webhookId: string) =>
      store.transaction(async (sql) => {
        await requireWebhook(sql, webhookId);
        await deleteWebhook(sql, webhookId);
      }),
    test: (webhookId: string, event: EventType | null) => test(deps, webhookId, event),
    /** The message of a delivery, built now; null when the webhook is deleted or disabled. */
    async message(webhookId: string, deliveryId: string, body: string): Promise<Message | null> {
      const webhook = await findWebhook(store, webhookId);
      return webhook?.status === 'ACTIVE' ? signMessage(deps, webhook, deliveryId, body) : null;
    },
  };
}

export async function requireWebhook(sql: Sql, webhookId: string): Promise<Webhook> {
  const webhook = await findWebhook(sql, webhookId);
  if (webhook !== null) return webhook;
  throw buildDoesNotExist(`Webhook with ID ${webhookId} not found.`, 'webhook_not_found');
}

async function create(deps: ServiceDeps, input: NewWebhook): Promise<Webhook> {
  checkName(input.name);
  checkEvents(input.events);
  await checkDestination(deps.rules, input.url);
  const webhookId = randomUUID();
  const now = deps.clock.now();
  const row = {
    webhook_id: webhookId,
    name: input.name,
    url: input.url,
    description: input.description,
    sealed_secret: await seal(deps.sealing, input.secret, webhookId),
    status: input.status,
    creation_timestamp: now,
    last_updated_timestamp: now,
  };
  return deps.store.transaction(async (sql) => {
    await insertWebhook(sql, row, input.events);
    return requireWebhook(sql, webhookId);
  });
}

async function update(deps: ServiceDeps, webhookId: string, change: WebhookChange): Promise<Webhook> {
  const { name, url, events, description, secret, status } = change;
  if (name !== undefined) checkName(name);
  if (events !== undefined) checkEvents(events);
  if (url !== undefined) await checkDestination(deps.rules, url);
  const sealed = secret === undefined ? undefined : await seal(deps.sealing, secret, webhookId);
  return deps.store.transaction(async (sql) => {
    await requireWebhook(sql, webhookId);
    const row = {
      ...(name === undefined ? {} : { name }),
      ...(url === undefined ? {} : { url }),
      ...(description === undefined ? {} : { description }),
      ...(sealed === undefined ? {} : { sealed_secret: sealed }),
      ...(status === undefined ? {} : { status }),
      last_updated_timestamp: deps.clock.now(),
    };
    await updateWebhook(sql, webhookId, row, events ?? null);
    return requireWebhook(sql, webhookId);
  });
}

async function seal(sealing: Sealing, secret: string | null, webhookId: string): Promise<string | null> {
  return secret === null || secret === '' ? null : sealing.seal(secret, webhookId);
}

async function list(sql: Sql, maxResults: number, pageToken: string | undefined) {
  if (maxResults < 1 || maxResults > MAX_A_PAGE) {
    throw buildInvalidParameter(`max_results must be between 1 and ${MAX_A_PAGE}.`);
  }
  const limit = maxResults;
  const position = decodePageToken(pageToken, 'webhooks', 2);
  const after = position === null ? null : { creationTimestamp: Number(position[0]), webhookId: String(position[1]) };
  const found = await listWebhooks(sql, after, limit + 1);
  const last = found.length > limit ? found[limit - 1] : undefined;
  return {
    webhooks: found.slice(0, limit),
    nextPageToken: last === undefined ? null : encodePageToken('webhooks', [last.creationTimestamp, last.webhookId]),
  };
}

/** Sends an example now, once, for any status of the webhook. The body of the receiver's answer is not passed on. */
async function test(deps: ServiceDeps, webhookId: string, wanted: EventType | null): Promise<SendResult> {
  const webhook = await requireWebhook(deps.store, webhookId);
  const event = wanted ?? webhook.events[0];
  if (event === undefined) throw buildInvalidParameter('The webhook has no event.');
  checkEvents([event]);
  const timestamp = new Date(deps.clock.now()).toISOString();
  const body = JSON.stringify({ ...event, timestamp, data: buildExample(event) });
  return deps.send(await signMessage(deps, webhook, randomUUID(), body), new AbortController().signal);
}

async function signMessage(deps: ServiceDeps, webhook: Webhook, deliveryId: string, body: string): Promise<Message> {
  const timestamp = String(Math.floor(deps.clock.now() / 1000));
  const { sealedSecret, webhookId, url } = webhook;
  const secret = sealedSecret === null ? null : await deps.sealing.open(sealedSecret, webhookId);
  const signature =
    secret === null ? {} : { 'x-mlflow-signature': signDelivery(secret.reveal(), deliveryId, timestamp, body) };
  return {
    url,
    body,
    headers: { 'x-mlflow-delivery-id': deliveryId, 'x-mlflow-timestamp': timestamp, ...signature },
  };
}

function checkName(name: string): void {
  if (/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i.test(name)) return;
  throw buildInvalidParameter(
    `Webhook name '${name}' is invalid. It must start and end with a letter or digit, be less than 63 characters ` +
      'long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).',
  );
}

function checkEvents(events: readonly EventType[]): void {
  if (events.length === 0)
    throw buildInvalidParameter('Webhook events must be a non-empty list of WebhookEvent objects: [].');
  for (const { entity, action } of events) {
    const actions = listActions(entity);
    if (actions.includes(action)) continue;
    const known = actions.map((name) => `'${name}'`).join(', ');
    throw buildInvalidParameter(`Invalid action '${action}' for entity '${entity}'. Valid actions are: [${known}]`);
  }
}

/** A name that cannot be resolved now is accepted: it is checked again, and pinned, at each delivery. */
async function checkDestination(rules: DestinationRules, text: string): Promise<void> {
  try {
    await resolveAddresses(checkUrl(text, rules), rules);
  } catch (error) {
    if (error instanceof DestinationError) return;
    if (!(error instanceof AppError)) throw error;
    throw new MlflowError('INVALID_PARAMETER_VALUE', error.message, error.code);
  }
}
