import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createOrg, orgMigrations } from '../../../org/index.ts';
import { acknowledgementMigrations } from '../../../platform/acknowledgements/index.ts';
import { hasAccount } from '../../../platform/auth/index.ts';
import { eventMigrations } from '../../../platform/events/index.ts';
import { testClock } from '../../../platform/jobs/fixtures.testing.ts';
import { createJobs, jobMigrations } from '../../../platform/jobs/index.ts';
import { createMail } from '../../../platform/mail/index.ts';
import { type SmtpServer, startSmtpServer } from '../../../platform/mail/smtp-server.testing.ts';
import { createNotificationRoutes, notificationMigrations } from '../../../platform/notification-routes/index.ts';
import { createDestinationRules, createSend, signDelivery } from '../../../platform/outbound/index.ts';
import { type Receiver, startReceiver } from '../../../platform/outbound/receiver.testing.ts';
import { openStore, type Store } from '../../../platform/store/index.ts';
import { createTelemetry } from '../../../platform/telemetry/index.ts';
import { createExchange } from '../../exchange/index.ts';
import { createMetering, meteringMigrations } from '../../metering/index.ts';
import { createPriceBook, priceMigrations } from '../../prices/index.ts';
import { type Budgets, budgetMigrations, createBudgets } from '../index.ts';
import { BudgetSpec } from '../schema.ts';
import type { ExpectedBreach } from './expected-breach.ts';

/** Regions and currency of a machine without explicit ones. */
const HOME = { awsPriceRegion: 'us-east-1', azurePriceRegion: 'eastus', priceCurrency: 'USD' };
const HOUR = 3_600_000;
const allocatedOver = async () => ({
  rows: [],
  unstatedDays: [],
  deliveries: new Map(),
  through: null,
  wholeThrough: null,
  behind: [],
  unassigned: null,
});
const NO_BILLS = { allocatedOver, allocatedReader: () => allocatedOver };

type Server = Awaited<ReturnType<NoticeServers['server']>>;

/** Servers on one store, a receiver and an SMTP server, and a clock that is moved by hand. */
class NoticeServers {
  readonly clock = testClock('2026-11-10T12:00:00Z');
  readonly store: Store;
  readonly receiver: Receiver;
  readonly smtp: SmtpServer;
  readonly folder: string;
  /** Forecast that every budget has; null: no forecast. */
  expected: ExpectedBreach | null = null;
  private uses = 0;

  constructor(store: Store, receiver: Receiver, smtp: SmtpServer, folder: string) {
    this.store = store;
    this.receiver = receiver;
    this.smtp = smtp;
    this.folder = folder;
  }

  secret(name: string, value: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, value);
    return `file:${path}`;
  }

  /** One that is left alone has crashed. */
  async server() {
    const { store, clock } = this;
    const log = pino({ level: 'silent' });
    const events = { append: async () => undefined };
    const prices = createPriceBook({ clock, events, config: HOME });
    const org = createOrg({ store, clock, accounts: { has: hasAccount } });
    const unsubscribed = { ...events, subscribe: () => undefined };
    const metering = createMetering({ store, clock, events: unsubscribed, prices, org, ownerOf: async () => null });
    const rules = createDestinationRules(`127.0.0.1:${this.receiver.port}`);
    const smtpUrl = this.secret('smtp', `smtp://me:pw@127.0.0.1:${this.smtp.port}`);
    const mail = createMail({ smtpUrl, smtpFrom: 'steelyard@example.org' });
    const outbound = { rules, send: createSend(rules), mail };
    const forecast = { expectedBreach: async () => this.expected };
    const deps = {
      store,
      clock,
      log,
      events,
      prices,
      metering,
      org,
      costs: NO_BILLS,
      config: {},
      exchange: createExchange({ store }),
    };
    const budgets = createBudgets({ ...deps, ...forecast, ...outbound });
    const jobs = createJobs({ store, clock, log, telemetry: createTelemetry() });
    onTestFinished(() => jobs[Symbol.asyncDispose]());
    budgets.schedule(jobs);
    const notifications = createNotificationRoutes({ store, clock, log, jobs, ...outbound, publicUrl: null });
    onTestFinished(() => notifications[Symbol.asyncDispose]());
    // From now on it knows when the next minute begins.
    await jobs.drain();
    return { budgets, metering, jobs, notifications };
  }

  apply({ budgets }: { readonly budgets: Budgets }, spec: string) {
    const [kind] = budgets.kinds;
    if (kind === undefined) throw new Error('there is no kind');
    const document = {
      metadata: { name: 'recs' },
      spec: BudgetSpec.parse({ subject: { team: 'recs' }, amount: '100', currency: 'USD', ...parse(`{${spec}}`) }),
    };
    return this.store.transaction((sql) => kind.apply(sql, document));
  }

  /** Records usage worth `amount` dollars in the last hour. */
  spend({ metering }: Server, amount: string) {
    this.uses += 1;
    const now = this.clock.now();
    const period = { start: new Date(now - HOUR).toISOString(), end: new Date(now).toISOString() };
    const usage = {
      usage: `u${this.uses}`,
      subject: { team: 'recs' },
      resource: 'gpu',
      quantity: '1',
      price: { amount, currency: 'USD' },
      period,
      origin: 'test',
    };
    return this.store.transaction((sql) => metering.record(sql, [usage]));
  }

  /** A minute later, all that is due is done. */
  async look(...servers: readonly Server[]) {
    this.clock.forward(60_000);
    await Promise.all(servers.map(({ jobs }) => jobs.drain()));
    await Promise.all(servers.map(({ notifications }) => notifications.drain()));
  }
}

/** Runs on each store; `newDatabase` is called once per test. */
export function defineNoticesSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`notices of budgets on ${engine}`, () => {
    let room: NoticeServers;
    beforeEach(async () => {
      const folder = mkdtempSync(join(tmpdir(), 'steelyard-notices-'));
      const store = await openStore({ database: await newDatabase(), folder });
      const [receiver, smtp] = [await startReceiver(), await startSmtpServer()];
      onTestFinished(async () => {
        await receiver[Symbol.asyncDispose]();
        await smtp[Symbol.asyncDispose]();
        await store[Symbol.asyncDispose]();
      });
      const migrations = { ...eventMigrations, ...jobMigrations, ...priceMigrations, ...meteringMigrations };
      const told = { ...notificationMigrations, ...acknowledgementMigrations };
      await store.migrate({ ...migrations, ...told, ...orgMigrations, ...budgetMigrations });
      room = new NoticeServers(store, receiver, smtp, folder);
    });
    defineOnceTests(() => room);
    forecastTests(() => room);
    defineTargetTests(() => room);
  });
}

function defineOnceTests(inUse: () => NoticeServers): void {
  const types = listReceivedTypes;

  it('are sent once for each threshold and window, the gravest of those that were crossed at once', async () => {
    const room = inUse();
    const one = await room.server();
    await room.apply(one, `notify: [{webhook: {url: "${room.receiver.url}"}}]`);
    await room.look(one);
    await room.spend(one, '79.99');
    await room.look(one);
    expect(types(room)).toEqual([]);
    await room.spend(one, '0.01');
    await room.look(one);
    await room.look(one);
    expect(types(room)).toEqual([['steelyard.budget.warned', '0.8']]);
    await room.spend(one, '25');
    await room.look(one);
    await room.look(one);
    expect(types(room).slice(1)).toEqual([['steelyard.budget.exhausted', 'exhausted']]);
    room.clock.forward(40 * 24 * HOUR);
    await room.spend(one, '80');
    await room.look(one);
    expect(types(room).slice(2)).toEqual([['steelyard.budget.warned', '0.8']]);
  });

  it('are sent once by two servers that look at the same time', async () => {
    const room = inUse();
    const [one, two] = [await room.server(), await room.server()];
    await room.apply(one, `notify: [{webhook: {url: "${room.receiver.url}"}}]`);
    await room.spend(one, '90');
    await room.look(one, two);
    await room.look(two, one);
    expect(types(room)).toEqual([['steelyard.budget.warned', '0.8']]);
  });

  it('survive a receiver that is away, under the same id, and are not repeated after a crash', async () => {
    const room = inUse();
    const one = await room.server();
    await room.apply(one, `notify: [{webhook: {url: "${room.receiver.url}"}}]`);
    await room.spend(one, '90');
    room.receiver.answerWith(503, 503);
    await room.look(one);
    const two = await room.server();
    await room.look(two);
    await room.look(two);
    await room.look(two);
    const ids = room.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(1);
  });

  it('tell of work that was stopped, once a window', async () => {
    const room = inUse();
    const one = await room.server();
    const { reservations } = one.budgets;
    const held = { resource: 'gpu', quantity: '1', price: { amount: '3600', currency: 'USD' }, origin: 'test' };
    const asked = { subject: { team: 'recs' }, leaseSeconds: 600, graceSeconds: 99, ...held };
    for (const [reservation, amount] of [
      ['a', '100'],
      ['b', '200'],
    ] as const) {
      await room.apply(
        one,
        `amount: "${amount}", enforcement: hard, notify: [{webhook: {url: "${room.receiver.url}"}}]`,
      );
      const { limitedBy, until } = await reservations.open({ reservation, ...asked });
      expect(limitedBy).toBe('recs');
      await reservations.settle(reservation, { end: until, stopped: true });
      room.clock.forward(100_000);
      await room.look(one);
    }
    expect(types(room)).toEqual([['steelyard.budget.stopped', 'stopped']]);
  });
}

const listReceivedTypes = (room: NoticeServers) =>
  room.receiver.received.map(({ body }) => JSON.parse(body)).map(({ type, data }) => [type, data.threshold]);

function forecastTests(inUse: () => NoticeServers): void {
  it('tell once that a forecast passes the limit, by the probability that was asked for and the forecast of this window', async () => {
    const room = inUse();
    const one = await room.server();
    await room.apply(one, `forecastAt: [0.5, 0.8], notify: [{webhook: {url: "${room.receiver.url}"}}]`);
    const figures = { day: '2026-11-24', mean: '104', lo80: '98', hi80: '111', limit: '100' };
    const start = '2026-11-01T00:00:00.000Z';
    for (const [probability, of] of [
      [0.49, {}],
      [0.9, { limit: '90' }],
      [0.9, { start: '2026-10-01T00:00:00.000Z' }],
    ] as const) {
      room.expected = { ...figures, start, probability, ...of };
      await room.look(one);
    }
    expect(listReceivedTypes(room)).toEqual([]);
    room.expected = { ...figures, start, probability: 0.62 };
    await room.look(one);
    await room.look(await room.server());
    expect(listReceivedTypes(room)).toEqual([['steelyard.budget.forecast', 'forecast:0.5']]);
    room.expected = { ...figures, start, probability: 0.83 };
    await room.look(one);
    room.expected = { ...figures, start, probability: 0.55 };
    await room.look(one);
    room.expected = { ...figures, start, probability: 0.95 };
    await room.look(one);
    expect(listReceivedTypes(room).slice(1)).toEqual([['steelyard.budget.forecast', 'forecast:0.8']]);
    const { data } = JSON.parse(room.receiver.received[1]?.body ?? '{}');
    expect(data.forecast).toMatchObject({ probability: 0.83, day: '2026-11-24', mean: '104' });
  });
}

function defineTargetTests(inUse: () => NoticeServers): void {
  it('to a webhook are signed CloudEvents', async () => {
    const room = inUse();
    const one = await room.server();
    const secret = room.secret('hook', 'hush');
    await room.apply(one, `notify: [{webhook: {url: "${room.receiver.url}", secret: "${secret}"}}]`);
    await room.spend(one, '90');
    await room.look(one);
    const [{ headers = {}, body = '' } = {}] = room.receiver.received;
    expect(headers['content-type']).toBe('application/cloudevents+json');
    const { 'webhook-id': id = '', 'webhook-timestamp': at = '' } = headers;
    expect(headers['webhook-signature']).toBe(signDelivery('hush', id, at, body));
    expect(JSON.parse(body)).toMatchObject({
      specversion: '1.0',
      id,
      type: 'steelyard.budget.warned',
      subject: 'recs',
      data: { threshold: '0.8', budget: { name: 'recs', limit: { amount: '100' }, spent: { amount: '90' } } },
    });
  });

  it('to Slack are a text, at an address that only the server knows', async () => {
    const room = inUse();
    const one = await room.server();
    await room.apply(one, `notify: [{slack: {url: "${room.secret('slack', room.receiver.url)}"}}]`);
    await room.spend(one, '90');
    await room.look(one);
    const [{ body = '' } = {}] = room.receiver.received;
    const { text, ...rest } = JSON.parse(body);
    expect(Object.keys(rest)).toEqual(['blocks']);
    expect(text).toContain('Budget recs has reached 80 % of its limit.\n$90 of $100 is spent, $0 reserved, $10 left.');
  });

  it('by e-mail are taken by the SMTP server, also when it asks to come again', async () => {
    const room = inUse();
    const one = await room.server();
    await room.apply(one, 'notify: [{email: {to: ml@example.org}}]');
    await room.spend(one, '90');
    room.smtp.refuse(1);
    await room.look(one);
    expect(room.smtp.taken).toEqual([]);
    await room.look(one);
    await room.look(one);
    expect(room.smtp.taken).toMatchObject([
      {
        from: 'steelyard@example.org',
        to: ['ml@example.org'],
        login: 'me:pw',
        content: expect.stringContaining('$90 of $100'),
      },
    ]);
    expect(room.smtp.taken[0]?.content).toContain('Subject: Budget recs has reached 80 % of its limit.');
  });

  it('go to each target, whatever becomes of the others', async () => {
    const room = inUse();
    const one = await room.server();
    const lost = room.secret('lost', '');
    await room.apply(
      one,
      `notify: [{slack: {url: "${lost}"}}, {email: {to: a@example.org}}, {email: {to: b@example.org}}]`,
    );
    await room.spend(one, '90');
    await room.look(one);
    expect(room.smtp.taken.flatMap(({ to }) => to).toSorted()).toEqual(['a@example.org', 'b@example.org']);
  });

  it('lead to no address within, and need an SMTP server for e-mail', async () => {
    const room = inUse();
    const one = await room.server();
    const refused = room.apply(one, 'notify: [{webhook: {url: "https://169.254.169.254/latest"}}]');
    await expect(refused).rejects.toThrow('non-public');
    await room.apply(one, `notify: [{slack: {url: "${room.secret('inner', 'http://127.0.0.1:1/hook')}"}}]`);
    await room.spend(one, '90');
    await room.look(one);
    expect(room.receiver.received).toEqual([]);
  });
}
