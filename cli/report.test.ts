import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill, type ServedFolder, serveFolder, temporaryFolder } from './testing.ts';

const folder = temporaryFolder();
let server: ServedFolder;

beforeAll(async () => {
  server = await serveFolder();
  const file = join(folder, 'bill.csv');
  writeFileSync(file, bill({ billed: '12.5', effective: '12.5' }));
  await server.run('bill', 'import', file, '--source', 'aws');
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('report', () => {
  it('shows a month as text and as JSON, and writes it as HTML', async () => {
    const html = join(folder, 'report.html');
    const text = await server.run('report', 'monthly', '--for', 'finance', '--month', '2026-10', '--html', html);
    expect(text).toMatchObject({ code: 0, err: expect.stringContaining(`Wrote ${html}.`) });
    expect(text.out).toContain('Monthly report for finance, 2026-10\nMetric: effective cost. Currency: ');
    expect(text.out).toContain('COST BY SERVICE\n');
    expect(readFileSync(html, 'utf8')).toContain('<h1 ');
    const json = await server.run('report', 'monthly', '--for', 'finance', '--month', '2026-10', '--json');
    expect(JSON.parse(json.out).document).toMatchObject({ audience: 'finance', name: '2026-10', metric: 'effective' });
  });

  it('refuses a week that does not exist and a report that was never sent', async () => {
    expect(await server.run('report', 'weekly', '--week', '2026-W54')).toMatchObject({ code: 2 });
    const never = await server.run('report', 'weekly', '--week', '2026-W40', '--known-at', '2026-11-01T00:00:00Z');
    expect(never).toMatchObject({ code: 4, err: expect.stringContaining('error[report_not_found]') });
    expect(await server.run('report', 'list')).toMatchObject({
      code: 0,
      err: expect.stringContaining('No report was sent.'),
    });
  });
});

describe('attention', () => {
  it('counts the things that need attention, as text and as JSON', async () => {
    const { code, out } = await server.run('attention');
    expect([code, out]).toEqual([0, expect.stringMatching(/^TOPIC +COUNT +LEVEL/)]);
    const json = await server.run('attention', '--json');
    const { items } = JSON.parse(json.out) as { items: { topic: string }[] };
    expect(items.map(({ topic }) => topic)).toContain('budgets');
  });
});

describe('view', () => {
  it('is saved, listed, shown, scheduled, sent and deleted by its name', async () => {
    const file = join(folder, 'channel.yaml');
    const spec = '{to: {slack: {url: "env:NO_SUCH_ADDRESS"}}}';
    writeFileSync(file, `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: views}\nspec: ${spec}\n`);
    expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
    expect((await server.run('view', 'list')).err).toContain('There is no saved view.');
    const saved = await server.run(
      'view',
      'save',
      'By team',
      '--path',
      '/costs',
      '--search',
      '?by=team&period=2026-10',
    );
    expect(saved).toMatchObject({ code: 0, out: expect.stringMatching(/^Saved the view vw_[0-9a-f]{20}: By team\./) });
    expect((await server.run('view', 'list')).out).toMatch(
      /vw_\S+ +By team +\/costs +\?by=team&period=2026-10 +local +not shared/,
    );
    expect((await server.run('view', 'message', 'By team')).out).toMatch(
      /^By team: \$[\d,.]+\nOctober 2026, effective cost\./,
    );
    const timed = ['--every', 'month', '--day', '2', '--hour', '7', '--time-zone', 'Europe/Berlin'];
    const scheduled = await server.run('view', 'schedule', 'By team', '--channel', 'views', ...timed);
    expect(scheduled.out).toContain('each month on day 2 at 07:00 (Europe/Berlin)');
    expect((await server.run('view', 'send', 'By team')).out).toMatch(/last delivery +(waiting|retrying|failed)/);
    const shown = await server.run('view', 'show', 'By team', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ name: 'By team', schedule: { channel: 'views', every: 'month' } });
    expect((await server.run('view', 'unschedule', 'By team')).out).toContain('no longer sent to views');
    expect((await server.run('view', 'show', 'By team')).out).toMatch(/schedule +none/);
    expect((await server.run('view', 'delete', 'By team')).out).toContain('Deleted the view');
    expect(await server.run('view', 'show', 'By team')).toMatchObject({ code: 4 });
  });
});

describe('notification-route', () => {
  it('lists routes, sends a test with its result, and shows it in the log', async () => {
    const file = join(folder, 'route.yaml');
    const spec = '{match: {topics: [budget]}, to: {slack: {url: "env:NO_SUCH_ADDRESS"}}, owner: finops}';
    writeFileSync(file, `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: chat}\nspec: ${spec}\n`);
    expect(await server.run('apply', '-f', file)).toMatchObject({ code: 0 });
    const test = await server.run('notification-route', 'test', 'chat');
    expect(test).toMatchObject({
      code: 1,
      out: expect.stringContaining('Not delivered to slack env:NO_SUCH_ADDRESS: '),
    });
    expect((await server.run('notification-route', 'list')).out).toMatch(/chat +finops +slack env:NO_SUCH_ADDRESS/);
    expect((await server.run('notification-route', 'show', 'chat')).out).toContain('kind: NotificationRoute');
    expect((await server.run('notification-route', 'deliveries', '--route', 'chat')).out).toMatch(/test +failed/);
    expect((await server.run('notification-route', 'delete', 'chat')).out).toContain('Deleted the route chat');
    expect(await server.run('notification-route', 'test', 'chat')).toMatchObject({ code: 4 });
  });

  it('has acknowledge and assign on anomalies, with one assignee', async () => {
    const unknown = await server.run('anomaly', 'acknowledge', 'an_0000000000000000');
    expect(unknown).toMatchObject({ code: 4, err: expect.stringContaining('error[anomaly_not_found]') });
    expect(await server.run('alert', 'assign', 'x')).toMatchObject({ code: 2 });
    expect(await server.run('recommend', 'assign', 'x', '--team', 'recs')).toMatchObject({ code: 4 });
  });
});
