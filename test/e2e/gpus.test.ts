import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getGpuHeatMap, getGpuOutcomes, getGpuOwners, getGpuReadings } from '../../src/finops/gpu-usage/schema.ts';
import { sumDecimals } from '../../src/platform/units/schema.ts';
import { findRecommendations } from '../../src/tradeoff/recommendations/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload } from '../support/browser.ts';
import { axeFaultsAsShown } from './faults-found.ts';
import { ask } from './questions.ts';

/** The readings of the demo are in one month or in two; this includes all of them. */
const ALL = 'period=all';

describe.skipIf(!hasChromium)('GPUs in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string, look: Parameters<typeof newVisit>[1] = {}): Promise<Page> {
    const { page } = await newVisit(browser, look);
    await open(page, `${url}${path}`);
    return page;
  }
  const amounts = (page: Page, id: string, part: string) =>
    page
      .getByTestId(id)
      .locator(`${part} data`)
      .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));

  it('opens with what the time cost, and its tables add up to that', async () => {
    const owners = await ask(url, getGpuOwners, { query: { by: 'team' } });
    const page = await visit(`/gpus?${ALL}`);
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /^\$[\d,]+\.\d\d of time on 16 GPUs in all months: \d+\s% of it was used, \$[\d,.]+ was idle and \$[\d,.]+ was unallocated; team fraud had the most idle time/,
    );
    expect(await page.getByTestId('headline').locator('data').getAttribute('value')).toBe(owners.cost.paid);
    const used = /: (\d+)\s% of it was used/.exec(await readable(page.getByTestId('answer')))?.[1];
    expect(await readable(page.getByTestId('owners').locator('tfoot tr'))).toMatch(new RegExp(`${used}\\s%$`));
    const rows = page.getByTestId('owners').locator('tbody tr');
    expect(await rows.count()).toBe(owners.groupCount);
    const paid = await rows.evaluateAll((all) =>
      all.map((row) => [...row.querySelectorAll('data')].at(-1)?.getAttribute('value') ?? ''),
    );
    expect(sumDecimals(paid)).toBe(owners.cost.paid);
    expect((await amounts(page, 'owners', 'tfoot')).at(-1)).toBe(owners.cost.paid);
    expect((await amounts(page, 'outcomes', 'tfoot')).at(-1)).toBe(owners.cost.paid);
    const { outcomes } = await ask(url, getGpuOutcomes, {});
    expect(await page.getByTestId('outcomes').locator('tbody tr').count()).toBe(outcomes.length);
  });

  it('tells the same by run, with unknown owners and why, and leads to the run', async () => {
    const page = await visit(`/gpus?${ALL}`);
    await page
      .getByRole('region', { name: /^Idle GPU time/ })
      .getByLabel('By', { exact: true })
      .selectOption('run');
    await page.waitForURL(/by=run/);
    const table = page.getByTestId('owners');
    await table.getByRole('columnheader', { name: 'Run', exact: true }).waitFor();
    expect(await table.locator('[data-tip*="no work of this server"]').count()).toBe(1);
    await table.getByRole('link').first().click();
    await page.waitForURL(/\/runs\/[0-9a-f]+/);
  });

  it('opens the readings of a GPU from its row and from the map, with who held it', async () => {
    const { rows } = await ask(url, getGpuHeatMap, {});
    const gpu = rows[2]?.gpu ?? '';
    const page = await visit(`/gpus?${ALL}`);
    const map = page.getByRole('img', { name: /^Heat map/ });
    await map.hover({ position: { x: 20, y: 60 } });
    expect(await readable(page.getByTestId('pointed'))).toContain(gpu);
    await map.click({ position: { x: 20, y: 60 } });
    await page.waitForURL(/gpu=/);
    const panel = page.getByTestId('gpu');
    const { holders } = await ask(url, getGpuReadings, { query: { gpu } });
    await panel.getByTestId('holders').waitFor();
    expect(await panel.getByTestId('holders').locator('tbody tr').count()).toBe(holders.length);
    await panel.getByRole('button', { name: 'Close' }).click();
    await panel.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: rows[0]?.gpu ?? '' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: `GPU ${rows[0]?.gpu}` }).waitFor();
  });

  it('sorts its GPUs by price and use, and leads from an idle one to its saving', async () => {
    await ask(url, findRecommendations, { body: {} });
    const page = await visit(`/gpus?${ALL}&heat=table`);
    const fleet = page.getByTestId('fleet');
    await fleet.getByRole('button', { name: 'Used' }).click();
    await fleet.locator('th[aria-sort="descending"]').waitFor();
    await fleet.getByRole('button', { name: /^Used/ }).click();
    await fleet.locator('th[aria-sort="ascending"]').waitFor();
    expect(await readable(fleet.locator('tbody tr').first())).toMatch(/\$6\.88\s0\s%/);
    await fleet.getByRole('link', { name: /^Return it: saves \$[\d,]+ a month$/ }).click();
    await page.waitForURL('**/recommendations/rec_**');
  });

  it('turns pictures into tables, and saves CSV and PNG', async () => {
    const page = await visit(`/gpus?${ALL}&heat=table&efficiency=table`);
    expect(await page.getByTestId('fleet').locator('tbody tr').count()).toBe(16);
    expect(await page.getByTestId('efficiency').locator('tbody tr').count()).toBeGreaterThanOrEqual(14);
    const saved = async (name: RegExp) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('a, button').filter({ hasText: name }).first().click(),
      ]);
      return await readDownload(download);
    };
    expect((await saved(/^CSV of the owners/)).toString('utf8')).toMatch(/^team,kind,gpus,paidGpuHours/);
    expect((await saved(/^CSV of the outcomes/)).toString('utf8')).toMatch(/^outcome,owners,gpus/);
    expect((await saved(/^CSV of the heat map/)).toString('utf8').split('\r\n').length).toBeGreaterThan(1000);
    expect((await saved(/^PNG of the owners/)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('follows the team of the frame, and says what to do where nothing was read', async () => {
    const page = await visit(`/gpus?${ALL}&team=search`);
    expect(await readable(page.getByTestId('answer'))).toContain('2 GPUs');
    await page.goto(`${url}/gpus?period=2020-01`);
    const empty = page.getByTestId('empty');
    await empty.getByText('steelyard gpu import').first().waitFor();
    expect(await readable(page.getByTestId('answer'))).toBe('No GPU readings.');
  });

  it.each([
    [1440, 'light'],
    [390, 'dark'],
  ] as const)('has nothing that axe finds at %i pixels in %s, with a GPU open', async (width, scheme) => {
    const { rows } = await ask(url, getGpuHeatMap, {});
    const page = await visit(`/gpus?${ALL}&gpu=${rows[0]?.gpu}&by=team`, { width, scheme });
    expect(await axeFaultsAsShown(page)).toEqual([]);
  });

  it('opens with g and g', async () => {
    const page = await visit('/');
    for (const key of ['g', 'g']) await page.keyboard.press(key);
    await page.waitForURL('**/gpus**');
  });
});
