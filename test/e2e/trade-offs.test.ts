import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getFrontier, type ModelFrontier, type ModelFrontierPoint } from '../../src/tradeoff/frontier/schema.ts';
import { listPolicies } from '../../src/tradeoff/gates/schema.ts';
import {
  connectBrowser,
  hasChromium,
  newVisit,
  open,
  readable,
  settled,
  shiftWhileOpening,
} from '../support/browser.ts';
import { axeFaults, LAYOUT_SHIFT, PHONE, sidewaysScroll } from './faults-found.ts';
import { ask } from './questions.ts';

const MODEL = 'ranker';
const PAGE = `/trade-offs/${MODEL}`;

/** Exact values of the figures in an element, as decimals. */
async function readValues(element: Locator): Promise<(string | null)[]> {
  const figures = await element.locator('data').all();
  return Promise.all(figures.map((figure) => figure.getAttribute('value')));
}

/** Version of a point, or both of a cascade. */
function listVersions({ version, cascade }: ModelFrontierPoint): (string | null)[] {
  return cascade === null ? [version] : cascade.stages.map((stage) => stage.version);
}

describe.skipIf(!hasChromium)('trade-offs in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let frontier: ModelFrontier;
  beforeAll(async () => {
    browser = await connectBrowser();
    const { policies } = await ask(url, listPolicies, {});
    const policy = policies.find(({ spec }) => spec.model === MODEL)?.name;
    const query = policy === undefined ? {} : { policy };
    frontier = await ask(url, getFrontier, { params: { model: MODEL }, query });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const hasPoints = () => frontier.points.length > 0;
  const answer = (page: Page) => readable(page.getByTestId('answer'));

  it('lists the model and leads to its frontier, also by keyboard', async () => {
    const page = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL('**/trade-offs**');
    await settled(page);
    if (!hasPoints()) return expect(await readable(page.getByTestId('empty'))).toContain('steelyard evaluation import');
    await page.getByRole('table', { name: 'Models' }).getByRole('link', { name: MODEL, exact: true }).click();
    await page.waitForURL(`**${PAGE}**`);
  });

  it('answers first with the choice that the server makes', async () => {
    const page = await visit(PAGE);
    const text = await answer(page);
    if (!hasPoints()) return expect(text).toContain('No version of ranker has both');
    const { point, baseline } = frontier.cheapestNonInferior;
    const chosen = frontier.points.find((one) => one.point === point);
    expect(text).toMatch(/proven not worse|champion/);
    if (baseline !== null) expect(text).toContain(`v${baseline}`);
    for (const version of chosen === undefined ? [] : listVersions(chosen)) expect(text).toContain(`v${version}`);
  });

  it('shows the same points in the table as the server answers, with their statuses', async () => {
    const page = await visit(`${PAGE}?view=table`);
    if (!hasPoints()) return;
    const table = page.getByRole('region', { name: /^Points of ranker/ });
    const rows = table.locator('tbody tr:not([class*="spacer"])');
    expect(await rows.count()).toBe(frontier.points.length);
    for (const [index, point] of frontier.points.entries()) {
      const row = rows.nth(index);
      const text = await readable(row);
      for (const version of listVersions(point)) expect(text).toContain(`v${version}`);
      expect(text).toContain(point.status);
      const exact = await readValues(row);
      expect(exact).toContain(point.costPerMonth.amount);
      expect(exact).toContain(String(point.quality.estimate));
    }
  });

  it('sorts the table by cost, in both orders', async () => {
    const page = await visit(`${PAGE}?view=table`);
    if (!hasPoints()) return;
    const costs = frontier.points.map(({ costPerMonth }) => Number(costPerMonth.amount));
    const first = page.locator('tbody tr:not([class*="spacer"])').first();
    const firstCost = async () => (await readValues(first)).map(Number);
    const head = page.getByRole('button', { name: 'Cost a month' });
    await head.click();
    await expect.poll(firstCost).toContain(Math.max(...costs));
    await head.click();
    await expect.poll(firstCost).toContain(Math.min(...costs));
  });

  it('names every version that is no point, with the reason', async () => {
    const page = await visit(PAGE);
    if (frontier.leftOut.length === 0) return;
    const text = await readable(page.getByRole('table', { name: 'Not on the chart' }));
    for (const { version } of frontier.leftOut) expect(text).toContain(`v${version}`);
  });

  it('moves the trade price by keyboard, names the winner and keeps the price in the address', async () => {
    const page = await visit(PAGE);
    const winners = frontier.points.filter(({ tradePrice }) => tradePrice !== null);
    if (winners.length < 2) return;
    const slider = page.getByRole('slider', { name: 'Trade price' });
    await slider.press('Home');
    await page.waitForURL(/price=0/);
    const cheapest = winners.find(({ tradePrice }) => tradePrice?.from === '0');
    await expect
      .poll(() => slider.getAttribute('aria-valuetext'))
      .toContain(`v${cheapest && listVersions(cheapest)[0]}`);
    await slider.press('End');
    const mostExpensive = winners.find(({ tradePrice }) => tradePrice?.to === null);
    await expect
      .poll(() => slider.getAttribute('aria-valuetext'))
      .toContain(`v${mostExpensive && listVersions(mostExpensive)[0]}`);
  });

  it('takes policy and demand from the address, and puts a change there', async () => {
    const page = await visit(`${PAGE}?policy=none&demand=1000000`);
    expect(await page.getByLabel('Policy').inputValue()).toBe('none');
    const demand = page.getByLabel('Predictions a month');
    expect(await demand.inputValue()).toBe('1,000,000');
    await demand.fill('2,000,000');
    await demand.press('Enter');
    await page.waitForURL(/demand=2000000/);
  });

  it('computes a what-if from the address, with its assumptions, and clears it', async () => {
    const page = await visit(PAGE);
    const card = page.getByRole('region', { name: 'What-if' });
    await card.getByLabel('Traffic, times').fill('10');
    await card.getByRole('button', { name: 'Compute' }).click();
    await page.waitForURL(/traffic=10/);
    const effect = card.getByRole('table', { name: 'Effect of the change' });
    await effect.waitFor();
    expect(await readable(effect)).toMatch(/Now\s+Then\s+Difference/);
    expect(await effect.getByRole('row', { name: /^Cost a month/ }).count()).toBe(1);
    expect(await card.getByRole('heading', { name: /Assumptions|Missing evidence/ }).count()).toBeGreaterThan(0);
    await card.getByRole('button', { name: 'Clear' }).click();
    await effect.waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('traffic');
  });

  it('says that a model does not exist', async () => {
    const page = await visit('/trade-offs/nothing');
    expect(await readable(page.getByRole('alert').first())).toContain('model_not_found');
  });

  it('is read on a phone when versions have two configurations, whose names are long', async () => {
    const { page } = await newVisit(browser);
    await page.setViewportSize(PHONE);
    await page.route('**/api/v1/models/ranker/frontier?*', async (route) => {
      const answer = await route.fetch();
      const frontier = getFrontier.response.parse(await answer.json());
      const inOnes = frontier.points.map((one) => ({
        ...{ ...one, point: `${one.point}, in ones`, batchSize: 1 },
        ...{ status: 'dominated' as const, by: [one.point], tradePrice: null },
      }));
      await route.fulfill({ json: { ...frontier, points: [...frontier.points, ...inOnes] } });
    });
    await open(page, `${url}${PAGE}`);
    const names = page.getByRole('button', { name: /^v\d+ on .+, batches of \d+/ });
    expect(await names.count()).toBeGreaterThan(0);
    expect(await sidewaysScroll(page)).toEqual([]);
  });

  it.each(['/trade-offs', PAGE, `${PAGE}?view=table`, `${PAGE}?traffic=10`])(
    'holds still while it loads, has no fault that axe finds, and is read on a phone: %s',
    async (path) => {
      const { page } = await newVisit(browser);
      expect(await shiftWhileOpening(page, `${url}${path}`)).toBeLessThan(LAYOUT_SHIFT);
      expect([...(await sidewaysScroll(page)), ...(await axeFaults(page))]).toEqual([]);
      await page.setViewportSize(PHONE);
      await settled(page);
      expect([...(await sidewaysScroll(page)), ...(await axeFaults(page))]).toEqual([]);
    },
  );
});
