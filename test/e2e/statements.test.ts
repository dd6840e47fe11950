import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getStatement, listIssuedStatements, listStatements } from '../../src/finops/statements/schema.ts';
import { decimal } from '../../src/platform/units/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { openDateRange } from './date-range.ts';
import { ask, newestMonth, summaryOf } from './questions.ts';

describe.skipIf(!hasChromium)('statements in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  /** The oldest month, which is closed, and the newest, which runs. */
  let closed: string;
  let running: string;
  beforeAll(async () => {
    server = await demoApplication();
    browser = await connectBrowser();
    running = await newestMonth(server.url);
    closed = (await summaryOf(server.url, { by: ['month'] })).rows.map(({ month }) => month ?? '').sort()[0] ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const month = (period: string) => ask(server.url, listStatements, { query: { period } });
  const issued = async () => (await ask(server.url, listIssuedStatements, { query: { period: closed } })).statements;

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}${path}`);
    return page;
  }

  it('shows a line a team, and that all of them with what nobody pays are the bill', async () => {
    const { statements, bill } = await month(closed);
    const page = await visit(`/statements?period=${closed}`);
    const rows = page.getByTestId('teams').locator('tbody tr');
    expect(await rows.count()).toBe(statements.length);
    for (const [index, statement] of statements.entries()) {
      const row = rows.nth(index);
      expect(await readable(row)).toContain(statement.team ?? 'unallocated');
      expect(await row.locator('data').first().getAttribute('value')).toBe(statement.totals[0]?.effectiveCost);
    }
    const total = await page.getByTestId('statements-total').locator('data').getAttribute('value');
    expect(total).toBe(bill[0]?.effectiveCost);
    const check = page.getByTestId('sum-check');
    expect(await readable(check)).toContain('equal to the last digit, billed and effective');
    expect(await check.locator('data').last().getAttribute('value')).toBe(bill[0]?.effectiveCost);
  });

  it('shows the statement of a team: how it came, its pools, its charges, its services, and what it stands on', async () => {
    const facts = await ask(server.url, getStatement, { params: { team: 'search' }, query: { period: closed } });
    const page = await visit(`/statements?period=${closed}`);
    await page.getByTestId('teams').getByRole('link', { name: 'search' }).click();
    await page.waitForURL(/team=search/);
    await page.getByTestId('ways').waitFor();
    const first = (id: string) => page.getByTestId(id).locator('tbody data').first().getAttribute('value');
    expect(await first('ways')).toBe(facts.ways[0]?.effectiveCost);
    expect(await first('charges')).toBe(facts.charges[0]?.effectiveCost);
    expect(await page.getByTestId('pools').locator('tbody tr').count()).toBe(facts.pools.length);
    expect(await page.getByTestId('by-service').locator('tfoot data').getAttribute('value')).toBe(
      facts.totals[0]?.effectiveCost,
    );
    const stands = page.getByRole('region', { name: 'Basis' });
    await stands.getByRole('link', { name: `version ${facts.rulesVersion}` }).waitFor();
    await stands
      .getByRole('link', { name: facts.deliveries[0]?.slice(0, 10) ?? '' })
      .first()
      .click();
    await page.waitForURL(`**/deliveries/${facts.deliveries[0]}**`);
  });

  it('follows the cost, the month and the team, all in the address', async () => {
    const page = await visit(`/statements?period=${closed}&team=search`);
    await page.getByRole('group', { name: 'Cost', exact: true }).getByRole('button', { name: 'Billed' }).click();
    await page.waitForURL(/cost=billed/);
    const facts = await ask(server.url, getStatement, { params: { team: 'fraud' }, query: { period: running } });
    const dialog = await openDateRange(page);
    await dialog.getByLabel('Month', { exact: true }).selectOption(running);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByLabel('Team').selectOption('fraud');
    await page.waitForURL(/team=fraud/);
    await page.getByText('Team fraud pays').waitFor();
    const shown = page.getByTestId('headline').locator('data');
    await expect.poll(() => shown.getAttribute('value')).toBe(facts.totals[0]?.billedCost);
  });

  it('sorts the teams by their cost, and back', async () => {
    const { statements } = await month(closed);
    const page = await visit(`/statements?period=${closed}`);
    const head = page.getByTestId('teams').getByRole('button', { name: 'Cost' });
    const amounts = () =>
      page
        .getByTestId('teams')
        .locator('tbody tr td:nth-child(2) data')
        .evaluateAll((of) => of.map((one) => one.getAttribute('value')));
    const sorted = statements
      .map(({ totals }) => totals[0]?.effectiveCost ?? '')
      .toSorted((a, b) => decimal(b).comparedTo(a));
    await head.click();
    expect(await amounts()).toEqual(sorted);
    await head.click();
    expect(await amounts()).toEqual(sorted.toReversed());
  });

  it('sorts the services of a team by a column, with the keyboard, and keeps the total', async () => {
    const page = await visit(`/statements?period=${closed}&team=search`);
    const services = page.getByTestId('by-service');
    const head = services.getByRole('button', { name: 'Cost' });
    const amounts = () =>
      services.locator('tbody tr td:nth-child(2) data').evaluateAll((of) => of.map((one) => one.getAttribute('value')));
    await head.waitFor();
    const total = await services.locator('tfoot data').getAttribute('value');
    const ascending = (await amounts()).toSorted((a, b) => decimal(a ?? 0).comparedTo(b ?? 0));
    expect(ascending.length).toBeGreaterThan(1);
    await head.press('Enter');
    await services.locator('th[aria-sort="descending"]').waitFor();
    await head.press('Enter');
    await services.locator('th[aria-sort="ascending"]').waitFor();
    expect(await amounts()).toEqual(ascending);
    expect(await services.locator('tfoot data').getAttribute('value')).toBe(total);
  });

  it('says why the rest is unallocated', async () => {
    const page = await visit(`/statements?period=${closed}`);
    await page.getByTestId('teams').getByRole('link', { name: 'unallocated' }).click();
    await page.waitForURL(/of=unallocated/);
    await page
      .getByRole('region', { name: 'Reasons for the unallocated cost' })
      .getByText('no rule matches it')
      .waitFor();
  });

  it('does not issue a month that runs', async () => {
    const page = await visit(`/statements?period=${running}&ask=issue`);
    const dialog = page.getByRole('dialog', { name: /^Issue the statements/ });
    expect(await readable(dialog)).toContain('is not over');
    expect(await dialog.getByRole('button', { name: /^Issue them/ }).isDisabled()).toBe(true);
  });

  it('shows what would be issued before it is, issues it once, and says that it is final', async () => {
    const { statements } = await month(closed);
    const page = await visit(`/statements?period=${closed}`);
    await page.getByRole('button', { name: /^Issue…/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Issue the statements/ });
    const lines = dialog.getByTestId('to-issue').locator('tbody tr');
    await expect.poll(() => lines.count()).toBe(statements.length);
    const [total] = statements[0]?.totals ?? [];
    expect(await lines.first().locator('data').first().getAttribute('value')).toBe(total?.billedCost);
    expect(await lines.first().locator('data').last().getAttribute('value')).toBe(total?.effectiveCost);
    expect(await readable(dialog)).toContain('can only be corrected by a new one');
    expect(await issued()).toEqual([]);
    await dialog.getByLabel(/^Reason/).fill('first chargeback');
    await dialog.getByRole('button', { name: /^Issue them/ }).click();
    await dialog.waitFor({ state: 'detached' });
    const made = await issued();
    expect(made).toHaveLength(statements.length);
    await expect.poll(() => page.getByTestId('issued').locator('tbody tr').count()).toBe(made.length);
    await page.getByText('There is nothing to correct.').waitFor();
    expect(await page.getByRole('button', { name: /^Issue…/ }).isDisabled()).toBe(true);
  });

  it('opens an issued statement as it was, to read, to print, and as CSV', async () => {
    const one = (await issued()).find(({ team }) => team === 'search');
    const page = await visit(`/statements?period=${closed}`);
    await page.getByRole('link', { name: `No. ${one?.number}`, exact: true }).click();
    await page.waitForURL(new RegExp(`number=${one?.number}`));
    await page.getByText('It is final').waitFor();
    const headline = await page.getByTestId('headline').locator('data').getAttribute('value');
    expect(headline).toBe(one?.totals[0]?.effectiveCost);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^CSV of/ }).click(),
    ]);
    const csv = (await readDownload(download)).toString();
    expect(csv).toContain(decimal(one?.totals[0]?.effectiveCost ?? '').toFixed());
    await page.getByRole('button', { name: 'Read and print…' }).click();
    const paper = page.frameLocator('iframe[title^="Statement no."]');
    await paper
      .getByText(/search/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Print', exact: true }).waitFor();
  });

  it('opens with g and s', async () => {
    const page = await visit('/');
    for (const key of ['g', 's']) await page.keyboard.press(key);
    await page.waitForURL('**/statements**');
  });
});
