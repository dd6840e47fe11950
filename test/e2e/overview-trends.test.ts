import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getProductionHealth } from '../../src/tradeoff/production-health/schema.ts';
import { listRecommendations } from '../../src/tradeoff/recommendations/schema.ts';
import { connectBrowser, hasChromium, newVisit, open } from '../support/browser.ts';
import { ask } from './questions.ts';

describe.skipIf(!hasChromium)('the trends of the overview (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('are in the tiles of health, savings and models, with each bar in words', async () => {
    const { qualityTrend } = await ask(url, getProductionHealth, { query: {} });
    const { totals } = await ask(url, listRecommendations, { query: {} });
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/`);
    const trend = (tile: string) => page.getByRole('region', { name: tile, exact: true }).getByRole('img');
    const quality = trend('Production health');
    await expect
      .poll(() => quality.getAttribute('aria-label'))
      .toMatch(/by day: .*no measurement|by day: .*predictions/);
    // A bar for each day of two weeks: unknown days are gaps and not zeros.
    expect(await quality.locator('g').count()).toBe(14);
    expect(qualityTrend?.days.length).toBeGreaterThan(1);
    const missed = trend('Savings available');
    await expect.poll(() => missed.locator('g').count()).toBe(totals[0]?.byDay.length);
    const versions = trend('Models to decide on');
    await expect
      .poll(() => versions.getAttribute('aria-label'))
      .toMatch(/v\d+: \$[\d,.]+ a month, (promoted|rejected)/);
    expect(complaints).toEqual([]);
  });
});
