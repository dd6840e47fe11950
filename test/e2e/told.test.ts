import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { listNotificationRoutes } from '../../src/platform/notification-routes/schema.ts';
import { type Receiver, startReceiver } from '../../src/platform/outbound/receiver.testing.ts';
import { billText, call, dailyRows, importFiles, testApplication } from '../../src/testing/application.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { faultsFound } from './faults-found.ts';

describe.skipIf(!hasChromium)('reports and routes in the browser (skipped where Chromium is missing)', () => {
  let browser: Browser;
  let receiver: Receiver;
  let application: Awaited<ReturnType<typeof testApplication>>;
  let url: string;
  beforeAll(async () => {
    [browser, receiver] = [await connectBrowser(), await startReceiver()];
    const clock = { now: () => Date.parse('2026-10-20T12:00:00Z') };
    application = await testApplication({ clock }, { webhookAllowedHosts: `127.0.0.1:${receiver.port}` });
    url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    await importFiles(application, 'aws', { 'october.csv': billText(...dailyRows(18, { cost: '10' })) });
    const text = `apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: hook}\nspec: {owner: finops, to: {webhook: {url: "${receiver.url}"}}}\n`;
    await call(application, postApply, { body: { documents: [{ file: 'route.yaml', text }] } });
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
    await receiver?.[Symbol.asyncDispose]();
  });

  it('send a test message from the page, and show it in the delivery log', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/notification-routes`);
    expect(await readable(page.getByTestId('answer'))).toBe(
      '1 alert channel: no delivery waiting, no last delivery failed.',
    );
    await page.getByRole('button', { name: 'Send a test message by hook' }).click();
    await page.getByText('The test message of hook was delivered.').waitFor();
    await page.getByRole('table', { name: 'Delivery log' }).getByText('delivered (200)').waitFor();
    await page.getByRole('link', { name: 'hook', exact: true }).click();
    await page.getByText('kind: NotificationRoute').waitFor();
    expect(receiver.received).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  it('create a channel in the form, change it in its YAML, and undo that', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/notification-routes`);
    await page.getByRole('button', { name: 'New channel…' }).click();
    const form = page.getByRole('dialog', { name: 'New channel' });
    await form.getByLabel('Name').fill('mine');
    await form.getByLabel('Recipient').selectOption('webhook');
    await form.getByLabel('Address').fill(receiver.url);
    await form.getByText('A new document, effective immediately.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByText('mine was created.').waitFor();
    const owner = async () =>
      (await call(application, listNotificationRoutes)).routes.find(({ name }) => name === 'mine')?.owner;
    expect(await owner()).toBeNull();
    await page.getByRole('link', { name: 'mine', exact: true }).click();
    await page.getByRole('button', { name: 'Edit…' }).click();
    const edited = page.getByRole('dialog', { name: 'Edit channel' });
    await edited.getByRole('tab', { name: 'YAML' }).click();
    const yaml = edited.getByLabel('YAML of Edit channel');
    await yaml.fill(`${await yaml.inputValue()}  owner: [x]\n`);
    await edited.getByText(/^Line \d+: spec\.owner/).waitFor();
    expect(await edited.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await yaml.fill((await yaml.inputValue()).replace('[x]', 'finance'));
    await edited.getByRole('tab', { name: 'Form' }).click();
    expect(await edited.getByLabel('Owner').inputValue()).toBe('finance');
    await edited.getByText('Saving changes the document immediately.').waitFor();
    await edited.getByRole('button', { name: 'Save' }).click();
    await page.getByText('mine was changed.').waitFor();
    expect(await owner()).toBe('finance');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(owner).toBeNull();
  });

  it('show the report of an audience with a link at its figures', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/reports?audience=finance`);
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /^2026-W42 for finance: .+effective cost in USD, as known at/,
    );
    const cost = page.getByRole('table', { name: 'Cost by service' });
    await cost.getByRole('link').first().click();
    await page.waitForURL('**/costs?**from=2026-10-12**');
    expect(complaints).toEqual([]);
  });

  it('have no fault that axe finds, also where there is nothing', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-nothing-told-')));
    for (const server of [url, empty.url]) {
      for (const path of ['/reports', '/notification-routes']) {
        expect(await faultsFound(browser, `${server}${path}`), path).toEqual([]);
      }
    }
  });
});
