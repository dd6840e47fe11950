import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { listForecasts } from '../../src/finops/forecasts/schema.ts';
import { listModels } from '../../src/mlops/registry/schema.ts';
import { listDecisions } from '../../src/tradeoff/decisions/schema.ts';
import { getProductionHealth } from '../../src/tradeoff/production-health/schema.ts';
import { listRecommendations } from '../../src/tradeoff/recommendations/schema.ts';
import { formatMoney } from '../../web/src/format/money.ts';
import { open, readable, settled } from '../support/browser.ts';
import { ask, shownMonth, summaryOf } from './questions.ts';

/** Clicks from the overview to an answer. */
const MOST_CLICKS = 2;

interface Visit {
  readonly url: string;
  readonly page: Page;
  /** Clicks a link of the overview and waits for the page behind it. */
  follow(target: ReturnType<Page['locator']>, pattern: RegExp): Promise<void>;
  tile(title: string): ReturnType<Page['locator']>;
}

type Answer = (visit: Visit) => Promise<void>;

/** Questions of a newcomer; each reads the answer on the page and compares it with that of the server. */
const QUESTIONS: Readonly<Record<string, Answer>> = {
  'which model to ship: the version behind the alias': async ({ url, page }) => {
    const { models } = await ask(url, listModels, { query: {} });
    const newest = models.toSorted((a, b) => b.lastUpdatedAt.localeCompare(a.lastUpdatedAt))[0];
    const version = newest?.aliases.find(({ alias }) => alias === 'champion')?.version;
    await expect.poll(() => page.getByTestId('ship').textContent()).toBe(`Ship v${version}`);
  },

  'why the better version was refused: cost per month against its limit': async ({ url, page, follow, tile }) => {
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
    await follow(link, new RegExp(`/decisions/${decision?.decision}`));
    await expect.poll(() => readable(page.getByTestId('answer'))).toMatch(/reject/i);
  },

  'who spends most, and on what': async ({ url, page, follow, tile }) => {
    const month = await shownMonth(url);
    const { rows } = await summaryOf(url, { by: ['team'], period: month });
    const team = rows.find((row) => row.team !== null)?.team ?? '';
    const first = tile('Spend by team').getByRole('rowheader').first();
    await expect.poll(() => readable(first)).toBe(team);
    await follow(first.getByRole('link'), /\/costs\?/);
    const services = await summaryOf(url, { by: ['team', 'serviceName'], period: month, filter: [`team=${team}`] });
    await expect.poll(() => readable(page.getByTestId('answer'))).toContain(services.rows[0]?.serviceName ?? '');
  },

  'what to switch off, and what that saves': async ({ url, page, follow, tile }) => {
    const { recommendations, totals, lookedAt } = await ask(url, listRecommendations, { query: {} });
    const [largest] = recommendations;
    const savings = tile('Savings available');
    if (largest === undefined) {
      expect(lookedAt).not.toBeNull();
      await savings.getByText(/The last scan, .+, found nothing to switch off\./).waitFor();
      return;
    }
    const saved = page.getByTestId('savings').locator('data');
    await expect.poll(() => saved.getAttribute('value')).toBe(totals[0]?.saving.monthly?.amount);
    const link = savings.getByRole('link', { name: largest.title, exact: true });
    await follow(link, /\/recommendations\//);
    await page.locator('main').getByText(largest.title).first().waitFor();
    const { monthly } = largest.saving;
    expect(monthly).not.toBeNull();
    if (monthly !== null) await expect.poll(() => readable(page.getByTestId('answer'))).toContain(formatMoney(monthly));
  },

  'whether production is healthy': async ({ url, page }) => {
    // It is judged at each request, and windows of predictions become complete in the meantime.
    const isSame = async () => {
      await open(page, url);
      const shown = await readable(page.getByTestId('health'));
      return shown === (await ask(url, getProductionHealth, { query: {} })).headline;
    };
    await expect.poll(isSame).toBe(true);
  },

  'where the month lands': async ({ url, page, tile }) => {
    const { forecasts, standing } = await ask(url, listForecasts, { query: {} });
    const total = forecasts.find(({ level }) => level === 'total');
    const landing = tile('Month to date and landing');
    await landing.getByText(/lands at|Landing/).waitFor();
    if (total?.forecast == null) {
      await landing.getByText(total?.reason ?? 'No forecast').waitFor();
      return;
    }
    expect(standing).not.toBeNull();
    await expect.poll(() => page.getByTestId('landing').getAttribute('value')).toBe(total.forecast.mean);
    expect(await readable(landing)).toMatch(/\$[\d,]+ to \$[\d,]+ \(80\s%\)/);
  },
};

export const NEWCOMER_QUESTIONS = Object.keys(QUESTIONS);

/** Answers a question from the overview, in two clicks at most; the number of clicks. */
export async function answerQuestion(url: string, question: string, page: Page): Promise<number> {
  await open(page, url);
  let clicks = 0;
  await QUESTIONS[question]?.({
    ...{ url, page },
    async follow(target, pattern) {
      clicks += 1;
      await target.click();
      await page.waitForURL(pattern);
      await settled(page);
    },
    tile: (title) => page.getByRole('region', { name: title, exact: true }),
  });
  expect(clicks, question).toBeLessThanOrEqual(MOST_CLICKS);
  return clicks;
}
