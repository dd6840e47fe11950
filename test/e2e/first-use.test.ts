import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { DEMO_STEPS } from '../../examples/recommender/demo/recorded/steps.ts';
import { replayAll } from '../../examples/recommender/demo/server.testing.ts';
import { importBill, listDeliveries } from '../../src/finops/billing/schema.ts';
import { listBudgets } from '../../src/finops/budgets/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listPipelines } from '../../src/mlops/pipelines/schema.ts';
import { listModels } from '../../src/mlops/registry/schema.ts';
import { listEndpoints } from '../../src/mlops/serving/schema.ts';
import { verifyDecisions } from '../../src/tradeoff/decisions/chain/schema.ts';
import { getDemoData } from '../../src/tradeoff/demo-data/schema.ts';
import { getFirstUse } from '../../src/tradeoff/first-use/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, settled } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaultsAsShown } from './faults-found.ts';
import { answerQuestion, NEWCOMER_QUESTIONS } from './newcomer-questions.ts';
import { ask } from './questions.ts';

const COLUMNS =
  'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,SubAccountId,ServiceName,Tags';
const tagged = (cost: number, team: string) => (_: unknown, index: number) => {
  const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T00:00:00Z`;
  const tags = `"{""team"":""${team}""}"`;
  return [cost, cost, 'USD', day(1), day(index + 1), day(index + 2), 'a-1', 'Compute', tags].join();
};
const TAGGED = `${[COLUMNS, ...Array.from({ length: 10 }, tagged(30, 'search')), ...Array.from({ length: 10 }, tagged(10, 'ads'))].join('\n')}\n`;

describe.skipIf(!hasChromium)('the first use of an empty server (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-first-')));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const step = (page: Page, name: string) => page.getByRole('listitem', { name: new RegExp(`^${name}`) });
  const done = (page: Page, name: string) => step(page, name).getByText(': done');
  const firstUse = () => ask(server.url, getFirstUse, {});

  it('opens a checklist at / and at /first-use, with what can be copied', async () => {
    const { page, complaints } = await newVisit(browser);
    for (const path of ['/', '/first-use']) {
      await open(page, `${server.url}${path}`);
      expect(await readable(page.getByTestId('answer'))).toContain('This server is empty');
      expect(await page.getByTestId('first-steps').getByRole('listitem').count()).toBe(5);
    }
    expect(await readable(step(page, 'Point MLflow here'))).toContain(`export MLFLOW_TRACKING_URI=${server.url}`);
    expect(await readable(step(page, 'Invite people'))).toContain('without accounts');
    expect([complaints, await axeFaultsAsShown(page)]).toEqual([[], []]);
  });

  it('hides the checklist when asked, and keeps it at its own address', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/`);
    await page.getByRole('button', { name: 'Hide this list' }).click();
    await page.getByTestId('first-steps').waitFor({ state: 'detached' });
    await open(page, `${server.url}/`);
    expect(await page.getByTestId('first-steps').count()).toBe(0);
    await open(page, `${server.url}/first-use`);
    expect(await page.getByTestId('first-steps').count()).toBe(1);
  });

  it('fills every page with demo data, refuses real data meanwhile, and removes them without a trace', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/`);
    const begun = performance.now();
    await page.getByRole('button', { name: 'Load the demo data' }).click();
    await page.getByRole('link', { name: 'Open the overview' }).waitFor();
    await done(page, 'Load the demo data').waitFor({ timeout: 150_000 });
    console.log(`demo data in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    expect(await ask(server.url, getDemoData, {})).toMatchObject({
      state: 'loaded',
      step: DEMO_STEPS.length,
      failure: null,
    });
    await page.getByRole('link', { name: 'Open the overview' }).click();
    await page.getByRole('complementary', { name: 'Demo data' }).waitFor();
    for (const [path, says] of PAGES_ANSWER) {
      await open(page, `${server.url}${path}`);
      expect(await readable(page.getByTestId('answer'))).toMatch(says);
    }
    for (const question of NEWCOMER_QUESTIONS) await answerQuestion(server.url, question, page);
    expect((await ask(server.url, listModels, {})).models.map(({ name }) => name)).toEqual(['ranker']);
    expect(await ask(server.url, verifyDecisions, { query: {} })).toMatchObject({ intact: true, rows: 6 });
    for (const { recorded, onServer, exported } of await replayAll(createDemoClient(server.url))) {
      expect([onServer, exported]).toMatchObject(Array(2).fill({ isSame: true, verdict: recorded }));
    }
    const upload = { source: 'aws', files: [{ upload: `u_${'0'.repeat(32)}`, name: 'a.csv' }] };
    await expect(ask(server.url, importBill, { body: upload })).rejects.toThrow(/demo_data_loaded/);
    await page.getByRole('complementary', { name: 'Demo data' }).getByRole('link', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove the demo data…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await page.getByRole('button', { name: 'Load the demo data' }).waitFor();
    expect(await firstUse()).toMatchObject({ empty: true, demo: 'none' });
    expect((await ask(server.url, listDeliveries, {})).deliveries).toEqual([]);
    expect((await ask(server.url, listModels, {})).models).toEqual([]);
    expect((await ask(server.url, listEndpoints, {})).endpoints).toEqual([]);
    expect((await ask(server.url, listPipelines, {})).pipelines).toEqual([]);
    expect(complaints.filter((text) => !/ERR_|Failed to load/.test(text))).toEqual([]);
  });

  it('ticks the steps that are done: a bill to its allocated chart in five clicks, and a budget', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/`);
    const begun = performance.now();
    await step(page, 'Upload a bill').getByRole('link').click();
    const file = { name: 'aws-2026-11.csv', mimeType: 'text/csv', buffer: Buffer.from(TAGGED) };
    await page.getByLabel('Choose files…').setInputFiles(file);
    expect(await page.getByLabel('Source', { exact: true }).inputValue()).toBe('aws');
    await page.getByRole('button', { name: 'Upload and import' }).click();
    await page.getByTestId('upload-result').waitFor();
    await page.getByRole('button', { name: 'Assign cost by this tag' }).click();
    await page.getByText('Everything is allocated.').waitFor();
    await page.getByRole('link', { name: 'Show cost by team' }).click();
    await page.waitForURL(/\/costs\?.*by=team/);
    await page
      .getByTestId('answer')
      .getByText(/search is 75\s%/)
      .waitFor();
    await settled(page);
    console.log(`a bill to its chart: 5 clicks, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    const { rows } = await ask(server.url, costSummary, { query: { by: 'team', metric: 'effectiveCost' } });
    expect(rows.map(({ team, amount }) => [team, Number(amount)])).toEqual([
      ['search', 300],
      ['ads', 100],
    ]);
    await open(page, `${server.url}/first-use`);
    await done(page, 'Upload a bill').waitFor();
    await page.getByLabel('Per month').fill('500');
    await page.getByRole('button', { name: 'Set the budget' }).click();
    await done(page, 'Set a budget').waitFor();
    expect((await ask(server.url, listBudgets, {})).budgets.map(({ name }) => name)).toEqual(['everything']);
    expect(await readable(step(page, 'Load the demo data'))).toContain('This server has data: 1 bill, 1 budget');
    expect(complaints).toEqual([]);
  });
});

const PAGES_ANSWER: readonly (readonly [path: string, says: RegExp])[] = [
  ['/costs?period=all', /of effective cost/],
  ['/models', /1 registered model/],
  ['/decisions', /6 decisions: 2 promoted/],
  ['/gpus?period=all', /16 GPUs/],
  ['/recommendations', /^Savings available: \$/],
  ['/monitoring', /ranker v\d+: ndcg@10 is 0\.\d+/],
  ['/budgets', /4 budgets/],
  ['/deliveries', /1 closed period has changed/],
];
