import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getSourceDocument } from '../../src/finops/sources/schema.ts';
import { listMonitors } from '../../src/mlops/monitors/schema.ts';
import { listTeams } from '../../src/org/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { type Receiver, startReceiver } from '../../src/platform/outbound/receiver.testing.ts';
import {
  billText,
  call,
  dailyRows,
  importFiles,
  postponeJobs,
  testApplication,
} from '../../src/testing/application.ts';
import { createView } from '../../src/tradeoff/views/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, settled } from '../support/browser.ts';
import { axeFaults } from './faults-found.ts';

describe.skipIf(!hasChromium)('forms (skipped where Chromium is missing)', () => {
  let browser: Browser;
  let application: Awaited<ReturnType<typeof testApplication>>;
  let receiver: Receiver;
  let url: string;
  beforeAll(async () => {
    [browser, receiver] = [await connectBrowser(), await startReceiver()];
    const settings = { webhookAllowedHosts: `127.0.0.1:${receiver.port}` };
    application = await testApplication({ clock: { now: () => Date.parse('2026-10-20T12:00:00Z') } }, settings);
    await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
    url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    await importFiles(application, 'aws', { 'october.csv': billText(...dailyRows(18, { cost: '10' })) });
    const spec = `{match: {topics: [budget]}, to: {webhook: {url: "${receiver.url}"}}}`;
    const text = `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: hook}\nspec: ${spec}\n`;
    await call(application, postApply, { body: { documents: [{ file: 'route.yaml', text }] } });
    await call(application, createView, { body: { name: 'By service', path: '/costs', search: '?by=serviceName' } });
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  it('a view is scheduled, sent now with its figures, and stopped', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/budgets`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('button', { name: 'Schedule By service' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send “By service” on a schedule' });
    await dialog.getByText('12 to 18 Oct 2026 UTC, effective cost.').waitFor();
    await dialog.getByLabel('Interval').selectOption('day');
    await dialog.getByText(/1 to 1\d Oct 2026 UTC, effective cost\./).waitFor();
    await dialog.getByLabel('Time zone').selectOption('UTC');
    expect(await axeFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('sent daily to hook').waitFor();
    await page.getByRole('button', { name: 'Schedule By service' }).click();
    await dialog.getByText('21 Oct 2026, 08:00 UTC').waitFor();
    await dialog.getByRole('button', { name: 'Send now' }).click();
    await dialog.getByText('On its way').waitFor();
    await application.notifications.drain();
    await dialog.getByText('Delivered').waitFor();
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toMatchObject({
      data: { name: 'By service', figures: { totals: [{ currency: 'USD' }] }, reason: null },
    });
    await dialog.getByRole('button', { name: 'Stop sending' }).click();
    await page.getByText('sent daily to hook').waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('a team is created and edited', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/settings/teams`);
    await page.getByRole('button', { name: 'New team…' }).click();
    const form = page.getByRole('dialog', { name: 'New team' });
    await form.getByLabel('Name', { exact: true }).fill('search');
    await form.getByLabel('Owner').fill('not an address');
    await form.getByText('an e-mail address such as').waitFor();
    await form.getByLabel('Owner').fill('ada@example.org');
    await form.getByText('A new document, effective immediately.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('search was created.').waitFor();
    await page.getByRole('button', { name: 'Edit… team search' }).click();
    const edited = page.getByRole('dialog', { name: 'Edit team' });
    await edited.getByLabel('Display name').fill('Search');
    await edited.getByText('Saving changes the document immediately.').waitFor();
    await edited.getByRole('button', { name: 'Save' }).click();
    await page.getByText('search was changed.').waitFor();
    const { teams } = await call(application, listTeams, { query: {} });
    expect(teams).toMatchObject([{ name: 'search', displayName: 'Search', owner: 'ada@example.org' }]);
  });

  it('a bill source is created in the form, and its YAML stays in step', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/settings/sources`);
    await page.getByRole('button', { name: 'New source…' }).click();
    const form = page.getByRole('dialog', { name: 'New source' });
    await form.getByLabel('Name', { exact: true }).fill('nightly');
    await form.getByLabel('Kind').selectOption('folder');
    await form.getByLabel('Folder').fill('/srv/bills');
    await form.getByLabel('Sync', { exact: true }).selectOption('by hand');
    await form.getByRole('tab', { name: 'YAML' }).click();
    const yaml = form.getByLabel('YAML of New source');
    await expect.poll(() => yaml.inputValue()).toContain('schedule: null');
    await yaml.fill((await yaml.inputValue()).replace('/srv/bills', '/srv/exports'));
    await form.getByRole('tab', { name: 'Form' }).click();
    expect(await form.getByLabel('Folder').inputValue()).toBe('/srv/exports');
    await form.getByText('A new document, effective immediately.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('nightly was created.').waitFor();
    const { spec } = await call(application, getSourceDocument, { params: { source: 'nightly' } });
    expect(spec).toMatchObject({ location: { type: 'folder', path: '/srv/exports' }, schedule: null });
    await page.getByRole('button', { name: 'Edit nightly' }).click();
    const edited = page.getByRole('dialog', { name: 'Edit source' });
    expect(await edited.getByLabel('Folder').inputValue()).toBe('/srv/exports');
    await settled(page);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('a monitor is created with alert rules of two kinds', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/monitoring`);
    await page.getByRole('button', { name: 'New monitor…' }).click();
    const form = page.getByRole('dialog', { name: 'New monitor' });
    await form.getByLabel('Name', { exact: true }).fill('ranker');
    await form.getByRole('tab', { name: 'YAML' }).click();
    const yaml = form.getByLabel('YAML of New monitor');
    await yaml.fill((await yaml.inputValue()).replace('model: ""', 'model: ranker'));
    await form.getByRole('tab', { name: 'Form' }).click();
    await form.getByLabel('Outputs and labels').selectOption('ranking');
    await form.getByLabel('Measure').selectOption('ndcg@10');
    await form.getByLabel('Worse than').fill('0.55');
    await form.getByRole('button', { name: 'Add alert rule' }).click();
    await form.getByLabel('Name of the alert').last().fill('slow');
    await form.getByLabel('Alert on').last().selectOption('latency');
    await form.getByLabel('Latency threshold, ms').fill('250');
    await form.getByLabel('Reference').selectOption('first');
    await form.getByLabel('Windows').selectOption('predictions');
    await form.getByLabel('Window in predictions').fill('500');
    await form.getByRole('button', { name: 'Add recipient' }).click();
    await form.getByLabel('Channel').selectOption('slack');
    await form.getByLabel('Secret with the address').fill('env:CHAT');
    await form.getByText('A new document, effective immediately.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('ranker was created.').waitFor();
    const { monitors } = await call(application, listMonitors);
    expect(monitors[0]?.spec).toMatchObject({
      model: 'ranker',
      quality: { kind: 'ranking' },
      alerts: [
        { name: 'quality', metric: 'ndcg@10', worseThan: 0.55 },
        { name: 'slow', on: 'latency', withinMs: 250 },
      ],
      drift: { reference: { first: 1000 }, window: { predictions: 500 } },
      notify: [{ slack: { url: 'env:CHAT' } }],
    });
  });
});
