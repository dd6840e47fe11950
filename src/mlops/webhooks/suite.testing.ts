import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEvents, eventMigrations } from '../../platform/events/index.ts';
import { LOCAL } from '../../platform/http/index.ts';
import { testClock } from '../../platform/jobs/fixtures.testing.ts';
import { startReceiver } from '../../platform/outbound/receiver.testing.ts';
import { openStore, type Store } from '../../platform/store/index.ts';
import { createTelemetry } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { REGISTRY_CHANGED } from '../registry/index.ts';
import { parseBodyFields } from '../wire/index.ts';
import { createWebhooks, webhookMigrations } from './index.ts';
import type { WebhookTables } from './tables.ts';

/** Delivery across crashes, on any store. `newDatabase` is asked once a test. */
export function deliveriesSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`deliveries of webhooks on ${engine}`, () => {
    let room: Room;
    beforeEach(async () => {
      room = await openRoom(await newDatabase());
    });
    afterEach(() => room[Symbol.asyncDispose]());

    triesSuite(() => room);
    crashSuite(() => room);
    longTrySuite(() => room);
    secretSuite(() => room);
  });
}

const Made = z.object({ webhook: z.object({ webhook_id: z.string() }) });

type Room = Awaited<ReturnType<typeof openRoom>>;

/** A store, a receiver, a clock, and any number of servers one after another. */
async function openRoom(database: string) {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-'));
  const clock = testClock();
  const store = await openStore({ database, folder });
  await store.migrate({ ...eventMigrations, ...webhookMigrations });
  const receiver = await startReceiver();
  const server = (own: { keyFolder?: string; clock?: Clock } = {}) =>
    createServer(store, own.clock ?? clock, own.keyFolder ?? folder);
  return {
    store,
    receiver,
    clock,
    /** One that is left alone has crashed. */
    server,
    async listening(one: ReturnType<typeof server>, more: object = {}): Promise<string> {
      const events = [{ entity: 'MODEL_VERSION', action: 'CREATED' }];
      const answer = await one.call('POST', '/webhooks', { name: 'hook', url: receiver.url, events, ...more });
      return Made.parse(answer).webhook.webhook_id;
    },
    rows: () => store.tables<WebhookTables>().selectFrom('webhook_delivery').selectAll().orderBy('sequence').execute(),
    async [Symbol.asyncDispose]() {
      await receiver[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

function createServer(store: Store, clock: Clock, folder: string) {
  const log = pino({ level: 'silent' });
  const events = createEvents({ store, clock, log, telemetry: createTelemetry() });
  const webhooks = createWebhooks({ store, clock, log, events, folder, allowedHosts: '127.0.0.1' });
  return {
    webhooks,
    call(method: string, path: string, message: object = {}, params: Record<string, string> = {}) {
      const route = webhooks.mlflowRoutes.find((one) => one.method === method && one.path.endsWith(path));
      if (route === undefined) throw new Error(`no route ${method} ${path}`);
      return route.handler({ fields: parseBodyFields(JSON.stringify(message)), params, identity: LOCAL });
    },
    happens: (version: string) =>
      store.transaction((sql) =>
        events.append(sql, {
          type: REGISTRY_CHANGED,
          subject: 'registry:m',
          payload: { entity: 'model_version', action: 'created', data: { name: 'm', version } },
        }),
      ),
    async deliver() {
      await events.drain();
      await webhooks.drain();
    },
  };
}

function triesSuite(theRoom: () => Room): void {
  it('signs body, id and time with the secret, and posts JSON', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one, { secret: 'hush' });
    await one.happens('7');
    await one.deliver();
    const [got] = room.receiver.received;
    const { 'x-mlflow-delivery-id': id, 'x-mlflow-timestamp': at, 'x-mlflow-signature': sent } = got?.headers ?? {};
    const mac = createHmac('sha256', 'hush').update(`${id}.${at}.${got?.body}`).digest('base64');
    expect(sent).toBe(`v1,${mac}`);
    expect(got?.headers['content-type']).toBe('application/json');
    expect(at).toBe(String(room.clock.now() / 1000));
    expect(JSON.parse(got?.body ?? '')).toEqual({
      entity: 'model_version',
      action: 'created',
      timestamp: new Date(room.clock.now()).toISOString(),
      data: { name: 'm', version: '7' },
    });
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: 1, response_status: 200, error: null }]);
  });

  it('tries three more times with growing pauses on 429 and 5xx, each under the same id', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one, { secret: 'hush' });
    room.receiver.answerWith(503, 429, 500, 502);
    await one.happens('1');
    for (const pauseMs of [0, 1_000, 10_000, 60_000]) {
      room.clock.forward(pauseMs - 1);
      const before = room.receiver.received.length;
      if (pauseMs > 0) await one.deliver();
      expect(room.receiver.received).toHaveLength(before);
      room.clock.forward(1);
      await one.deliver();
    }
    room.clock.forward(3600_000);
    await one.deliver();
    expect(room.receiver.received).toHaveLength(4);
    expect(new Set(room.receiver.received.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1);
    expect(new Set(room.receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(await room.rows()).toMatchObject([{ state: 'failed', attempts: 4, response_status: 502 }]);
  });

  it('waits as long as the receiver asks for', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one);
    room.receiver.answerWith((response) => response.writeHead(429, { 'retry-after': '120' }).end());
    await one.happens('1');
    await one.deliver();
    room.clock.forward(119_000);
    await one.deliver();
    expect(room.receiver.received).toHaveLength(1);
    room.clock.forward(1_000);
    await one.deliver();
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
  });

  it.each([400, 401, 404, 410])('does not try again after %i', async (status) => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one);
    room.receiver.answerWith(status);
    await one.happens('1');
    await one.deliver();
    room.clock.forward(3600_000);
    await one.deliver();
    expect(room.receiver.received).toHaveLength(1);
    expect(await room.rows()).toMatchObject([{ state: 'failed', response_status: status }]);
  });
}

function crashSuite(theRoom: () => Room): void {
  it('sends what a crashed server had taken again, under the same id', async () => {
    const room = theRoom();
    // A dead server's clock stands still: it does not see its own lease run out and take the delivery again.
    const one = room.server({ clock: testClock() });
    await room.listening(one);
    await one.happens('1');
    const held = Promise.withResolvers<void>();
    room.receiver.answerWith(() => held.resolve()); // no answer: the server dies while it waits
    const dying = one.deliver().catch(() => undefined);
    await held.promise;

    room.clock.forward(61_000); // on PostgreSQL the lease of a dead server has to run out
    const two = room.server();
    await two.deliver();
    const [first, second] = room.receiver.received;
    expect(second?.headers['x-mlflow-delivery-id']).toBe(first?.headers['x-mlflow-delivery-id']);
    expect(second?.body).toBe(first?.body);
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: 2 }]);
    await one.webhooks[Symbol.asyncDispose]();
    await dying;
    expect(await room.rows()).toMatchObject([{ state: 'delivered' }]);
  });

  it('makes one delivery of an event that the outbox brings twice', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one);
    await one.happens('1');
    await one.deliver();
    await room.store
      .tables<{ event_cursor: { sequence: number } }>()
      .updateTable('event_cursor')
      .set({ sequence: 0 })
      .execute();
    await room.server().deliver();
    expect(room.receiver.received).toHaveLength(1);
  });

  it('skips a webhook that was disabled, and one that was not there yet', async () => {
    const room = theRoom();
    const one = room.server();
    await one.happens('before');
    room.clock.forward(1_000);
    const id = await room.listening(one);
    room.receiver.answerWith(500);
    await one.happens('1');
    await one.deliver();
    await one.call('PATCH', '/:webhookId', { status: 'DISABLED' }, { webhookId: id });
    room.clock.forward(1_000);
    await one.happens('2');
    await one.deliver();
    expect(room.receiver.received).toHaveLength(1);
    expect(await room.rows()).toMatchObject([{ state: 'skipped', error: expect.stringContaining('disabled') }]);
  });
}

function longTrySuite(theRoom: () => Room): void {
  it('does not send a delivery again while its try lasts longer than its lease', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one);
    await one.happens('1');
    const held = Promise.withResolvers<ServerResponse>();
    room.receiver.answerWith(held.resolve);
    const first = one.deliver();
    const response = await held.promise;
    room.clock.forward(61_000);
    await one.happens('2');
    const second = one.deliver();
    // The later delivery has come, so the loop has processed all due deliveries.
    await room.receiver.has(2);
    response.writeHead(200).end();
    await Promise.all([first, second]);
    const versions = room.receiver.received.map(({ body }) => JSON.parse(body).data.version);
    expect(versions).toEqual(['1', '2']);
    expect(await room.rows()).toMatchObject([
      { state: 'delivered', attempts: 1 },
      { state: 'delivered', attempts: 1 },
    ]);
  });

  it('lets a try that ends late change nothing of the try that followed it', async () => {
    const room = theRoom();
    const one = room.server({ clock: testClock() });
    await room.listening(one);
    await one.happens('1');
    const [late, next] = [Promise.withResolvers<ServerResponse>(), Promise.withResolvers<ServerResponse>()];
    room.receiver.answerWith(late.resolve, next.resolve);
    const first = one.deliver();
    const lateResponse = await late.promise;
    room.clock.forward(61_000);
    const two = room.server();
    const second = two.deliver();
    const nextResponse = await next.promise;
    const [before] = await room.rows();
    lateResponse.writeHead(500).end();
    await first;
    expect(await room.rows()).toEqual([before]);
    nextResponse.writeHead(200).end();
    await second;
    expect(await room.rows()).toMatchObject([{ state: 'delivered', attempts: 2, response_status: 200 }]);
  });
}

function secretSuite(theRoom: () => Room): void {
  it('holds no secret in the clear, and says so when its key is lost', async () => {
    const room = theRoom();
    const one = room.server();
    await room.listening(one, { secret: 'hush-hush' });
    const [{ sealed_secret: sealed } = { sealed_secret: '' }] = await room.store
      .tables<WebhookTables>()
      .selectFrom('webhook')
      .select('sealed_secret')
      .execute();
    expect(sealed).toMatch(/^v1\./);
    expect(Buffer.from(sealed?.slice(3) ?? '', 'base64').toString('latin1')).not.toContain('hush');
    const two = room.server({ keyFolder: mkdtempSync(join(tmpdir(), 'webhooks-')) });
    await two.happens('1');
    await two.deliver();
    expect(room.receiver.received).toEqual([]);
    expect(await room.rows()).toMatchObject([{ state: 'failed', error: expect.stringContaining('set it again') }]);
  });
}
