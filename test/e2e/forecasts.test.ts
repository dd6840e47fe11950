import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listForecasts } from '../../src/finops/forecasts/schema.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import {
  connectBrowser,
  hasChromium,
  type Look,
  newVisit,
  open,
  readable,
  readDownload,
  shiftWhileOpening,
} from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaultsAsShown, faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const STEELYARD = join(import.meta.dirname, '..', '..', 'bin', 'steelyard');
const DAYS = 120;
const LAYOUT_SHIFT = 0.02;

const dayText = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Two teams of a steady week; the last two days may still grow. */
function bill(now: number): string {
  const lines = Array.from({ length: DAYS }, (_, index) => {
    const day = dayText(now - (DAYS - index) * DAY_MS);
    const isQuiet = [0, 6].includes(new Date(day).getUTCDay());
    return [
      ['search', isQuiet ? 60 : 100 + (index % 5)],
      ['recs', isQuiet ? 20 : 40 + (index % 3)],
    ].map(([team, cost]) => `${cost},${cost},USD,${day.slice(0, 7)}-01,${day},EC2,"{""team"": ""${team}""}"`);
  });
  return `BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,Tags\n${lines.flat().join('\n')}\n`;
}

const RULES = `apiVersion: steelyard/v1
kind: AllocationRules
metadata: {name: rules}
spec: {rules: [{name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}'}}]}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: everything}
spec: {subject: {}, amount: '2000', currency: USD}
---
apiVersion: steelyard/v1
kind: Budget
metadata: {name: recs}
spec: {subject: {team: recs}, amount: '9000', currency: USD}
`;

describe.skipIf(!hasChromium)('forecasts in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-forecasts-'));
  beforeAll(async () => {
    server = await serveFolder(join(folder, 'data'));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Runs a command on the server and returns its output. */
  const run = (...words: string[]) =>
    new Promise<string>((resolve, reject) => {
      execFile(STEELYARD, [...words, '--url', server.url], (error, out, problem) =>
        error === null ? resolve(out) : reject(new Error(problem)),
      );
    });
  async function visit(path: string, look: Look = {}) {
    const visited = await newVisit(browser, look);
    await open(visited.page, `${server.url}${path}`);
    return visited;
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));
  const total = async () =>
    Number((await ask(server.url, listForecasts, { query: { level: 'total' } })).forecasts[0]?.forecast?.mean);

  it('says what it will show, and how to fill it', async () => {
    const { page, complaints } = await visit('/forecasts');
    expect(await answer(page)).toBe('No forecast yet.');
    expect(await readable(page.getByTestId('empty').first())).toContain('steelyard bill import');
    expect(complaints).toEqual([]);
  });

  it('opens with the month, its interval and its budget, and leads from a team to its forecast', async () => {
    writeFileSync(join(folder, 'rules.yaml'), RULES);
    writeFileSync(join(folder, 'bill.csv'), bill(Date.now()));
    await run('apply', '-f', join(folder, 'rules.yaml'));
    await run('bill', 'import', join(folder, 'bill.csv'), '--source', 'aws');
    await run('forecast', 'make');
    const { page, complaints } = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.waitForURL('**/forecasts*');
    await expect
      .poll(() => answer(page))
      .toMatch(
        /^\$[\d,.]+ so far in \w+, (?:to \d+ \w+|no day complete); forecast \$[\d,]+ \(\$[\d,]+ to \$[\d,]+\), \d+\s% over the budget of \$2,000; (over 99|100)\s% chance to exceed, about \d+ \w+( \(.+\))?\.$/,
      );
    expect(await page.getByTestId('forecasts').locator('tbody th a').allInnerTexts()).toEqual([
      ...['everything', 'recs'],
      ...['Everything', 'search', 'recs'],
    ]);
    await page.getByLabel('Level', { exact: true }).selectOption('team');
    const rows = page.getByTestId('forecasts').locator('tbody th a');
    await expect.poll(() => rows.allInnerTexts()).toEqual(['Everything', 'search', 'recs']);
    await rows.getByText('recs').click();
    await expect
      .poll(() => answer(page))
      .toMatch(
        /so far by team recs in \w+, (?:to \d+ \w+|no day complete); .* under the budget of \$9,000; .* chance to exceed/,
      );
    await page.getByText('Forecast of team recs').waitFor();
    expect(new URL(page.url()).searchParams.get('key')).toBe('recs');
    const facts = page.getByRole('region', { name: 'Forecast accuracy' });
    await facts.getByRole('button', { name: 'Show the forecast accuracy' }).click();
    await expect.poll(() => readable(facts)).toMatch(/Error of the total of the forecast days\n+[\d.]+\s%/);
    await page.getByRole('button', { name: 'Days' }).click();
    await page.getByRole('img', { name: /daily cost of team recs/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is saved as CSV and PNG', async () => {
    const { page } = await visit('/forecasts?level=team&key=search');
    const saved = async (name: string) => {
      const button = page.getByRole(name.startsWith('PNG') ? 'button' : 'link', { name });
      const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
      return await readDownload(download);
    };
    expect((await saved('CSV of the days')).toString().split('\r\n')[0]).toBe(
      'day,currency,kind,amount,mean,lo80,hi80,lo95,hi95,windowToDay',
    );
    expect((await saved('CSV of all forecasts')).toString()).toContain('\r\nbudget,everything,USD,');
    expect((await saved('PNG of the forecast')).subarray(1, 4).toString()).toBe('PNG');
  });

  it('takes a known change in, shows the month with and without it, and takes it back', async () => {
    const before = await total();
    const { page, complaints } = await visit('/forecasts');
    await page.getByRole('button', { name: 'Add change…' }).click();
    const form = page.getByRole('dialog', { name: 'Add known change' });
    const add = form.getByRole('button', { name: 'Add' });
    await form.getByLabel('Description').fill('endpoint for search');
    await form.getByLabel('Daily change in USD').fill('5 €');
    await form.getByText(/exact decimal/).waitFor();
    expect(await add.isDisabled()).toBe(true);
    await form.getByLabel('Daily change in USD').fill('50');
    await form.getByLabel('Scope').selectOption('team');
    await form.getByLabel('Name').fill('search');
    await form.getByLabel('Name').press('Control+Enter');
    await form.waitFor({ state: 'detached' });
    await page.getByRole('status').getByText('“endpoint for search” was added.').waitFor();
    await page.getByRole('table', { name: 'Known changes' }).getByText('+$50.00').waitFor();
    await expect.poll(total, { timeout: 15_000 }).toBeGreaterThan(before + 49);
    await page.getByText(/Of everything it is \+\$[\d,.]+ in the days to come/).waitFor();
    await page.getByText('without known changes').first().waitFor();
    expect(await faultsFound(browser, `${server.url}/forecasts`)).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('No known change has been added.').waitFor();
    await expect.poll(total, { timeout: 15_000 }).toBeCloseTo(before, 1);
    expect(complaints).toEqual([]);
  });

  it('follows the team in view, and a budget leads to it', async () => {
    const { page } = await visit('/budgets/recs');
    await page.getByRole('link', { name: 'Forecast', exact: true }).click();
    await page.waitForURL('**/forecasts*');
    await expect.poll(() => answer(page)).toContain('of budget recs');
    await page.getByLabel('Team', { exact: true }).selectOption('search');
    await expect.poll(() => answer(page)).toContain('by team search');
  });

  it('has no fault that axe finds in the form, and nothing moves while it loads', async () => {
    const { page } = await newVisit(browser);
    expect(await shiftWhileOpening(page, `${server.url}/forecasts`)).toBeLessThan(LAYOUT_SHIFT);
    await page.getByRole('button', { name: 'Add change…' }).click();
    const form = page.getByRole('dialog', { name: 'Add known change' });
    await form.getByRole('button', { name: 'factor' }).click();
    await form.getByLabel('Daily factor').fill('0');
    await form.getByText('a factor above 0 other than 1').waitFor();
    expect(await axeFaultsAsShown(page)).toEqual([]);
  });
});
