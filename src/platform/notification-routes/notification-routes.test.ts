import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acknowledgementMigrations } from '../acknowledgements/index.ts';
import { testClock } from '../jobs/fixtures.testing.ts';
import { createMail } from '../mail/index.ts';
import { type SmtpServer, startSmtpServer } from '../mail/smtp-server.testing.ts';
import { createDestinationRules, createSend, signDelivery } from '../outbound/index.ts';
import { type Receiver, startReceiver } from '../outbound/receiver.testing.ts';
import { openStore, type Store } from '../store/index.ts';
import { createNotificationRoutes, notificationMigrations, notify, type RoutedNotice } from './index.ts';
import { NotificationRouteSpec } from './schema.ts';
import { cancelDeliveries, claimDeliveries, listDeliveries, removeRoute } from './store.ts';

const MINUTE = 60_000;

describe('notification routes', () => {
  const clock = testClock('2026-11-30T12:00:00Z');
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-routes-'));
  let store: Store;
  let smtp: SmtpServer;
  let count = 0;

  beforeAll(async () => {
    store = await openStore({ database: 'sqlite', folder });
    await store.migrate({ ...notificationMigrations, ...acknowledgementMigrations });
    smtp = await startSmtpServer();
  });
  afterAll(async () => {
    await smtp[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });

  const secret = (name: string, value: string) => {
    writeFileSync(join(folder, name), value);
    return `file:${join(folder, name)}`;
  };

  function startServer(receiver: Receiver | null, { timeoutMs = 30_000, allowed = true } = {}) {
    const rules = createDestinationRules(receiver === null || !allowed ? '' : `127.0.0.1:${receiver.port}`);
    const smtpUrl = secret('smtp', `smtp://me:pw@127.0.0.1:${smtp.port}`);
    const mail = createMail({ smtpUrl, smtpFrom: 'steelyard@example.org' });
    return createNotificationRoutes({
      jobs: { register: () => undefined },
      ...{ store, clock, log: pino({ level: 'silent' }), publicUrl: 'https://steelyard.example/' },
      ...{ rules, send: createSend(rules, timeoutMs), mail },
    });
  }

  async function addRoute(server: ReturnType<typeof startServer>, spec: object): Promise<string> {
    count += 1;
    const name = `route-${count}`;
    const [kind] = server.kinds;
    const parsed = NotificationRouteSpec.parse({ ...spec, match: { topics: ['budget'], projects: [name] } });
    await store.transaction(
      (sql) => kind?.apply(sql, { metadata: { name }, spec: parsed } as never) ?? Promise.reject(),
    );
    return name;
  }

  function buildNotice(route: string, id: string, more: Partial<RoutedNotice> = {}): RoutedNotice {
    const title = `Budget ${id} is exhausted <now>`;
    return {
      ...{ topic: 'budget', severity: 'warning', teams: ['recs'], projects: [route], subject: `budget/${id}` },
      at: new Date(clock.now()).toISOString(),
      notice: { id: `${route}:${id}`, title, text: `${title}\n12.50 USD`, event: { id }, link: '/budgets/recs' },
      ...more,
    };
  }

  const file = (...notices: RoutedNotice[]) =>
    store.transaction(async (sql) => {
      for (const notice of notices) await notify(sql, notice);
    });
  const log = (route: string) => listDeliveries(store, { route, before: null, limit: 1000 });
  const states = async (route: string) =>
    (await log(route)).map(({ state, attempts, error }) => [state, attempts, error]);

  it('sign a webhook, and record one delivery for a notice that is filed twice', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const route = await addRoute(server, { to: { webhook: { url: receiver.url, secret: secret('key', 'k1') } } });
    await file(buildNotice(route, 'a'));
    await file(buildNotice(route, 'a'));
    await server.drain();
    const [{ headers, body } = { headers: {} as Record<string, string>, body: '' }] = receiver.received;
    expect(receiver.received).toHaveLength(1);
    const { 'webhook-id': id = '', 'webhook-timestamp': at = '' } = headers;
    expect(id).toBe(`${route}:a`);
    expect(headers['webhook-signature']).toBe(signDelivery('k1', id, at, body));
    expect(await states(route)).toEqual([['delivered', 1, null]]);
  });

  it('retry after 500 with back-off under the same id', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const route = await addRoute(server, { to: { webhook: { url: receiver.url } } });
    receiver.answerWith(500, 500);
    await file(buildNotice(route, 'a'));
    await server.drain();
    expect(await states(route)).toEqual([['retrying', 1, 'The receiver answered 500.']]);
    for (const pause of [5_000, 10_000]) {
      clock.forward(pause);
      await server.drain();
    }
    expect(await states(route)).toEqual([['delivered', 3, null]]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('fail once for a redirect, and retry a receiver that hangs and a secret that is missing', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver, { timeoutMs: 60 });
    const [moved, hangs] = [
      await addRoute(server, { to: { webhook: { url: receiver.url } } }),
      await addRoute(server, { to: { webhook: { url: receiver.url } } }),
    ];
    receiver.answerWith((response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end());
    await file(buildNotice(moved, 'a'));
    await server.drain();
    expect(await states(moved)).toEqual([['failed', 1, 'The receiver answered 302; redirects are not followed.']]);
    receiver.answerWith(() => undefined);
    await file(buildNotice(hangs, 'a'));
    await server.drain();
    expect(await states(hangs)).toEqual([['retrying', 1, 'The receiver did not answer in 0.06 s.']]);
    const unresolved = await addRoute(server, { to: { slack: { url: 'env:STEELYARD_NO_SUCH_SECRET' } } });
    await file(buildNotice(unresolved, 'a'));
    await server.drain();
    expect((await states(unresolved))[0]?.slice(0, 2)).toEqual(['retrying', 1]);
    expect((await log(unresolved))[0]?.error).toContain('STEELYARD_NO_SUCH_SECRET is not set');
  });

  it('refuse a private address', async () => {
    await using server = startServer(null);
    const spec = { to: { webhook: { url: 'https://10.0.0.7/hook' } } };
    await expect(addRoute(server, spec)).rejects.toMatchObject({ code: 'manifest_invalid' });
    await using receiver = await startReceiver();
    const route = await addRoute(server, { to: { slack: { url: secret('inner', receiver.url) } } });
    await file(buildNotice(route, 'a'));
    await server.drain();
    expect((await states(route))[0]?.slice(0, 2)).toEqual(['failed', 1]);
    expect(receiver.received).toEqual([]);
  });

  it('send again a delivery whose server was killed between the claim and the result', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const route = await addRoute(server, { to: { webhook: { url: receiver.url } } });
    await file(buildNotice(route, 'a'));
    const now = clock.now();
    const killed = { owner: 'killed', now, leaseEnd: now + 2 * MINUTE, limit: 9, sending: [], busyRoutes: [] };
    expect((await claimDeliveries(store, killed)).map((row) => row.route)).toContain(route);
    await server.drain();
    expect(receiver.received).toEqual([]);
    clock.forward(2 * MINUTE);
    await server.drain();
    expect(await states(route)).toEqual([['delivered', 2, null]]);
  });

  it('collect a digest, send it once at its time, also when the clock jumps over it, and list 50 of 120', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const to = { webhook: { url: receiver.url } };
    const route = await addRoute(server, { to, digest: { every: 'day', at: '08:00' } });
    await file(...Array.from({ length: 120 }, (_, at) => buildNotice(route, `n${at}`)));
    await server.drain();
    expect(receiver.received).toEqual([]);
    clock.forward(3 * 24 * 60 * MINUTE);
    await server.drain();
    await server.drain();
    expect(receiver.received).toHaveLength(1);
    const { data } = JSON.parse(receiver.received[0]?.body ?? '');
    expect(data).toMatchObject({ count: 120, others: 70 });
    expect(data.notices).toHaveLength(50);
    const rows = await log(route);
    expect(rows.filter(({ state }) => state === 'digested')).toHaveLength(120);
    expect(rows.filter(({ topic }) => topic === 'digest').map(({ state }) => state)).toEqual(['delivered']);
  });

  it('send 10,000 notices at once as one digest', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const route = await addRoute(server, { to: { webhook: { url: receiver.url } } });
    await file(...Array.from({ length: 10_000 }, (_, at) => buildNotice(route, `n${at}`)));
    await server.drain();
    expect(receiver.received).toHaveLength(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '').data).toMatchObject({ count: 10_000, others: 9_950 });
  });

  it('hold notices in a mute window and send them at its end', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const time = (ms: number) => new Date(ms).toISOString().slice(11, 16);
    const mute = { from: time(clock.now()), to: time(clock.now() + 60 * MINUTE) };
    const route = await addRoute(server, { to: { webhook: { url: receiver.url } }, mute });
    await file(buildNotice(route, 'a'));
    await server.drain();
    expect(receiver.received).toEqual([]);
    clock.forward(60 * MINUTE);
    await server.drain();
    expect(receiver.received).toHaveLength(1);
  });

  it('post blocks to Slack, an Adaptive Card to Teams, and send mail', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const url = secret('hook', receiver.url);
    const slack = await addRoute(server, { to: { slack: { url } } });
    await file(buildNotice(slack, 'a'));
    await server.drain();
    const teams = await addRoute(server, { to: { microsoftTeams: { url } } });
    await file(buildNotice(teams, 'a'));
    await server.drain();
    const [toSlack, toTeams] = receiver.received.map(({ body }) => JSON.parse(body));
    expect(toSlack.text).toBe('Budget a is exhausted &lt;now&gt;\n12.50 USD');
    expect(toSlack.blocks.map(({ text }: { text: { text: string } }) => text.text)).toEqual([
      'Budget a is exhausted <now>',
      '12.50 USD',
      '<https://steelyard.example/budgets/recs|Open in Steelyard>',
    ]);
    const { contentType, content } = toTeams.attachments[0];
    expect(contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(content).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
    expect(content.actions[0].url).toBe('https://steelyard.example/budgets/recs');
    const mail = await addRoute(server, { to: { email: { to: 'finance@example.org' } } });
    await file(buildNotice(mail, 'a'));
    await server.drain();
    expect(await states(mail)).toEqual([['delivered', 1, null]]);
  });

  it('fail their waiting deliveries, which stay in the log, when the route is deleted', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const route = await addRoute(server, { to: { webhook: { url: receiver.url } }, digest: { every: 'week' } });
    await file(buildNotice(route, 'a'));
    await removeRoute(store, route);
    expect(await cancelDeliveries(store, route, 'The route was deleted.', clock.now())).toBe(1);
    clock.forward(8 * 24 * 60 * MINUTE);
    await server.drain();
    expect(receiver.received).toEqual([]);
    expect(await states(route)).toEqual([['failed', 0, 'The route was deleted.']]);
  });

  it('retry while the mail server is down', async () => {
    await using server = startServer(null);
    const route = await addRoute(server, { to: { email: { to: 'ops@example.org' } } });
    smtp.refuse(2);
    await file(buildNotice(route, 'a'));
    for (const pause of [0, 5_000, 10_000]) {
      clock.forward(pause);
      await server.drain();
    }
    expect(await states(route)).toEqual([['delivered', 3, null]]);
  });

  it('never send money of another team by a route with a team filter', async () => {
    await using receiver = await startReceiver();
    await using server = startServer(receiver);
    const [kind] = server.kinds;
    const match = { teams: ['recs'], topics: ['forecast'] };
    const spec = NotificationRouteSpec.parse({ match, to: { webhook: { url: receiver.url } } });
    await store.transaction(
      (sql) => kind?.apply(sql, { metadata: { name: 'recs' }, spec } as never) ?? Promise.reject(),
    );
    const teams = [['search'], ['recs', 'search'], [], ['recs']];
    await file(...teams.map((one, at) => buildNotice('recs', `t${at}`, { topic: 'forecast', teams: one })));
    await server.drain();
    expect((await log('recs')).map(({ subject }) => subject)).toEqual(['budget/t3']);
  });
});
