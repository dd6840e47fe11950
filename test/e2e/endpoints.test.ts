import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, settled } from '../../src/mlops/testing/serving.ts';
import { connectBrowser, hasChromium, type Look, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { applicationWithRanker, MACHINE_PRICE, type ServedApplication } from '../support/served.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const onnx = (version: string) => ({ model: 'ranker', version, backend: 'onnx' });
const SPLIT = {
  description: 'Ranks what the shop shows',
  variants: { main: onnx('1'), canary: onnx('2') },
  traffic: { weights: { main: 90, canary: 10 } },
};
const REQUESTS = 30;

describe.skipIf(!hasChromium)('endpoints in the browser (skipped where Chromium is missing)', () => {
  let server: ServedApplication;
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
    server = await applicationWithRanker();
    const { application } = server;
    await applied(application, MACHINE_PRICE);
    await appliedEndpoint(application, 'ranker', { ...SPLIT, variants: { main: onnx('1') }, traffic: {} });
    await appliedEndpoint(application, 'ranker', SPLIT);
    await registeredFiles(application, 'ranker', { 'model.onnx': 'not a graph' });
    await appliedEndpoint(application, 'broken', { variants: { main: onnx('3') } });
    for (let count = 0; count < REQUESTS; count += 1) await predicted('{"inputs": [[1, 2]]}');
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const predicted = (body: string, path = '/serve/ranker/invocations') =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  async function visit(path: string, look: Look = {}) {
    const visited = await newVisit(browser, look);
    await open(visited.page, `${server.url}${path}`);
    return visited;
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));
  const weightsNow = async () => {
    const { variants } = await ask(server.url, getEndpoint, { params: { endpoint: 'ranker' } });
    return Object.fromEntries(variants.map(({ variant, weight }) => [variant, weight]));
  };

  it('gives a first endpoint where there is none', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-endpoints-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/endpoints`);
    expect(await answer(page)).toBe('No endpoint yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard endpoint apply -f endpoint.yaml --wait');
    expect(await faultsFound(browser, `${empty.url}/endpoints`)).toEqual([]);
  });

  it('lists what is served, at which shares, and what failed', async () => {
    const { page, complaints } = await visit('/endpoints');
    await expect
      .poll(() => answer(page), { timeout: 60_000 })
      .toMatch(/^2 endpoints: 1 healthy and 1 unhealthy\. broken: The newest revision failed: .*exit code 1/);
    const row = page.getByTestId('endpoints').getByRole('row', { name: /^ranker/ });
    expect(await readable(row)).toMatch(
      /healthy.*main version 1, canary version 2.*main 90\s%, canary 10\s%.*ms.*0\s%/s,
    );
    expect(complaints).toEqual([]);
    await row.getByRole('link', { name: 'ranker', exact: true }).click();
    await page.waitForURL('**/endpoints/ranker**');
  });

  it('says what answers, what it was asked and what 1,000 cost', async () => {
    const { page, complaints } = await visit('/endpoints/ranker?tab=versions');
    await expect
      .poll(() => answer(page), { timeout: 60_000 })
      .toMatch(
        /^ranker version 1 \(90\s%\) and ranker version 2 \(10\s%\) answer: \d+ predictions at \$[\d,.]+ per 1M including idle time\.$/,
      );
    const variants = page.getByRole('table', { name: 'Variants of ranker' });
    expect(await readable(variants.getByRole('row', { name: /^canary/ }))).toMatch(/ranker version 2.*10\s%.*1 of 1/s);
    expect(complaints).toEqual([]);
    await variants.getByRole('link', { name: 'ranker version 2' }).click();
    await page.waitForURL('**/models/ranker/versions/2**');
    await page.getByRole('link', { name: 'ranker', exact: true }).first().waitFor();
  });

  it('says in the first tab how it is, and where its cost comes from in another', async () => {
    const { page, complaints } = await visit('/endpoints/ranker');
    const status = page.getByRole('region', { name: 'Status' });
    await expect.poll(() => readable(status), { timeout: 60_000 }).toMatch(/0 of \d+ requests failed in the last hour/);
    expect(await readable(status)).toMatch(/Ready 2 of 2.*In flight 0, queued 0.*p50, p95, p99/s);
    await page.getByRole('tab', { name: 'Cost' }).click();
    const costs = page.getByRole('table', { name: 'Cost of ranker' });
    await costs.getByRole('button', { name: 'Cost per 1M' }).click();
    await expect.poll(() => readable(costs.getByRole('row', { name: /^canary/ }))).toMatch(/ranker v2/);
    expect(complaints).toEqual([]);
  });

  it('draws what was measured on one axis of time, and lists it', async () => {
    const { page } = await visit('/endpoints/ranker?tab=traffic');
    const chart = page.getByRole('img', { name: /^Requests, latency, errors, replicas and cost by time: [1-9]/ });
    await chart.locator('canvas').waitFor({ timeout: 120_000 });
    const box = await chart.boundingBox();
    await chart.hover({ position: { x: (box?.width ?? 0) - 20, y: 60 } });
    await page.getByText('Replicas that answer').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.waitForURL('**view=table**');
    const rows = page.getByRole('region', { name: /^Steps of ranker/ });
    await expect.poll(() => readable(rows.getByRole('row', { name: /main, version 1/ }).first())).toMatch(/\d/);
  });

  it('changes the shares after saying what they come to, and takes that back', async () => {
    const { page } = await visit('/endpoints/ranker?tab=versions');
    await page.getByRole('button', { name: 'Change shares…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the shares of ranker' });
    await dialog.getByLabel('Weight of main').fill('-1');
    expect(await dialog.getByRole('button', { name: 'Change' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Weight of main').fill('1');
    await dialog.getByLabel('Weight of canary').fill('3');
    await expect.poll(() => readable(dialog.getByRole('row', { name: /^canary/ }))).toMatch(/10\s%.*75\s%/s);
    await dialog.getByLabel('Weight of canary').press('Control+Enter');
    const notice = page.getByRole('status').filter({ hasText: 'Traffic shares now' });
    await notice.waitFor();
    expect(await readable(notice)).toMatch(/main 25\s%, canary 75\s%\. Before: main 90\s%, canary 10\s%/);
    await settled(server.application, 'ranker');
    expect(await weightsNow()).toEqual({ main: 0.25, canary: 0.75 });
    await notice.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(weightsNow, { timeout: 60_000 }).toEqual({ main: 0.9, canary: 0.1 });
  });

  it('rolls back after saying what answers then, and takes that back', async () => {
    const { page } = await visit('/endpoints/ranker?tab=versions');
    await page.getByRole('button', { name: 'Roll back to revision 1…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll back ranker to revision 1?' });
    expect(await readable(dialog)).toMatch(
      /main version 1, canary version 2.*After, as in revision 1\s+version 1\s+all to main/s,
    );
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    const notice = page.getByRole('status').filter({ hasText: 'Rolling back to revision 1' });
    await notice.waitFor();
    await expect.poll(weightsNow, { timeout: 60_000 }).toEqual({ main: 1 });
    await expect.poll(() => answer(page), { timeout: 30_000 }).toMatch(/^ranker version 1 answers/);
    await notice.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(weightsNow, { timeout: 60_000 }).toEqual({ main: 0.9, canary: 0.1 });
  });

  it('keeps what was asked when the server refuses', async () => {
    const { page } = await visit('/endpoints/ranker');
    await page.route('**/api/v1/endpoints/ranker/rollback', (route) => route.abort());
    await page.getByRole('button', { name: 'Roll back…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await dialog.getByRole('alert').getByText('does not answer').waitFor();
  });

  it.each([
    ['MLflow', '/serve/ranker/invocations'],
    ['TensorFlow Serving, KServe v1', '/serve/ranker/v1/models/ranker:predict'],
    ['Open Inference v2', '/serve/ranker/v2/models/ranker/infer'],
  ])('gives a line for %s that is answered as it stands', async (protocol, path) => {
    const { page } = await visit('/endpoints/ranker?tab=setup');
    await page.getByText('the shape of the model inputs').waitFor();
    await page.getByRole('button', { name: protocol }).click();
    const line = await readable(page.getByTestId('curl'));
    expect(line).toContain(`curl ${server.url}${path}`);
    const answered = await predicted(/-d '(.*)'/.exec(line)?.[1] ?? '', path);
    expect(answered.status).toBe(200);
  });

  it('says why a revision did not get ready', async () => {
    const { page } = await visit('/endpoints/broken?tab=versions');
    expect(await answer(page)).toBe('No replica answers: revision 1 did not become ready.');
    expect(await readable(page.getByRole('table', { name: 'Revisions of broken' }))).toMatch(/failed.*exit code 1/s);
  });

  it('says that an endpoint does not exist', async () => {
    const { page } = await visit('/endpoints/nobody');
    expect(await answer(page)).toContain('nobody');
    expect(await readable(page.getByRole('alert').first())).toContain('endpoint_not_found');
  });

  it('is found by keyboard, from a model, and from the palette', async () => {
    const { page } = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('n');
    await page.waitForURL('**/endpoints**');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search pages/ }).fill('ranker endpoint');
    await page.getByRole('option', { name: 'ranker Endpoint', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/endpoints/ranker**');
    await open(page, `${server.url}/models/ranker/versions/1?tab=lineage`);
    await page.getByRole('link', { name: 'ranker', exact: true }).last().click();
    await page.waitForURL('**/endpoints/ranker**');
  });

  it.each(['/endpoints', '/endpoints/ranker', '/endpoints/ranker?tab=versions'])(
    'has no fault that axe finds, holds still while it loads, and is read on a phone: %s',
    async (path) => {
      expect(await faultsFound(browser, `${server.url}${path}`)).toEqual([]);
    },
  );

  it.each(['/endpoints/ranker?view=table', '/endpoints/ranker?tab=cost', '/endpoints/broken'])(
    'has no fault that axe finds, and is read on a phone: %s',
    async (path) => {
      expect(await faultsFound(browser, `${server.url}${path}`, { mayMove: true })).toEqual([]);
    },
  );

  it.each(['Change shares…', 'Roll back…'])('has no fault while it asks: %s', async (name) => {
    const before = (page: Page) => page.getByRole('button', { name }).click();
    expect(await faultsFound(browser, `${server.url}/endpoints/ranker?tab=versions`, { before })).toEqual([]);
  });
});
