import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getModelScorecard } from '../../src/tradeoff/scorecards/schema.ts';
import {
  connectBrowser,
  hasChromium,
  newVisit,
  open,
  readable,
  readDownload,
  shiftWhileOpening,
} from '../support/browser.ts';
import { axeFaults, LAYOUT_SHIFT, PHONE, sidewaysScroll } from './faults-found.ts';
import { ask } from './questions.ts';

const MEASURES = ['Cost', 'GPU hours', 'ROI', 'Quality', 'Latency p95', 'Drift'];
const TABS = ['Quality against cost', 'Versions', 'Evaluations', 'Decisions', 'Used by', 'Set up'];

describe.skipIf(!hasChromium)('scorecards in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(() => browser?.close());

  it('lists models with six measures that sort, and saves them with exact figures as CSV', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/models`);
    const table = page.getByTestId('models');
    const row = table.getByRole('row', { name: /^ranker/ });
    const { scorecard } = await ask(url, getModelScorecard, { params: { model: 'ranker' } });
    expect(await row.locator('data').first().getAttribute('value')).toBe(scorecard.cost.value);
    for (const name of MEASURES) {
      await table.getByRole('button', { name }).click();
      await table.getByRole('columnheader', { name, exact: false }).and(page.locator('[aria-sort]')).waitFor();
    }
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of the models' }).click(),
    ]);
    const [head = '', first = ''] = (await readDownload(csv)).toString().split('\r\n');
    expect(head).toMatch(/^model,team,project,current,aliases,status/);
    expect(first).toContain(String(scorecard.cost.value));
    await row.getByRole('link', { name: 'ranker', exact: true }).click();
    await page.waitForURL('**/models/ranker**');
    expect(complaints).toEqual([]);
  });

  it('opens a model with its verdict and six measures on one screen, and holds still', async () => {
    const { page } = await newVisit(browser);
    expect(await shiftWhileOpening(page, `${url}/models/ranker`)).toBeLessThan(LAYOUT_SHIFT);
    expect(await readable(page.getByTestId('answer'))).toMatch(/^Ship v\d+\. v\d+ is \d+\s% better .+: rejected\.$/);
    for (const name of MEASURES) await page.getByRole('region', { name, exact: true }).waitFor();
    const last = await page.getByRole('region', { name: 'Drift', exact: true }).boundingBox();
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThan(900);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('shows the days of the address', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${url}/models/ranker?from=2026-01-01&to=2026-01-31`);
    await page.getByText('1 Jan to 31 Jan', { exact: false }).first().waitFor();
  });

  it('reaches every tab of a model by keyboard, and keeps it in the address', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}/models/ranker`);
    await page.getByRole('tab', { name: 'Scorecard' }).focus();
    for (const name of TABS) {
      await page.keyboard.press('ArrowRight');
      await page.getByRole('tab', { name, selected: true }).waitFor();
      await page.waitForURL(/tab=/);
    }
    await page.reload();
    await page.getByRole('tab', { name: 'Set up', selected: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it.each(['/models', '/models/ranker'])('can be read on a phone without scrolling sideways: %s', async (path) => {
    const { page } = await newVisit(browser, PHONE);
    await open(page, `${url}${path}`);
    await page.locator('main data').first().waitFor();
    expect(await sidewaysScroll(page)).toEqual([]);
  });
});
