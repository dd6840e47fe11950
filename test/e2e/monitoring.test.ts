import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateMonitor } from '../../src/mlops/monitoring/alerts/schema.ts';
import { recordLabels, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { listDriftWindows } from '../../src/mlops/quality/drift-windows/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { applicationWithRanker, type ServedApplication } from '../support/served.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const DAYS = 6;
const A_DAY = 200;
const MONITOR = {
  model: 'ranker',
  quality: { kind: 'classification' },
  drift: { reference: { first: A_DAY }, window: { predictions: A_DAY } },
  alerts: [
    { name: 'drifted', on: 'drift' },
    { name: 'silent', on: 'no_data', minutes: 600 },
  ],
};

/** Predictions of days that have ended, the last three of them of other people, and labels of all but the last day. */
function predictions() {
  const begin = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  return Array.from({ length: DAYS * A_DAY }, (_, at) => {
    const day = Math.floor(at / A_DAY);
    const moved = day >= 3;
    return {
      ...{ prediction: `p${at}`, model: 'ranker', modelVersion: '1', output: 'click', latencyMs: 4 + (at % 9) },
      predictedAt: new Date(begin + day * DAY_MS + (at % A_DAY) * 300_000).toISOString(),
      inputs: { age: ((at * 37) % 40) + (moved ? 45 : 20), country: at % 3 === 0 ? 'de' : 'fr' },
    };
  });
}

describe.skipIf(!hasChromium)('monitoring in the browser (skipped where Chromium is missing)', () => {
  let server: ServedApplication;
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
    server = await applicationWithRanker();
    await ask(server.url, recordPredictions, { body: { predictions: predictions() } });
    const labels = Array.from({ length: (DAYS - 1) * A_DAY }, (_, at) => ({
      prediction: `p${at}`,
      value: at % A_DAY < (at < 3 * A_DAY ? 180 : 130) ? 'click' : 'none',
    }));
    await ask(server.url, recordLabels, { body: { model: 'ranker', labels } });
    const document = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: 'ranker' }, spec: MONITOR };
    await applied(server.application, JSON.stringify(document));
    await ask(server.url, evaluateMonitor, { params: { monitor: 'ranker' } });
    const { windows } = await ask(server.url, listDriftWindows, { params: { monitor: 'ranker' } });
    expect(windows.length).toBeGreaterThanOrEqual(DAYS - 1);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function visit(path: string) {
    const visited = await newVisit(browser);
    await open(visited.page, `${server.url}${path}`);
    return visited;
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));

  it('gives a first monitor where there is none', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-monitors-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/monitoring`);
    expect(await answer(page)).toBe('No monitor yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard apply -f monitor.yaml');
    expect(await faultsFound(browser, `${empty.url}/monitoring`)).toEqual([]);
  });

  it('lists what is watched, and what is wrong', async () => {
    const { page, complaints } = await visit('/monitoring');
    await expect
      .poll(() => answer(page), { timeout: 120_000 })
      .toMatch(/^ranker v1: accuracy is 0\.\d+ of 1,000 predictions\. \d alerts? (is|are) open: .*drift/);
    const row = page.getByTestId('monitors').getByRole('row', { name: /^ranker/ });
    expect(await readable(row)).toMatch(/(unhealthy|degraded).*v1.*accuracy 0\.\d+.*1 of \d.*200.*0\s%/s);
    expect(complaints).toEqual([]);
  });

  it('opens a column from the strip by keyboard, and draws it now beside before', async () => {
    const { page, complaints } = await visit('/monitoring/ranker?tab=drift');
    const strip = page.getByRole('table', { name: 'Drift of ranker by column and window' });
    const cell = strip.getByRole('button', { name: /^inputs\.age, .*: drifted: / }).last();
    await cell.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**column=inputs.age**');
    const column = page.getByTestId('column');
    await column.getByRole('img', { name: /^Values of inputs\.age/ }).waitFor();
    expect(await readable(column)).toMatch(/drifted: .*against/s);
    await page.keyboard.press('ArrowLeft');
    expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toMatch(/^inputs\.age, /);
    expect(complaints).toEqual([]);
  });

  it('draws quality, labels, predictions and latency on one axis', async () => {
    const { page } = await visit('/monitoring/ranker?tab=quality');
    const chart = page.getByRole('img', { name: /^accuracy; Labeled, .*Latency in ms/ });
    await chart.locator('canvas').waitFor();
    await chart.hover({ position: { x: 200, y: 60 } });
    await page.getByText('Measured on labels').waitFor();
  });

  it('tells the values of an input apart', async () => {
    const { page } = await visit('/monitoring/ranker?tab=slices');
    await page.getByLabel('By', { exact: true }).selectOption('country');
    const slices = page.getByRole('table', { name: 'Slices by country' });
    await expect
      .poll(() => readable(slices.getByRole('row', { name: /^fr/ })))
      .toMatch(/fr\s+800.*0\.\d+ \(0\.\d+ to 0\.\d+\)/s);
  });

  it('evaluates the alerts on request', async () => {
    const { page, complaints } = await visit('/monitoring/ranker?tab=alerts');
    const evaluate = page.getByRole('button', { name: 'Evaluate now' });
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/monitors/ranker/evaluate'));
    await evaluate.click();
    expect((await answered).status()).toBe(200);
    await evaluate.and(page.locator(':enabled')).waitFor();
    expect(complaints).toEqual([]);
  });

  it('mutes an episode after saying what that does, and takes it back', async () => {
    const { page } = await visit('/monitoring/ranker?tab=alerts');
    await page.getByRole('button', { name: 'Mute drifted…' }).click({ timeout: 120_000 });
    const dialog = page.getByRole('dialog', { name: 'Mute drifted?' });
    expect(await dialog.getByRole('button', { name: /^Mute/ }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('a campaign');
    await dialog.getByLabel('Reason').press('Control+Enter');
    const notice = page.getByRole('status').filter({ hasText: 'drifted is muted until' });
    await notice.waitFor();
    await page.getByRole('button', { name: 'Unmute drifted' }).waitFor();
    await notice.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Mute drifted…' }).waitFor();
  });

  it('says in the first tab which version has each alert, and keeps the document behind the last', async () => {
    const { page, complaints } = await visit('/monitoring/ranker');
    const alerts = page.getByRole('table', { name: 'Open alerts of ranker' });
    expect(await readable(alerts.getByRole('row', { name: /^drifted/ }))).toMatch(/open.*v1.*Still open on v1/s);
    await page.getByRole('tab', { name: 'Set up' }).click();
    await page.waitForURL('**tab=setup**');
    expect(await readable(page.getByRole('figure', { name: 'A document for monitor.yaml' }))).toContain(
      'kind: Monitor',
    );
    expect(complaints).toEqual([]);
  });

  it.each([
    '/monitoring',
    '/monitoring/ranker',
    '/monitoring/ranker?column=inputs.age',
    '/monitoring/ranker?slice=country',
    '/monitoring/ranker?tab=alerts',
    '/monitoring/ranker?tab=setup',
  ])('has no fault that axe finds, and is read on a phone: %s', async (path) => {
    expect(await faultsFound(browser, `${server.url}${path}`)).toEqual([]);
  });
});
