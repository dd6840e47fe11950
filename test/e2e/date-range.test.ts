import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listDecisions } from '../../src/tradeoff/decisions/schema.ts';
import { monthsLater } from '../../web/src/frame/date-range.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, settled } from '../support/browser.ts';
import { openDateRange } from './date-range.ts';
import { axeFaults } from './faults-found.ts';
import { ask, newestMonth, summaryOf } from './questions.ts';

describe.skipIf(!hasChromium)('the date range of the top bar (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let before: string;
  beforeAll(async () => {
    browser = await connectBrowser();
    before = monthsLater(await newestMonth(url), -1);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const label = (page: Page) => page.getByRole('button', { name: /^Date range/ });

  it('takes days by keyboard, and keeps them from page to page', async () => {
    const page = await visit(`/?period=${before}`);
    const dialog = await openDateRange(page);
    await dialog.getByRole('button', { name: 'Charge days' }).press('Enter');
    const last = dialog.getByLabel('Range: last day');
    await last.fill(`${before}-07`);
    await last.press('Enter');
    await page.waitForURL(new RegExp(`from=${before}-01&to=${before}-07`));
    await page.keyboard.press('Escape');
    expect(await label(page).innerText()).toMatch(/^1 to 7 \w{3} \d{4}$/);
    await settled(page);
    const days = { from: `${before}-01`, to: `${before}-07` };
    const { totals } = await summaryOf(url, { by: ['team'], ...days });
    const headline = page.getByTestId('headline').locator('data').first();
    expect(await headline.getAttribute('value')).toBe(totals[0]?.amount);
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Costs', exact: true }).click();
    await page.waitForURL(new RegExp(`/costs.*from=${before}-01&to=${before}-07`));
    await settled(page);
    expect(await headline.getAttribute('value')).toBe(totals[0]?.amount);
  });

  it('compares with the period before, in the headline and the movers', async () => {
    const page = await visit(`/?from=${before}-08&to=${before}-14`);
    await page.getByText('Nothing compares like with like here.').waitFor();
    await (await openDateRange(page)).getByLabel('Compare with').selectOption('before');
    await page.waitForURL(/compare=before/);
    await page.keyboard.press('Escape');
    const movers = page.getByRole('region', { name: 'Top movers' });
    await movers.getByText(/8 to 14 \w+ \d{4} against 1 to 7 \w+ \d{4}/).waitFor();
    await movers.getByRole('row').nth(1).waitFor();
    expect(await readable(page.getByTestId('answer'))).toMatch(/(up|down) [\d.]+\s% on 1 to 7 \w+ \d{4}/);
  });

  it('says what a page of whole months shows of other days', async () => {
    const page = await visit(`/statements?from=${before}-08&to=${before}-14`);
    await page.getByText(/^Shows \w+ \d{4}, the month of the end of the range/).waitFor();
    await open(page, `${url}/statements?period=${before}`);
    expect(await page.getByTestId('range-note').count()).toBe(0);
  });

  it('lists the decisions of the range, and all without one', async () => {
    const page = await visit('/decisions');
    expect(await label(page).innerText()).toBe('Any time');
    const [latest] = (await ask(url, listDecisions, { query: {} })).decisions;
    const day = latest?.at.slice(0, 10) ?? '';
    const range = { since: `${day}T00:00:00Z` };
    const { decisions } = await ask(url, listDecisions, { query: range });
    await open(page, `${url}/decisions?from=${day}&to=${day}`);
    await settled(page);
    expect(await page.locator('tbody').first().getByRole('row').count()).toBe(decisions.length);
    await open(page, `${url}/decisions?from=2020-01&to=2020-01`);
    await page.getByText('No decision matches.').waitFor();
  });

  it('has no fault that axe finds, and fits a phone', async () => {
    const page = await visit(`/costs?from=${before}-08&to=${before}-14&compare=custom`);
    await openDateRange(page);
    expect(await axeFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    const box = await page.getByRole('dialog', { name: 'Date range' }).boundingBox();
    expect((box?.x ?? -1) + (box?.width ?? 400)).toBeLessThanOrEqual(390);
  });
});
