import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getMonthToDate } from '../../src/finops/costs/schema.ts';
import { decimal, sumDecimals } from '../../src/platform/units/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload, settled } from '../support/browser.ts';
import { openDateRange } from './date-range.ts';
import { ask, completeMonth, shownMonth, summaryOf } from './questions.ts';

const DELIVERED = 'As delivered';

const COPY_HEADLINE = `(() => {
  document.getSelection().selectAllChildren(document.querySelector('[data-testid="headline"]'));
  const event = new ClipboardEvent('copy', { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
  document.dispatchEvent(event);
  return event.clipboardData.getData('text/plain');
})()`;

describe.skipIf(!hasChromium)('the costs page (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let month: string;
  let complete: string;
  beforeAll(async () => {
    browser = await connectBrowser();
    month = await shownMonth(url);
    complete = await completeMonth(url);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const exact = (page: Page, id: string) => page.getByTestId(id).locator('data').first().getAttribute('value');

  it('writes the period into the address, so that the link shows the same later', async () => {
    const page = await visit('/costs');
    expect(new URL(page.url()).searchParams.get('period')).toBe(month);
  });

  it('groups by what is chosen: the address changes and every total stays the server’s, to the last digit', async () => {
    const page = await visit('/costs?chart=table');
    await page.getByRole('combobox', { name: 'And by' }).selectOption('serviceName');
    await page.waitForURL(/by=serviceName/);
    await settled(page);
    const { totals } = await summaryOf(url, { by: ['team', 'serviceName'], period: month });
    for (const id of ['headline', 'chart-total', 'table-total']) expect(await exact(page, id)).toBe(totals[0]?.amount);
    const series = await page.getByRole('region', { name: 'The chart as a table' }).getByRole('columnheader').count();
    expect(series - 2).toBeLessThanOrEqual(8);
  });

  it('follows the metric and the month', async () => {
    const page = await visit('/costs');
    await page.getByLabel('Metric').selectOption('billedCost');
    await page.waitForURL(/metric=billedCost/);
    await (await openDateRange(page)).getByRole('button', { name: 'All months' }).click();
    await page.waitForURL(/period=all/);
    await settled(page);
    const { totals } = await summaryOf(url, { by: ['team'], metric: 'billedCost' });
    expect(await exact(page, 'headline')).toBe(totals[0]?.amount);
    expect(await readable(page.getByTestId('answer'))).toContain('billed in all months');
  });

  it('says how much is allocated to a team and how much is not', async () => {
    const page = await visit('/costs?by=team');
    const { rows } = await summaryOf(url, { by: ['team'], period: month });
    const unallocated = rows.find((row) => row.team === null)?.amount;
    expect(await page.getByTestId('allocation').locator('data').last().getAttribute('value')).toBe(unallocated);
  });

  it('leads from a row of the table to the bill rows behind it, with the same total', async () => {
    const page = await visit('/costs?by=team');
    const { rows } = await summaryOf(url, { by: ['team'], period: month });
    await page
      .getByRole('region', { name: /Costs by group/ })
      .getByRole('rowheader')
      .first()
      .click();
    await page.waitForURL(/view=rows/);
    await page.getByTestId('rows-total').waitFor();
    expect(await exact(page, 'rows-total')).toBe(rows[0]?.amount);
    expect(await readable(page.getByRole('list', { name: 'Filters' }))).toContain(`Team is ${rows[0]?.team}`);
  });

  it('leads from a bar to the rows of that day', async () => {
    const page = await visit(`/costs?by=serviceProviderName&period=${complete}`);
    const canvas = page.locator('canvas').first();
    await canvas.waitFor();
    const box = await canvas.boundingBox();
    await canvas.click({ position: { x: (box?.width ?? 0) * 0.3, y: (box?.height ?? 0) * 0.62 } });
    await page.waitForURL(/view=rows/);
    const filters = new URL(page.url()).searchParams.getAll('filter');
    expect(filters.map((filter) => filter.split('=')[0])).toEqual(['serviceProviderName', 'day']);
    await page.getByTestId('rows-total').waitFor();
    const { totals } = await summaryOf(url, { by: [], period: complete, filter: filters });
    expect(await exact(page, 'rows-total')).toBe(totals[0]?.amount);
  });

  it('opens a bill row with all its columns, exact, and closes it with Escape', async () => {
    const page = await visit('/costs?view=rows');
    await page
      .getByRole('region', { name: /Bill rows/ })
      .getByRole('rowheader')
      .nth(1)
      .click();
    const drawer = page.getByRole('dialog', { name: 'Bill row' });
    await drawer.waitFor();
    expect(await readable(drawer)).toMatch(/Billed cost\s+[\d.]+ USD/);
    expect(await readable(drawer)).toContain('Origin');
    expect(page.url()).toContain('row=');
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('row=');
  });

  it('loads more bill rows while it is scrolled', async () => {
    const page = await visit('/costs?view=rows');
    await page.getByText(/100 loaded/).waitFor();
    await page.getByRole('region', { name: /Bill rows/ }).focus();
    await page.keyboard.press('End');
    await page.getByText(/200 loaded/).waitFor();
  });

  it('chooses and orders columns, in the address', async () => {
    const page = await visit('/costs?view=rows');
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: 'Region ID' }).check();
    await page.waitForURL(/columns=regionId/);
    await page.getByRole('button', { name: 'Move Region ID towards the start' }).click();
    await page.keyboard.press('Escape');
    const heads = await page
      .getByRole('region', { name: /Bill rows/ })
      .getByRole('columnheader')
      .allInnerTexts();
    expect(heads.at(-2)).toBe('Region ID');
  });

  it('saves the summary, the days and the rows as CSV', async () => {
    const page = await visit(`/costs?by=serviceProviderName&period=${complete}`);
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
      return (await readDownload(download)).toString().trim().split(/\r?\n/);
    };
    const { rows } = await summaryOf(url, { by: ['serviceProviderName'], period: complete });
    const summary = await saved('CSV of the summary');
    expect(summary).toHaveLength(rows.length + 1);
    expect(summary.join()).toContain(rows[0]?.amount);
    expect((await saved('CSV of the chart'))[0]).toContain('day');
    await page.getByRole('button', { name: 'Bill rows' }).click();
    const all = await saved('CSV of the bill rows');
    expect(all.length).toBeGreaterThan(1000);
  });

  it('saves the chart as PNG', async () => {
    const page = await visit('/costs');
    await page.locator('canvas').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG of the chart' }).click(),
    ]);
    expect((await readDownload(download)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('takes charge days in the place of the month, and is exact to the day', async () => {
    const days = { from: `${complete}-03`, to: `${complete}-09` };
    const page = await visit(`/costs?from=${days.from}&to=${days.to}&chart=table`);
    const { totals } = await summaryOf(url, { by: ['team'], ...days });
    for (const id of ['headline', 'chart-total', 'table-total']) expect(await exact(page, id)).toBe(totals[0]?.amount);
    const last = (await openDateRange(page)).getByLabel('Range: last day');
    await last.fill(`${complete}-05`);
    await last.press('Enter');
    await page.waitForURL(/to=\d{4}-\d\d-05/);
    await settled(page);
    const shorter = await summaryOf(url, { by: ['team'], from: days.from, to: `${complete}-05` });
    expect(await exact(page, 'headline')).toBe(shorter.totals[0]?.amount);
    expect(await readable(page.getByTestId('answer'))).toMatch(/from 3 to 5 \w{3} \d{4}/);
  });

  it('names the basis of a month that its bills and its charge days sum differently', async () => {
    const { totals } = await summaryOf(url, { by: ['team'], period: complete });
    const toDate = await ask(url, getMonthToDate, { query: { month: complete } });
    const billed = totals[0]?.amount;
    const charged = toDate.totals[0]?.amount;
    const overview = await visit(`/?period=${complete}`);
    expect(await exact(overview, 'headline')).toBe(charged);
    expect(await readable(overview.getByTestId('answer').first())).toContain('by charge day');
    const costs = await visit(`/costs?period=${complete}`);
    expect(await exact(costs, 'headline')).toBe(billed);
    const answer = costs.getByTestId('answer');
    const named = await answer.locator('data').evaluateAll((data) => data.map((one) => one.getAttribute('value')));
    expect(named.includes(charged ?? null)).toBe(true);
    expect((await readable(answer)).includes('By charge day it is')).toBe(billed !== charged || !toDate.isComplete);
  });

  it('knows periods by name, and writes their dates into the address', async () => {
    const page = await visit('/costs');
    await (await openDateRange(page)).getByRole('button', { name: 'Last 3 months' }).click();
    await page.waitForURL(/from=\d{4}-\d\d&to=\d{4}-\d\d/);
    const { searchParams } = new URL(page.url());
    const range = { from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' };
    await settled(page);
    const { totals } = await summaryOf(url, { by: ['team'], ...range });
    expect(await exact(page, 'headline')).toBe(totals[0]?.amount);
  });

  it('shows weeks as well as days, with the same total', async () => {
    const page = await visit('/costs?chart=table');
    const answered = page.waitForResponse((answer) => /costs\/summary.*week/.test(answer.url()));
    await page.getByRole('button', { name: 'Weeks' }).click();
    await page.waitForURL(/every=week/);
    await answered;
    await settled(page);
    const { rows, totals } = await summaryOf(url, { by: ['week'], period: month });
    const table = page.getByRole('region', { name: 'The chart as a table' });
    await table
      .locator('tbody tr')
      .nth(rows.length - 1)
      .waitFor();
    expect(await exact(page, 'chart-total')).toBe(totals[0]?.amount);
  });

  it('filters by values that are picked with their money beside them, and by all others', async () => {
    const page = await visit('/costs');
    const { rows } = await summaryOf(url, { by: ['serviceName'], period: month });
    const [first, second] = rows.map((row) => row.serviceName ?? '');
    await page.getByRole('button', { name: '+ Filter' }).click();
    const panel = page.getByRole('dialog', { name: 'Filter' });
    await panel.getByRole('button', { name: 'Service', exact: true }).click();
    const option = panel.locator('label', { hasText: first ?? '' });
    expect(await option.locator('data').getAttribute('value')).toBe(rows[0]?.amount);
    for (const name of [first, second]) await panel.getByRole('checkbox', { name: name ?? '' }).check();
    await panel.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/filter=serviceName%3D.*filter=serviceName%3D/);
    await settled(page);
    const filter = [`serviceName=${first}`, `serviceName=${second}`];
    const taken = await summaryOf(url, { by: ['team'], period: month, filter });
    expect(await exact(page, 'headline')).toBe(taken.totals[0]?.amount);
    await page.getByRole('button', { name: `Service is ${first} or ${second}`, exact: true }).click();
    await panel.getByRole('button', { name: 'is not' }).click();
    await panel.getByRole('button', { name: 'Apply' }).click();
    await page.waitForURL(/filter=serviceName%21%3D/);
    await settled(page);
    const others = await exact(page, 'headline');
    const all = await summaryOf(url, { by: ['team'], period: month });
    expect(sumDecimals([others ?? '', taken.totals[0]?.amount ?? ''])).toBe(all.totals[0]?.amount);
  });

  it('filters by what values begin with, by keyboard alone', async () => {
    const page = await visit('/costs');
    await page.keyboard.press('f');
    await page.keyboard.type('serviceName');
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog', { name: 'Filter' });
    await panel.getByRole('button', { name: 'begins with' }).click();
    await page.keyboard.type('Amazon');
    await panel.getByText(/values begin with it/).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/filter=serviceName%3DAmazon\*/);
    await settled(page);
    const { totals } = await summaryOf(url, { by: ['team'], period: month, filter: 'serviceName=Amazon*' });
    expect(await exact(page, 'headline')).toBe(totals[0]?.amount);
    await page.keyboard.press('f');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
  });

  it('leads from a bill row to who pays for it, to the line as it was delivered, and to its delivery', async () => {
    const page = await visit('/costs?view=rows&filter=kind%3Dallocated');
    await page
      .getByRole('region', { name: /Bill rows/ })
      .getByRole('rowheader')
      .first()
      .click();
    const drawer = page.getByRole('dialog', { name: 'Bill row' });
    const pays = await readable(drawer.getByTestId('allocation-facts'));
    expect(pays).toMatch(/Rule\s+\S+/);
    expect(pays).toMatch(/Method\s+\S+/);
    expect(pays).toMatch(/Share of the row\s+\S+/);
    const billed = /Billed cost\s+(\S+) USD/.exec(await readable(drawer))?.[1] ?? 'none';
    await drawer.getByRole('button', { name: DELIVERED }).click();
    await page.waitForURL(/part=raw/);
    const raw = drawer.getByTestId('raw-line');
    await raw.getByText(/^Line [\d,]+ of/).waitFor();
    expect(decimal(/BilledCost\s+(\S+)/.exec(await readable(raw))?.[1] ?? '0').eq(billed)).toBe(true);
    const shared = page.url();
    await drawer.getByRole('link', { name: /^d_/ }).click();
    await page.waitForURL(/\/deliveries\/d_[0-9a-f]{20}/);
    await open(page, shared);
    await page.getByTestId('raw-line').getByText(/^Line/).waitFor();
  });

  it('opens the delivered line of a row that is not among those loaded', async () => {
    const page = await visit(`/costs?view=rows&period=${complete}`);
    await page
      .getByRole('region', { name: /Bill rows/ })
      .getByRole('rowheader')
      .first()
      .click();
    await page.waitForURL(/row=/);
    const row = new URL(page.url()).searchParams.get('row')?.replace(/\d+$/, '2') ?? '';
    await open(page, `${url}/costs?view=rows&period=${complete}&row=${encodeURIComponent(row)}`);
    expect(await readable(page.getByRole('dialog', { name: 'Bill row' }))).toMatch(/Line 3 of/);
  });

  it('shows exactly one delivery when the address names it', async () => {
    const { rows } = await summaryOf(url, { by: ['delivery'], period: month });
    const page = await visit(`/costs?delivery=${rows[0]?.delivery}`);
    expect(await exact(page, 'headline')).toBe(rows[0]?.amount);
    await page.getByRole('button', { name: /Remove the filter Only delivery/ }).click();
    await page.waitForURL((url) => !url.search.includes('delivery='));
  });

  it('copies exact amounts', async () => {
    const page = await visit('/costs');
    const { totals } = await summaryOf(url, { by: ['team'], period: month });
    const copied = await page.evaluate(COPY_HEADLINE);
    expect(copied).toBe(totals[0]?.amount);
  });
});
