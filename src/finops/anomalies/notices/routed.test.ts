import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '../../../platform/audit/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import {
  deleteNotificationRoute,
  getNotificationRoute,
  listNotificationDeliveries,
  listNotificationRoutes,
  testNotificationRoute,
} from '../../../platform/notification-routes/schema.ts';
import { type Receiver, startReceiver } from '../../../platform/outbound/receiver.testing.ts';
import { call, catchProblem } from '../../../testing/application.ts';
import { type Change, drainAll, listDays, type MadeLedger, openAnomalyLedger } from '../../testing/ledger.ts';
import { anomalyHandling, listAnomalies } from '../schema.ts';

const rise =
  (first: string, quantity: number): Change =>
  ({ sku }, day) =>
    sku === 'p4d.24xlarge' && day >= first ? { quantity } : {};

describe('an anomaly on a notification route', () => {
  let receiver: Receiver;
  let ledger: MadeLedger;
  let anomaly: string;
  const apply = (text: string) =>
    call(ledger.application, postApply, { body: { documents: [{ file: 'route.yaml', text }] } });
  const route = (name: string, match: string, url = receiver.url) =>
    `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: ${name}}\nspec: {match: ${match}, owner: finops, to: {webhook: {url: "${url}"}}}\n`;
  const types = () => receiver.received.map(({ body }) => JSON.parse(body).type);

  beforeAll(async () => {
    receiver = await startReceiver();
    ledger = await openAnomalyLedger('2026-11-13T12:00:00Z', { webhookAllowedHosts: `127.0.0.1:${receiver.port}` });
    await apply(route('all', '{topics: [anomaly]}'));
    await apply(route('other-team', '{topics: [anomaly], teams: [nobody]}'));
    await ledger.deliver(listDays('2026-10-01', '2026-11-12'), { change: rise('2026-11-09', 1.6) });
    anomaly = (await call(ledger.application, listAnomalies, {})).anomalies[0]?.id ?? '';
  });
  afterAll(async () => {
    await ledger[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
  });

  it('is told once by the route that matches it, with its delivery in the log', async () => {
    expect(types()).toEqual(['steelyard.anomaly.opened']);
    const { deliveries } = await call(ledger.application, listNotificationDeliveries, { query: {} });
    expect(deliveries).toMatchObject([
      {
        route: 'all',
        topic: 'anomaly',
        state: 'delivered',
        subject: `anomaly/${anomaly}`,
        responseStatus: 200,
        tries: 1,
      },
    ]);
    const { routes } = await call(ledger.application, listNotificationRoutes, {});
    expect(routes.map(({ name, lastDelivery }) => [name, lastDelivery?.state])).toEqual([
      ['all', 'delivered'],
      ['other-team', undefined],
    ]);
  });

  it('is acknowledged and assigned, with audit rows, and told again only when it gets worse', async () => {
    const { application } = ledger;
    const params = { anomaly };
    await call(application, anomalyHandling.acknowledge, { params, body: { note: 'a load test' } });
    const to = { kind: 'team' as const, name: 'recs' };
    await call(application, anomalyHandling.assign, { params, body: { to } });
    expect(await call(application, anomalyHandling.get, { params })).toMatchObject({
      acknowledged: { by: 'local', note: 'a load test', severity: 'warning', impact: { currency: 'USD' } },
      assigned: { to, by: 'local' },
    });
    const { rows } = await call(application, listAudit, {});
    expect(rows.filter(({ subject }) => subject.anomaly === anomaly)).toHaveLength(2);
    ledger.at('2026-11-14T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-13'), { change: rise('2026-11-09', 1.6) });
    expect(types()).toHaveLength(1);
    ledger.at('2026-11-20T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-19'), { change: rise('2026-11-09', 1.6) });
    await drainAll(application);
    const told = receiver.received.map(({ body }) => JSON.parse(body).id);
    expect(told.filter((id) => id.includes(':worse:'))).toHaveLength(1);
    const undone = await call(application, anomalyHandling.unacknowledge, { params });
    expect(undone).toMatchObject({ acknowledged: null, assigned: { to } });
    const unknown = catchProblem(call(application, anomalyHandling.get, { params: { anomaly: 'an_0' } }));
    expect(await unknown).toMatchObject({ code: 'anomaly_not_found', status: 404 });
  });

  it('has a test message, and waiting deliveries that fail when the route is deleted', async () => {
    const { application } = ledger;
    await apply(route('gone', '{topics: [report]}'));
    const params = { route: 'gone' };
    expect(await call(application, testNotificationRoute, { params })).toMatchObject({
      ...{
        topic: 'test',
        state: 'delivered',
        responseStatus: 200,
        target: `webhook http://127.0.0.1:${receiver.port}`,
      },
    });
    receiver.answerWith(500);
    expect(await call(application, testNotificationRoute, { params })).toMatchObject({
      ...{ state: 'failed', responseStatus: 500, error: 'The receiver answered 500.' },
    });
    expect((await call(application, getNotificationRoute, { params })).manifest).toContain('kind: NotificationRoute');
    expect(await call(application, deleteNotificationRoute, { params })).toEqual({ cancelled: 0 });
    const unknown = await catchProblem(call(application, getNotificationRoute, { params }));
    expect(unknown).toMatchObject({ code: 'notification_route_not_found' });
    const refused = await catchProblem(apply(route('wrong', '{topics: [bills]}')));
    expect(refused).toMatchObject({ code: 'manifest_invalid' });
  });
});
