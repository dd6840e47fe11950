import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listRuns } from '../../src/mlops/runs/schema.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { formatMoney } from '../../web/src/format/money.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { ask } from './questions.ts';

const STEELYARD = join(import.meta.dirname, '..', '..', 'bin', 'steelyard');
/** Requests of the checklist's Python example as MLflow's client sends them; test/interop runs the client itself. */
const CLIENT = `
const { MLFLOW_TRACKING_URI, MLFLOW_RUN_ID } = process.env;
async function post(path, body) {
  const answer = await fetch(MLFLOW_TRACKING_URI + '/api/2.0/mlflow/runs/' + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: MLFLOW_RUN_ID, ...body }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
await post('update', { status: 'RUNNING' });
await post('set-tag', { key: 'steelyard.team', value: 'search' });
await post('log-parameter', { key: 'depth', value: '6' });
await post('log-metric', { key: 'auc', value: 0.87, timestamp: Date.now(), step: 0 });
await post('update', { status: 'FINISHED', end_time: Date.now() });
`;

describe.skipIf(!hasChromium)('the first run of an empty server (skipped where Chromium is missing)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-first-run-'));
  const script = join(folder, 'train.mjs');
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(script, CLIENT);
    server = await serveFolder(join(folder, 'data'));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const step = (page: Page) => page.getByRole('listitem', { name: /^Point MLflow here/ });

  /** Executes the command that the step shows, with the tracking URI that it shows. */
  async function execute(page: Page): Promise<void> {
    const [, tracking] = /export MLFLOW_TRACKING_URI=(\S+)/.exec(await readable(step(page))) ?? [];
    const command = await step(page)
      .locator('code', { hasText: /^steelyard run/ })
      .textContent();
    const words = (command ?? '').split(' ').slice(1);
    const replaced = words.map((word) => ({ python: process.execPath, 'train.py': script })[word] ?? word);
    await promisify(execFile)(STEELYARD, replaced, {
      env: { ...processEnvironment(), STEELYARD_URL: tracking },
    });
  }

  it('ticks the step of the open checklist, which leads to the run with its metered cost', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/`);
    await step(page).getByText(': to do').waitFor({ state: 'attached' });
    await execute(page);
    await step(page).getByText(': done').waitFor({ state: 'attached' });
    const { runs } = await ask(server.url, listRuns, { query: {} });
    expect(runs).toMatchObject([{ status: 'FINISHED', metrics: { auc: 0.87 }, cost: { total: { basis: 'metered' } } }]);
    const cost = runs[0]?.cost.total.cost;
    if (cost == null) throw new Error('the run has no cost');
    expect(Number(cost.amount)).toBeGreaterThan(0);

    await step(page).getByRole('link', { name: 'Open the experiments' }).click();
    await page.getByRole('rowheader').getByRole('link', { name: 'Default', exact: true }).click();
    // The list of experiments has the same cost and other row headers.
    const run = `/runs/${runs[0]?.runId}`;
    const row = page.getByRole('row').filter({ has: page.locator(`a[href*="${run}"]`) });
    await row
      .locator(`data[value="${cost.amount}"]`, { hasText: formatMoney(cost) })
      .first()
      .waitFor();
    await row.getByRole('rowheader').getByRole('link').first().click();
    await page.waitForURL(`**${run}*`);
    const answer = page.getByTestId('answer');
    await answer.getByText('auc', { exact: true }).waitFor();
    await expect.poll(() => readable(answer)).toContain(`for ${formatMoney(cost)}`);
    await answer.getByLabel(/^Metered/).waitFor();
    expect(complaints).toEqual([]);
  });
});
