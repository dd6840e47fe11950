import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { costSummary } from '../../finops/costs/schema.ts';
import { drainAll, listDays, type MadeLedger, openAnomalyLedger } from '../../finops/testing/ledger.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { deleteNotificationRoute } from '../../platform/notification-routes/schema.ts';
import { type Receiver, startReceiver } from '../../platform/outbound/receiver.testing.ts';
import { decimal } from '../../platform/units/index.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { createView, deleteView } from '../views/schema.ts';
import {
  getViewSchedule,
  listViewSchedules,
  previewView,
  putViewSchedule,
  sendView,
  type ViewScheduleSpec,
} from './schema.ts';

describe('a scheduled view', () => {
  let ledger: MadeLedger;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    ledger = await openAnomalyLedger('2026-11-20T12:00:00Z', {
      ...{ webhookAllowedHosts: `127.0.0.1:${receiver.port}`, publicUrl: 'https://steelyard.example.org' },
    });
    await ledger.deliver(listDays('2026-10-01', '2026-11-18'));
    await applyRoute('all', '{}');
    await applyRoute('search-only', '{teams: [search]}');
  });
  afterAll(async () => {
    await ledger[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  function applyRoute(name: string, match: string) {
    const spec = `{match: ${match}, to: {webhook: {url: "${receiver.url}"}}}`;
    const text = `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
    return call(ledger.application, postApply, { body: { documents: [{ file: 'route.yaml', text }] } });
  }
  async function schedule(search: string, given: Partial<ViewScheduleSpec> = {}, path = '/costs') {
    const { application } = ledger;
    const body = { name: `View ${search}`, path, search };
    const { view } = await call(application, createView, { body });
    const spec = { every: 'week', channel: 'all', ...given } as const;
    await call(application, putViewSchedule, { params: { view }, body: spec });
    return view;
  }
  const read = (view: string) => call(ledger.application, getViewSchedule, { params: { view } });
  const send = (view: string) => call(ledger.application, sendView, { params: { view } });
  const remove = (view: string) => call(ledger.application, deleteView, { params: { view } });
  const bodies = (view: string) =>
    receiver.received.map(({ body }) => JSON.parse(body)).filter(({ subject }) => subject === view);

  it('is sent once at each due time, with the figures of the page, and late times are one message', async () => {
    const { application } = ledger;
    const view = await schedule('?by=serviceName', { weekday: 'monday', hour: 8, timeZone: 'Europe/Berlin' });
    expect(await read(view)).toMatchObject({ nextAt: '2026-11-23T07:00:00.000Z', last: null, owner: 'local' });
    ledger.at('2026-11-23T06:59:00Z');
    await drainAll(application);
    expect(bodies(view)).toEqual([]);
    ledger.at('2026-11-23T07:00:00Z');
    await drainAll(application);
    await drainAll(application);
    const [sent, ...others] = bodies(view);
    expect(others).toEqual([]);
    const week = { from: '2026-11-16', to: '2026-11-22' };
    const summary = await call(application, costSummary, { query: { by: ['serviceName'], ...week } });
    const { figures, link } = sent.data;
    expect(figures).toMatchObject({ period: week, compared: { from: '2026-11-09', to: '2026-11-15' } });
    expect(figures.totals[0].amount).toBe(summary.totals[0]?.amount);
    expect(figures.rows.map(({ amount }: { amount: string }) => amount)).toEqual(
      summary.rows.map(({ amount }) => amount),
    );
    expect(decimal(figures.totals[0].before).isPositive()).toBe(true);
    expect(link).toBe(
      '/costs?by=serviceName&from=2026-11-16&to=2026-11-22&compare=custom&beforeFrom=2026-11-09&beforeTo=2026-11-15',
    );
    expect(await read(view)).toMatchObject({
      nextAt: '2026-11-30T07:00:00.000Z',
      last: { state: 'delivered', error: null, trigger: 'schedule', hasFigures: true },
    });
    ledger.at('2026-12-16T12:00:00Z');
    await drainAll(application);
    expect(bodies(view)).toHaveLength(2);
    expect(await read(view)).toMatchObject({ nextAt: '2026-12-21T07:00:00.000Z' });
    await remove(view);
  });

  it('is not sent while it is paused, and is sent on demand', async () => {
    const { application } = ledger;
    const view = await schedule('?team=search', { every: 'day', paused: true });
    expect(await read(view)).toMatchObject({ nextAt: null, paused: true });
    ledger.at('2026-12-18T12:00:00Z');
    await drainAll(application);
    expect(bodies(view)).toEqual([]);
    await send(view);
    await drainAll(application);
    expect(bodies(view)).toMatchObject([
      { data: { figures: { period: { from: '2026-11-01', to: '2026-11-18' }, rows: [{ label: 'search' }] } } },
    ]);
    expect(await read(view)).toMatchObject({ last: { trigger: 'request', state: 'delivered' } });
    await remove(view);
    expect((await call(application, listViewSchedules, {})).schedules).toEqual([]);
  });

  it.each([
    [
      'of a page without figures',
      '',
      '/decisions',
      'all',
      'Messages have figures for views of Overview, Costs, Budgets, Forecasts, Anomalies, Savings, Registry, Endpoints and Monitoring; this one has the link only.',
    ],
    [
      'for a channel of a team from a page with figures of all teams',
      '',
      '/budgets',
      'search-only',
      'Channel search-only receives figures of team search only, and the view is not filtered to it.',
    ],
    [
      'for a channel of a team whose cost it does not have alone',
      '?by=team',
      '/costs',
      'search-only',
      'Channel search-only receives figures of team search only, and the view is not filtered to it.',
    ],
  ])('has the link and the reason %s', async (_, search, path, channel, reason) => {
    const view = await schedule(search, { channel }, path);
    await send(view);
    await drainAll(ledger.application);
    expect(bodies(view)).toMatchObject([{ data: { figures: null, reason, link: `${path}${search}` } }]);
    await remove(view);
  });

  it.each([
    ['/', 'Month to date and landing', /lands at|No forecast|no forecast/],
    ['/budgets', 'search-month', /\$[\d,.]+( so far)? of \$10/],
    ['/forecasts', 'search-month', /\$[\d,.]+( so far)? of \$10/],
  ])('has the figures of %s in lines', async (path, label, text) => {
    ledger.at('2026-11-20T12:00:00Z');
    await call(ledger.application, postApply, {
      body: {
        documents: [
          {
            file: 'budget.yaml',
            text: 'apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: search-month}\nspec: {subject: {team: search}, amount: "10", currency: USD}\n',
          },
        ],
      },
    });
    const view = await schedule('?team=search', { channel: 'search-only' }, path);
    await send(view);
    await drainAll(ledger.application);
    const [{ data }] = bodies(view);
    expect(data).toMatchObject({ figures: null, reason: null, link: `${path}?team=search` });
    const line = data.summary.lines.find((one: { label: string }) => one.label === label);
    expect(line?.text).toMatch(text);
    expect((await read(view)).last).toMatchObject({ hasFigures: true, error: null });
    await remove(view);
    ledger.at('2026-12-18T12:00:00Z');
  });

  it.each([
    ['/anomalies', /^View : (No open anomaly|\d+ open anomal(y|ies), \$[\d,.]+ above the expected cost)/],
    ['/recommendations', /^View : (No saving|\$[\d,.]+ a month in \d+ savings?)/],
    ['/models', /^View : No registered model/],
    ['/monitoring', /^View : /],
    ['/endpoints', /^View : /],
  ])('previews the figures of %s', async (path, text) => {
    const body = { name: 'View ', path, search: '' };
    const { view } = await call(ledger.application, createView, { body });
    const message = await call(ledger.application, previewView, { params: { view }, query: {} });
    expect(message).toMatchObject({ figures: null, reason: null, summary: { others: expect.any(Number) } });
    expect(message.text).toMatch(new RegExp(text.source.replace('View :', 'View:')));
    await remove(view);
  });

  it('has figures for a channel of its team', async () => {
    const view = await schedule('?filter=team%3Dsearch&period=2026-11', { channel: 'search-only' });
    await send(view);
    await drainAll(ledger.application);
    expect(bodies(view)).toMatchObject([{ data: { reason: null, figures: { rows: [{ label: 'search' }] } } }]);
    await remove(view);
  });

  it('states that its channel is deleted, and is not scheduled to one that there is not', async () => {
    const { application } = ledger;
    await applyRoute('short-lived', '{}');
    const view = await schedule('', { channel: 'short-lived', every: 'day', hour: 20 });
    await call(application, deleteNotificationRoute, { params: { route: 'short-lived' } });
    expect(await catchProblem(send(view))).toMatchObject({ code: 'notification_route_not_found' });
    ledger.at('2026-12-18T20:00:00Z');
    await drainAll(application);
    const { last } = await read(view);
    expect(last).toMatchObject({ state: null, error: expect.stringContaining('no alert channel "short-lived"') });
    await remove(view);
  });

  it('is previewed as plain text', async () => {
    const { application } = ledger;
    const { view } = await call(application, createView, {
      body: { name: 'By team', path: '/costs', search: '?period=2026-10' },
    });
    const message = await call(application, previewView, { params: { view }, query: { every: 'month' } });
    expect(message.text).toMatch(
      /^By team: \$[\d,.]+\nOctober 2026, effective cost\.\nTotal: \$[\d,.]+, nothing charged in September 2026\.\n- search: \$[\d,.]+\n/,
    );
    await remove(view);
  });
});
