import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postApply } from '../../src/platform/manifests/schema.ts';
import {
  billText,
  call,
  dailyRows,
  importFiles,
  postponeJobs,
  testApplication,
} from '../../src/testing/application.ts';
import { listViewSchedules, putViewSchedule } from '../../src/tradeoff/view-schedules/schema.ts';
import { listViews } from '../../src/tradeoff/views/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, settled } from '../support/browser.ts';
import { axeFaults, PHONE, sidewaysScroll } from './faults-found.ts';

const BUDGET =
  'apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: all}\nspec: {subject: {}, amount: "50", currency: USD}\n';
const ROUTE =
  'apiVersion: steelyard/v1\nkind: NotificationRoute\nmetadata: {name: mail}\nspec: {to: {slack: {url: "env:CHAT"}}}\n';
const TEAM = 'apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: search}\nspec: {}\n';

describe.skipIf(!hasChromium)('the frame of the web app (skipped where Chromium is missing)', () => {
  let browser: Browser;
  let application: Awaited<ReturnType<typeof testApplication>>;
  let url: string;
  beforeAll(async () => {
    browser = await connectBrowser();
    application = await testApplication({ clock: { now: () => Date.parse('2026-10-20T12:00:00Z') } });
    await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
    url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    await importFiles(application, 'aws', { 'october.csv': billText(...dailyRows(18, { cost: '10' })) });
    const documents = [BUDGET, TEAM, ROUTE].map((text, at) => ({ file: `${at}.yaml`, text }));
    await call(application, postApply, { body: { documents } });
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
  });

  it('has a badge with its meaning, and tabs between the pages of an entry', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/decisions`);
    const rail = page.getByRole('navigation', { name: 'Pages' });
    await rail.getByRole('link', { name: 'Budgets & forecast , 1 budget exceeded' }).click();
    await page.waitForURL('**/budgets**');
    const tabs = page.getByRole('navigation', { name: 'Budgets & forecast' });
    await tabs.getByRole('link', { name: 'Forecasts' }).click();
    await page.waitForURL('**/forecasts**');
    await expect.poll(() => tabs.locator('[aria-current=page]').textContent()).toBe('Forecasts');
    await expect.poll(() => rail.locator('[aria-current=page]').first().textContent()).toContain('Budgets & forecast');
    expect(complaints).toEqual([]);
  });

  it('has settings whose sections have no fault that axe finds, in one row of tabs', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/settings`);
    await page.waitForURL('**/account**');
    const tabs = page.getByRole('navigation', { name: 'Settings' });
    for (const label of ['Teams and members', 'Prices', 'Policies', 'Sources', 'Retention', 'Backups', 'About']) {
      await tabs.getByRole('link', { name: label }).click();
      await page.getByRole('heading', { name: label, level: 1 }).waitFor();
      await settled(page);
      expect(await axeFaults(page), label).toEqual([]);
    }
    expect(await readable(page.getByTestId('answer'))).toMatch(/^Steelyard \d.* on SQLite; the data folder has/);
    expect(complaints).toEqual([]);
  });

  it('saves a page as a view, opens it elsewhere without its dates, and takes a deletion back with its schedule', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/costs?by=serviceName&period=2026-10`);
    const menu = page.getByRole('button', { name: 'Views' });
    await menu.click();
    await page.getByRole('button', { name: 'Save current page…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('By service');
    await page.getByRole('combobox', { name: 'Visible to' }).selectOption('all');
    expect(await axeFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const list = page.getByRole('list', { name: 'Saved views' });
    await list.getByRole('link', { name: /^By service/ }).waitFor();
    const [saved] = (await call(application, listViews)).views;
    const spec = { every: 'month', dayOfMonth: 3, hour: 9, timeZone: 'Europe/Berlin', channel: 'mail' } as const;
    await call(application, putViewSchedule, { params: { view: saved?.view ?? '' }, body: spec });
    await page.keyboard.press('Escape');
    await page.reload();
    await menu.click();
    await page.getByRole('button', { name: 'Delete By service' }).click();
    await page.getByText('is deleted, and no longer sent').waitFor();
    expect((await call(application, listViewSchedules)).schedules).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await list.getByRole('link', { name: /^By service/ }).waitFor();
    await expect.poll(async () => (await call(application, listViewSchedules)).schedules).toMatchObject([spec]);
    await page.keyboard.press('Escape');
    await open(page, `${url}/budgets`);
    await menu.click();
    await list.getByRole('link', { name: /^By service/ }).click();
    await page.waitForURL('**/costs?**by=serviceName**');
    expect(complaints).toEqual([]);
  });

  it('has all pages, the account and the shortcuts on a phone', async () => {
    const { page, complaints } = await newVisit(browser, PHONE);
    await open(page, `${url}/decisions`);
    expect(await sidewaysScroll(page)).toEqual([]);
    await page.getByRole('button', { name: 'More' }).click();
    const sheet = page.getByRole('dialog', { name: 'All pages' });
    await sheet.getByTestId('who').click();
    await sheet.getByText('This server runs on this machine without accounts.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('opens no row of a table by a link in it', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/costs?view=rows`);
    const table = page.getByRole('region', { name: /Bill rows/ });
    await table.getByRole('row').nth(1).waitFor();
    await page.evaluate(`{
      const link = document.createElement('a');
      link.href = '#inside';
      link.textContent = 'inside';
      document.querySelector('tr[data-open] td').append(link);
    }`);
    await table.getByRole('link', { name: 'inside' }).click();
    expect(await page.getByRole('dialog', { name: 'Bill row' }).count()).toBe(0);
    await table.getByRole('rowheader').first().click();
    await page.getByRole('dialog', { name: 'Bill row' }).waitFor();
  });

  it('answers an unknown address with status 404, its links and the search', async () => {
    const { page } = await newVisit(browser);
    const answer = await page.goto(`${url}/nope`);
    expect(answer?.status()).toBe(404);
    await page.getByText('There is no page at this address.').waitFor();
    await settled(page);
    expect(new URL(page.url()).pathname).toBe('/nope');
    await page.getByRole('main').getByRole('link', { name: 'Savings' }).click();
    await page.waitForURL('**/recommendations**');
  });
});
