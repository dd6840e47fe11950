import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listForecasts } from '../../src/finops/forecasts/schema.ts';
import { listModels } from '../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../src/tradeoff/decisions/schema.ts';
import { getProductionHealth } from '../../src/tradeoff/production-health/schema.ts';
import { listRecommendations } from '../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../../web/src/format/money.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, settled } from '../support/browser.ts';
import { ask, newestMonth, summaryOf } from './questions.ts';

/** Clicks from the overview to an answer. */
const MOST_CLICKS = 2;

describe.skipIf(!hasChromium)('from the overview, in two clicks at most (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit() {
    const { page } = await newVisit(browser);
    await open(page, url);
    await settled(page);
    const clicks: string[] = [];
    const follow = async (name: string, target: ReturnType<Page['locator']>, pattern: RegExp) => {
      clicks.push(name);
      expect(clicks.length, clicks.join(', ')).toBeLessThanOrEqual(MOST_CLICKS);
      await target.click();
      await page.waitForURL(pattern);
      await settled(page);
    };
    const tile = (title: string) => page.getByRole('region', { name: title, exact: true });
    return { page, follow, tile };
  }

  it('which model to ship: the version behind the alias', async () => {
    const { page } = await visit();
    const { models } = await ask(url, listModels, { query: {} });
    const newest = models.toSorted((a, b) => b.lastUpdatedAt.localeCompare(a.lastUpdatedAt))[0];
    const version = newest?.aliases.find(({ alias }) => alias === 'champion')?.version;
    await expect.poll(() => page.getByTestId('ship').textContent()).toBe(`Ship v${version}`);
  });

  it('why the better version was refused: cost per month against its limit', async () => {
    const { page, follow, tile } = await visit();
    const refused = page.getByTestId('refused');
    await refused.getByText('rejected').waitFor();
    const said = await readable(refused);
    const [, version] =
      /^v(\S+) ranks [\d.]+\s% better but costs .+ against a .+ limit\): rejected\.$/.exec(said) ?? [];
    const { decisions } = await ask(url, listDecisions, { query: { verdict: 'reject' } });
    const decision = decisions.find((one) => one.version === version);
    const failed = decision?.checks.find(({ holds, unit }) => holds === false && unit.endsWith('per month'));
    expect(said).toContain(`${formatMoney({ amount: failed?.bound ?? 'NaN', currency: 'USD' })} limit`);
    const link = tile('Models to decide on').getByRole('link', { name: `v${version}`, exact: true });
    await follow('the refused version', link, new RegExp(`/decisions/${decision?.decision}`));
    expect(await readable(page.getByTestId('answer'))).toMatch(/reject/i);
  });

  it('who spends most, and on what', async () => {
    const { page, follow, tile } = await visit();
    const month = await newestMonth(url);
    const { rows } = await summaryOf(url, { by: ['team'], period: month });
    const team = rows.find((row) => row.team !== null)?.team ?? '';
    const first = tile('Spend by team').getByRole('rowheader').first();
    expect(await readable(first)).toBe(team);
    await follow('the team', first.getByRole('link'), /\/costs\?/);
    const services = await summaryOf(url, { by: ['team', 'serviceName'], period: month, filter: [`team=${team}`] });
    expect(await readable(page.getByTestId('answer'))).toContain(services.rows[0]?.serviceName ?? '');
  });

  it('what to switch off, and what that saves', async () => {
    const { page, follow, tile } = await visit();
    const { recommendations, totals, lookedAt } = await ask(url, listRecommendations, { query: {} });
    const [largest] = recommendations;
    const savings = tile('Savings available');
    if (largest === undefined) {
      expect(lookedAt).not.toBeNull();
      await savings.getByText(/The last scan, .+, found nothing to switch off\./).waitFor();
      return;
    }
    const saved = page.getByTestId('savings').locator('data');
    expect(await saved.getAttribute('value')).toBe(totals[0]?.saving.monthly?.amount);
    const link = savings.getByRole('link', { name: largest.title, exact: true });
    await follow('the largest saving', link, /\/recommendations\//);
    expect(await readable(page.locator('main'))).toContain(largest.title);
    const { monthly } = largest.saving;
    expect(monthly).not.toBeNull();
    if (monthly !== null) expect(await readable(page.getByTestId('answer'))).toContain(formatMoney(monthly));
  });

  it('whether production is healthy', async () => {
    const { page } = await visit();
    const { headline } = await ask(url, getProductionHealth, { query: {} });
    await page.getByTestId('health').waitFor();
    expect(await readable(page.getByTestId('health'))).toBe(headline);
  });

  it('where the month lands', async () => {
    const { page, tile } = await visit();
    const { forecasts, standing } = await ask(url, listForecasts, { query: {} });
    const total = forecasts.find(({ level }) => level === 'total');
    const landing = tile('Month to date and landing');
    await landing.getByText(/lands at|Landing/).waitFor();
    if (total?.forecast == null) {
      await landing.getByText(total?.reason ?? 'No forecast').waitFor();
      return;
    }
    expect(standing).not.toBeNull();
    expect(await page.getByTestId('landing').getAttribute('value')).toBe(total.forecast.mean);
    expect(await readable(landing)).toMatch(/\$[\d,]+ to \$[\d,]+ \(80\s%\)/);
  });
});
