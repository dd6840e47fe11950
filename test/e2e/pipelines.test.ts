import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPipelineRun, isOver, type PipelineRun, startPipelineRun } from '../../src/mlops/pipelines/schema.ts';
import { newRepository } from '../../src/mlops/testing/triggers.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { EXAMPLE } from '../../web/src/pipelines/example.ts';
import { connectBrowser, hasChromium, type Look, newVisit, open, readable, readDownload } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaults, faultsFound } from './faults-found.ts';
import { manyStepsRun, pipelinesText } from './pipelines-data.ts';
import { ask } from './questions.ts';

/** Amount of the budget `tight`. */
const TIGHT_USD = 4;

describe.skipIf(!hasChromium)('pipelines in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  /** A step of `ranking` continues when this folder contains the file that its run names. */
  const signals = mkdtempSync(join(tmpdir(), 'steelyard-signals-'));
  const signal = (name: string) => join(signals, name);
  const give = (name: string) => writeFileSync(signal(name), '');
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-pipelines-')));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function visit(path: string, look: Look = {}) {
    const { page, complaints } = await newVisit(browser, look);
    await open(page, `${server.url}${path}`);
    return { page, complaints };
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));
  const node = (page: Page, step: string) => page.locator(`[data-step="${step}"]`);
  const apply = (text: string) =>
    ask(server.url, postApply, { body: { documents: [{ file: 'pipeline.yaml', text }] } });
  const start = (pipeline: string, params: PipelineRun['params'] = {}) =>
    ask(server.url, startPipelineRun, { params: { pipeline }, body: { params } });
  async function ended(pipeline: string, run: string): Promise<PipelineRun> {
    const now = () => ask(server.url, getPipelineRun, { params: { pipeline, run } });
    await expect.poll(async () => isOver((await now()).state), { timeout: 60_000 }).toBe(true);
    return now();
  }

  it('gives a first pipeline that works', async () => {
    const { page } = await visit('/pipelines');
    expect(await answer(page)).toBe('No pipeline has been applied yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard apply -f pipeline.yaml');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    const text = (await readDownload(download)).toString();
    expect(text).toBe(EXAMPLE);
    await apply(text);
    const { run } = await start('training');
    expect((await ended('training', run)).state).toBe('succeeded');
  });

  it('runs one from the list with typed parameters, shows it live, and follows its log', async () => {
    await apply(pipelinesText(signal('first')));
    const { page, complaints } = await visit('/pipelines');
    await page.getByRole('button', { name: 'Run ranking…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run ranking?' });
    expect(await dialog.getByLabel('rows').inputValue()).toBe('3');
    expect(await dialog.getByLabel('quick').isChecked()).toBe(false);
    await dialog.getByLabel('rows').fill('many');
    expect(await dialog.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true);
    await dialog.getByLabel('rows').fill('4');
    await dialog.getByLabel('rows').press('Control+Enter');
    await page.waitForURL('**/pipelines/ranking/runs/1');
    await node(page, 'train').getByText('running').waitFor();
    expect(await readable(node(page, 'prepare'))).toContain('succeeded');
    expect(await readable(node(page, 'report'))).toContain('waiting');
    await node(page, 'train').click();
    const log = page.getByRole('region', { name: 'Log of train' });
    await log.getByText('4 rows, waiting').waitFor();
    expect(await readable(page.getByTestId('log-stage'))).toBe('1 line, following');
    expect(await answer(page)).toMatch(/^1 of 3 steps done in .*; train running\.$/);
    give('first');
    await log.getByText('trained').waitFor();
    await node(page, 'report').getByText('succeeded').waitFor();
    await expect.poll(() => answer(page)).toMatch(/^It succeeded after .* at \$0\.\d+: 3 steps completed\.$/);
    expect(await readable(page.getByTestId('log-stage'))).toBe('2 lines, complete');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^Download/ }).click(),
    ]);
    expect((await readDownload(download)).toString()).toBe('4 rows, waiting\ntrained\n');
    const tries = page.getByRole('table', { name: 'Attempts of train' });
    expect(await readable(tries.getByRole('row').nth(1))).toMatch(/succeeded, exit code 0.*\$0\.\d+/s);
    expect(complaints).toEqual([]);
    await page.getByTestId('step').getByRole('link').first().click();
    await page.waitForURL('**/runs/*');
  });

  it('says of a step why it was not made again', async () => {
    const { run } = await start('ranking', { rows: 4 });
    expect((await ended('ranking', run)).state).toBe('succeeded');
    const { page } = await visit('/pipelines/ranking/runs/2?step=prepare');
    expect(await readable(page.getByTestId('step'))).toContain('cached: nothing changed since ranking #1');
    expect(await readable(node(page, 'prepare'))).toContain('cached');
    expect(await answer(page)).toMatch(/: 0 steps completed and 3 reused from the cache\.$/);
  });

  it('stops a run after asking, and goes on from it with what went well', async () => {
    await start('ranking', { rows: 5, go: signal('never') });
    const { page, complaints } = await visit('/pipelines/ranking/runs/3');
    await node(page, 'train').getByText('running').waitFor();
    await page.getByRole('button', { name: 'Stop…' }).click();
    const stop = page.getByRole('dialog', { name: 'Stop #3 of ranking?' });
    await expect.poll(() => readable(stop)).toContain('1 running step will be stopped');
    await stop.getByRole('button', { name: 'Stop run' }).click();
    await page.getByRole('button', { name: 'Resume…' }).waitFor();
    expect(await answer(page)).toMatch(/^It was stopped after .*: train \(by local\); 1 step did not start\.$/);
    expect(await readable(node(page, 'report'))).toContain('skipped');
    await page.getByRole('button', { name: 'Resume…' }).click();
    const resume = page.getByRole('dialog', { name: 'Resume #3 of ranking?' });
    await expect.poll(() => readable(resume)).toContain('reuses 1 completed step at no cost');
    await resume.getByLabel('go').fill(signal('first'));
    await resume.getByRole('button', { name: 'Resume' }).click();
    await page.waitForURL('**/pipelines/ranking/runs/4');
    await expect
      .poll(() => answer(page))
      .toMatch(/^It succeeded after .*: 1 step completed and 2 reused from the cache\.$/);
    expect(complaints).toEqual([]);
    await page
      .getByRole('link', { name: /^[0-9a-f]{8}$/ })
      .last()
      .click();
    await expect.poll(() => answer(page)).toMatch(/^It was stopped/);
  });

  it('says why it could not begin, and keeps what was typed', async () => {
    const { page } = await visit('/pipelines/ranking');
    await page.route('**/api/v1/pipelines/ranking/runs', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 409,
            contentType: 'application/problem+json',
            json: {
              type: '/api/docs#error-pipeline_run_full',
              code: 'pipeline_run_full',
              status: 409,
              title: 'Full',
              detail: 'Run #4 of "ranking" is active.',
              requestId: 'r',
            },
          })
        : route.continue(),
    );
    await page.getByRole('button', { name: 'Run…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run ranking?' });
    await dialog.getByLabel('rows').fill('6');
    await dialog.getByRole('button', { name: 'Run' }).click();
    await dialog.getByRole('alert').getByText('is active').waitFor();
    expect(await dialog.getByLabel('rows').inputValue()).toBe('6');
  });

  it('runs a pipeline that is read from Git at the commit that is asked for', async () => {
    const repository = newRepository();
    const older = repository.commit({ 'a.txt': 'older' });
    repository.commit({ 'a.txt': 'newer' });
    await apply(
      `{apiVersion: steelyard/v1, kind: Pipeline, metadata: {name: from-git}, spec: {source: {git: ${repository.folder}, ref: main}, steps: {say: {run: cat a.txt}}}}`,
    );
    for (const look of [{}, { width: 390 }] satisfies Look[]) {
      const { page, complaints } = await visit('/pipelines/from-git', look);
      await page.getByRole('button', { name: 'Run…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Run from-git?' });
      expect(await dialog.getByLabel('Code').getAttribute('placeholder')).toBe('main');
      expect(await axeFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    }
    const { page } = await visit('/pipelines/from-git');
    await page.getByRole('button', { name: 'Run…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Run from-git?' });
    await dialog.getByLabel('Code').fill(older);
    await dialog.getByRole('button', { name: 'Run' }).click();
    await page.waitForURL('**/pipelines/from-git/runs/1');
    expect((await ended('from-git', '1')).commit).toBe(older);
  });

  it('shows every run with its cost, as a table, as CSV, and as bars that lead to them', async () => {
    const { page } = await visit('/pipelines/ranking');
    expect(await answer(page)).toMatch(
      /^Its latest run, #4, succeeded after .* at \$0\.\d+; 3 of the latest 4 succeeded\.$/,
    );
    const runs = page.getByRole('region', { name: /^Runs of ranking/ });
    const names = () => runs.getByRole('link').allInnerTexts();
    expect(await names()).toEqual(['#4', '#3', '#2', '#1']);
    expect(await readable(runs.getByRole('row', { name: /^#3/ }))).toMatch(
      /stopped.*1 of 3; 1 unsuccessful, 1 skipped/s,
    );
    expect(await readable(runs.getByRole('row', { name: /^#4/ }))).toContain('resumed #3');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^CSV/ }).click(),
    ]);
    const [header, newest] = (await readDownload(download)).toString().split('\r\n');
    expect(header).toContain('pipeline,number,run,state,cause');
    expect(newest).toMatch(/^ranking,4,[0-9a-f]{32},succeeded,resumed #3,local,/);
    const chart = page.getByRole('img', { name: /^Duration by run: #1 .*, #4 / });
    await chart.locator('canvas').waitFor();
    const box = await chart.boundingBox();
    await chart.click({ position: { x: (box?.width ?? 0) * 0.93, y: (box?.height ?? 0) * 0.6 } });
    await page.waitForURL('**/pipelines/ranking/runs/4');
  });

  it('names the budget that stopped a step, and leads to it', async () => {
    const { run } = await start('costly');
    expect((await ended('costly', run)).state).toBe('stopped');
    const { page } = await visit('/pipelines/costly/runs/1');
    // The cost depends on the moment at which the step is stopped; the budget bounds it.
    const [, cost] = /^It was stopped after .* at \$([\d.]+): burn \(budget tight\)\.$/.exec(await answer(page)) ?? [];
    expect(Number(cost)).toBeGreaterThan(0);
    expect(Number(cost)).toBeLessThanOrEqual(TIGHT_USD);
    await page.getByTestId('answer').getByRole('link', { name: 'tight' }).click();
    await page.waitForURL('**/budgets/tight');
  });

  it('says that a hard budget refused a run before it spent anything, and the budget lists the refusal', async () => {
    const { run } = await start('unaffordable');
    expect(await ended('unaffordable', run)).toMatchObject({ state: 'stopped', cost: null });
    const { page, complaints } = await visit('/pipelines/unaffordable/runs/1');
    expect(await answer(page)).toMatch(
      /^Refused before it spent anything: train\. Budget "spent-up" has too little left to begin this .+ Raise it, or wait for its next window\.$/,
    );
    await page.getByTestId('answer').getByRole('link', { name: 'spent-up' }).click();
    await page.waitForURL('**/budgets/spent-up');
    const answered = page.getByTestId('answer');
    await expect.poll(() => readable(answered)).toContain('1 request refused');
    expect(complaints).toEqual([]);
  });

  it('keeps up with a long log, and keeps the page small', async () => {
    const { run } = await start('chatty');
    await ended('chatty', run);
    const { page } = await visit('/pipelines/chatty/runs/1?step=print');
    await expect
      .poll(() => readable(page.getByTestId('log-stage')), { timeout: 20_000 })
      .toBe('120,001 lines, complete');
    const log = page.getByRole('region', { name: 'Log of print' });
    await log.getByText('line 120000 of many', { exact: false }).waitFor();
    await log.getByText(/^wide x+$/).waitFor();
    expect(await log.locator('[data-index]').count()).toBeLessThan(200);
    const overflow = await log.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await log.press('Home');
    await log.getByText('line 1 of many', { exact: false }).first().waitFor();
  });

  it('draws a thousand steps of a matrix as one, and lists them', async () => {
    const { page } = await newVisit(browser);
    await page.route('**/api/v1/pipelines/sweep/runs/1', (route) => route.fulfill({ json: manyStepsRun(1000) }));
    await open(page, `${server.url}/pipelines/sweep/runs/1`);
    await node(page, 'train').waitFor();
    expect(await page.locator('[data-step]').count()).toBe(3);
    expect(await readable(node(page, 'train'))).toMatch(/train\s+× 1000.*990 of 1000, 10 unsuccessful/s);
    await node(page, 'train').click();
    const list = page.getByRole('region', { name: /^Steps of train/ });
    await list.getByRole('button', { name: 'State' }).click();
    await list
      .getByRole('row', { name: /exit code 1/ })
      .first()
      .waitFor();
    expect(await list.getByRole('row').count()).toBeLessThan(100);
    await list.getByRole('button', { name: 'train[n=100]', exact: true }).click();
    await page.getByTestId('step').getByText('exit code 1').first().waitFor();
    await page.getByRole('button', { name: 'All of train' }).click();
    await list.waitFor();
  });

  it('can be read and used by keyboard alone', async () => {
    const { page } = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await page.waitForURL('**/pipelines**');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search pages/ }).fill('ranking');
    await page
      .getByRole('option', { name: /ranking/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/pipelines/ranking**');
    await page.getByRole('region', { name: /^Runs of ranking/ }).focus();
    for (const key of ['ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL('**/pipelines/ranking/runs/*');
    await page.getByRole('button', { name: 'Table' }).press('Enter');
    await page.getByRole('region', { name: /^Steps of #/ }).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('heading', { name: 'train' }).waitFor();
  });

  it('says that a pipeline, or a run, does not exist', async () => {
    const pipeline = await visit('/pipelines/nobody');
    expect(await answer(pipeline.page)).toContain('There is no pipeline "nobody"');
    const run = await visit('/pipelines/ranking/runs/99');
    expect(await answer(run.page)).toContain('has no run 99');
  });

  const PAGES = [
    '/pipelines',
    '/pipelines/ranking',
    '/pipelines/ranking/runs/3?step=train',
    '/pipelines/ranking/runs/4?step=prepare&view=table',
  ];

  it.each(PAGES)(
    'has no fault that axe finds, holds still while it loads, and can be read on a phone: %s',
    async (path) => {
      expect(await faultsFound(browser, `${server.url}${path}`)).toEqual([]);
    },
  );
});
