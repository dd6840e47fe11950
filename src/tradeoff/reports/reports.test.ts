import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAnomalies } from '../../finops/anomalies/schema.ts';
import { listBudgets } from '../../finops/budgets/schema.ts';
import { costSummary, getMonthToDate } from '../../finops/costs/schema.ts';
import { type Change, drainAll, listDays, type MadeLedger, openAnomalyLedger } from '../../finops/testing/ledger.ts';
import { startSmtpServer } from '../../platform/mail/smtp-server.testing.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { listNotificationDeliveries } from '../../platform/notification-routes/schema.ts';
import { type Receiver, startReceiver } from '../../platform/outbound/receiver.testing.ts';
import { decimal } from '../../platform/units/index.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { Audience, getReport, listReports, type ReportDocument, showReport } from './schema.ts';

const rise: Change = ({ sku }, day) => (sku === 'p4d.24xlarge' && day >= '2026-11-17' ? { quantity: 1.7 } : {});

describe('a report', () => {
  let ledger: MadeLedger;
  let receiver: Receiver;
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  const apply = (text: string) =>
    call(ledger.application, postApply, { body: { documents: [{ file: 'report.yaml', text }] } });
  const read = (query: Parameters<typeof ask>[0]) => ask(query);
  const ask = (query: NonNullable<Parameters<typeof call<typeof getReport>>[2]>['query'] & {}) =>
    call(ledger.application, getReport, { query });
  const find = ({ sections }: ReportDocument, id: string) => {
    const section = sections.find((one) => one.id === id);
    if (section === undefined) throw new Error(`no section ${id}`);
    return section;
  };

  beforeAll(async () => {
    [receiver, smtp] = [await startReceiver(), await startSmtpServer()];
    const secret = join(mkdtempSync(join(tmpdir(), 'steelyard-reports-')), 'smtp');
    writeFileSync(secret, `smtp://127.0.0.1:${smtp.port}`);
    ledger = await openAnomalyLedger('2026-11-22T12:00:00Z', {
      ...{ webhookAllowedHosts: `127.0.0.1:${receiver.port}`, publicUrl: 'https://steelyard.example.org' },
      ...{ smtpUrl: `file:${secret}`, smtpFrom: 'steelyard@example.org' },
    });
    await ledger.deliver(listDays('2026-10-01', '2026-11-22'), { change: rise });
    await apply(
      'apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: "100000", currency: USD}\n',
    );
  });
  afterAll(async () => {
    await ledger[Symbol.asyncDispose]();
    await receiver[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
  });

  it('has the figures of the commands, to the last decimal', async () => {
    const { application } = ledger;
    const { document } = await read({ schedule: 'weekly', week: '2026-W47', audience: 'finance' });
    const range = { from: '2026-11-16', to: '2026-11-22' };
    const summary = await call(application, costSummary, { query: { by: ['serviceName'], ...range } });
    const cost = find(document, 'cost');
    expect(cost.rows[0]?.cells[1]?.value).toBe(summary.totals[0]?.amount);
    expect(cost.rows.slice(1).map(({ cells }) => cells[1]?.value)).toEqual(summary.rows.map(({ amount }) => amount));
    const movers = find(document, 'movers').rows.map(({ cells }) => cells.map(({ value }) => value));
    for (const [, change = '', now, before] of movers) {
      expect(
        decimal(now ?? '0')
          .minus(before ?? '0')
          .equals(change ?? '0'),
      ).toBe(true);
    }
    const { totals } = await call(application, getMonthToDate, { query: { month: '2026-11' } });
    expect(find(document, 'month-to-date').rows[0]?.cells[1]?.value).toBe(totals[0]?.amount);
    const { budgets } = await call(application, listBudgets, {});
    expect(find(document, 'budgets').rows[0]?.cells[3]?.value).toBe(budgets[0]?.spent?.amount);
    const { anomalies } = await call(application, listAnomalies, {});
    const counted = anomalies.filter(({ counts }) => counts);
    expect(counted.length).toBeGreaterThan(0);
    expect(
      find(document, 'anomalies')
        .rows.map(({ key }) => key)
        .toSorted(),
    ).toEqual(counted.map(({ id }) => id).toSorted());
  });

  it('is one HTML document without scripts and images, with a link at every figure, for each audience', async () => {
    for (const audience of Audience.options) {
      const { document, html } = await read({ schedule: 'weekly', week: '2026-W47', audience });
      expect(Buffer.byteLength(html)).toBeLessThanOrEqual(100_000);
      expect(html).not.toMatch(/<script|<img|<link|@import|url\(/);
      const figures = document.sections.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells));
      for (const { kind, link, value, reason } of figures) {
        expect(kind === 'text' || link !== null).toBe(true);
        expect(value !== null || reason !== null).toBe(true);
      }
      for (const [, href] of html.matchAll(/href="([^"]+)"/g))
        expect(href).toMatch(/^https:\/\/steelyard\.example\.org\//);
    }
  });

  it('is the same for the same knowledge, and cannot be of a month with a week or of the future', async () => {
    const question = { schedule: 'monthly', month: '2026-10', audience: 'finance' } as const;
    expect((await read(question)).html).toBe((await read(question)).html);
    const wrong = await catchProblem(read({ schedule: 'monthly', week: '2026-W47' }));
    expect(wrong).toMatchObject({ code: 'invalid_request' });
    const future = await catchProblem(read({ schedule: 'weekly', week: '2027-W10' }));
    expect(future).toMatchObject({ code: 'invalid_request', detail: '2027-W10 has not begun.' });
  });

  it('is sent once when it is due, stored, shown again byte by byte, and compared with what is known later', async () => {
    const { application } = ledger;
    const route = `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: all}\nspec: {to: {webhook: {url: "${receiver.url}"}}}\n`;
    const report = `apiVersion: steelyard/v1\nkind: Report\nmetadata: {name: weekly}\nspec: {audience: finance, schedule: weekly, to: {routes: [all], notify: [{email: {to: cfo@example.org}}]}}\n`;
    await apply(`${route}---\n${report}`);
    ledger.at('2026-11-23T06:01:00Z');
    await drainAll(application);
    await drainAll(application);
    const { reports, scheduled } = await call(application, listReports, {});
    expect(reports).toMatchObject([{ source: 'weekly', audience: 'finance', name: '2026-W47', team: null }]);
    expect(scheduled).toMatchObject([{ name: 'weekly', nextAt: '2026-11-30T06:00:00.000Z' }]);
    const [sent] = reports;
    const shown = await call(application, showReport, { params: { report: sent?.report ?? '' } });
    expect(smtp.taken).toHaveLength(1);
    expect(smtp.taken[0]?.content).toContain('text/html');
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toMatchObject({
      ...{ type: 'steelyard.report.sent', data: { report: sent?.report, htmlSha256: sent?.htmlSha256 } },
    });
    const { deliveries } = await call(application, listNotificationDeliveries, { query: { topic: 'report' } });
    expect(deliveries.map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    ledger.at('2026-11-25T12:00:00Z');
    await ledger.deliver(listDays('2026-11-01', '2026-11-24'), {
      change: (line, day) => (day === '2026-11-18' ? { quantity: 3 } : (rise(line, day) ?? {})),
    });
    const question = { schedule: 'weekly', week: '2026-W47', audience: 'finance' } as const;
    const again = await read(question);
    expect(again.restatedSince?.report).toBe(sent?.report);
    const total = again.restatedSince?.figures.find(({ section, row }) => section === 'cost' && row.includes('total'));
    expect(total?.before?.value).toBe(find(shown.document, 'cost').rows[0]?.cells[1]?.value);
    expect(total?.now?.value).toBe(find(again.document, 'cost').rows[0]?.cells[1]?.value);
    const asSent = await read({ ...question, knownAt: '2026-11-24T00:00:00Z' });
    expect(asSent.html).toBe(shown.html);
    const earlier = await catchProblem(read({ ...question, knownAt: '2026-11-20T00:00:00Z' }));
    expect(earlier).toMatchObject({ code: 'report_not_found' });
  });
});
