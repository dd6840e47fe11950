import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBrowser, hasChromium, newVisit, open, readable, settled } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaultsAsShown } from './faults-found.ts';

const EMPTY = [
  { path: '/costs', says: 'No bill has been imported yet', command: 'steelyard bill import bills/ --source aws' },
  {
    path: '/allocation',
    says: 'No bill has been imported yet, so nothing is allocated',
    command: 'steelyard bill import bills/ --source aws',
  },
  { path: '/deliveries', says: 'No bill has been delivered yet', command: 'steelyard bill import bills/ --source aws' },
  { path: '/statements', says: 'No bill has been imported yet', command: 'steelyard bill import bills/ --source aws' },
  { path: '/forecasts', says: 'No forecast yet', command: 'steelyard bill import bills/ --source aws' },
  { path: '/gpus', says: 'No GPU readings', command: 'steelyard gpu import utilization.csv' },
  { path: '/models', says: 'No model is registered yet', command: 'export MLFLOW_TRACKING_URI=' },
  {
    path: '/decisions',
    says: 'No decision yet',
    command: 'steelyard gate check MODEL VERSION --policy NAME',
  },
];

describe.skipIf(!hasChromium)('empty and broken states (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-empty-')));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it.each(EMPTY)('$path on an empty server says what it will show and the command that fills it', async (expected) => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}${expected.path}`);
    expect(await readable(page.getByTestId('answer'))).toContain(expected.says);
    expect(await readable(page.getByTestId('empty').first())).toContain(expected.command);
    expect(complaints).toEqual([]);
    expect(await axeFaultsAsShown(page)).toEqual([]);
  });

  it('names damaged data and the command that repairs it, and nothing where no damage is known', async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-damaged-'));
    await (await serveFolder(data))[Symbol.asyncDispose]();
    writeFileSync(join(data, 'journals', 'prediction', '00000000000001-a.jsonl'), '{"prediction":"hal\n');
    await using damaged = await serveFolder(data);
    const { page, complaints } = await newVisit(browser);
    await open(page, `${damaged.url}/`);
    const text = await readable(page.getByRole('region', { name: 'Damaged data' }));
    expect(text).toContain('1 damaged place in journals.');
    expect(text).toMatch(
      /prediction\/00000000000001-a\.jsonl\.19-0\.damaged: damaged bytes were isolated .*offset 0, 19.B/,
    );
    expect(text).toContain('steelyard verify --repair');
    expect([complaints, await axeFaultsAsShown(page)]).toEqual([[], []]);
    await open(page, `${server.url}/`);
    expect(await page.getByRole('region', { name: 'Damaged data' }).count()).toBe(0);
  });

  it('says what happened, with the request id, when the server fails, and recovers when tried again', async () => {
    const { page } = await newVisit(browser);
    const problem = { type: '/api/docs#error-internal', title: 'A bug', status: 500, code: 'internal' };
    const body = JSON.stringify({ ...problem, detail: 'Something went wrong in Steelyard.', requestId: 'req-42' });
    await page.route('**/api/v1/decisions*', (route) =>
      route.fulfill({ status: 500, contentType: 'application/problem+json', body }),
    );
    await open(page, `${server.url}/decisions`);
    const alert = page.getByRole('alert');
    expect(await readable(alert)).toContain('Something went wrong in Steelyard.');
    expect(await readable(alert)).toContain('req-42');
    await page.unroute('**/api/v1/decisions*');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('empty').waitFor();
  });

  it.each([
    ['/models/nobody', 'model_not_found'],
    ['/models/nobody/versions/1', 'model_not_found'],
    ['/decisions/dec_00000000000000000000', 'decision_not_found'],
  ])('%s, which does not exist, says so with its code', async (path, code) => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}${path}`);
    expect(await readable(page.getByRole('alert').first())).toContain(code);
    expect(await page.getByRole('alert').count()).toBe(1);
  });

  it.each([
    '/anomalies/an_0000000000000000',
    '/budgets/none',
    '/deliveries/d_00000000000000000000',
    '/endpoints/none',
    '/experiments/999',
    '/monitoring/none',
    '/pipelines/none',
    '/recommendations/rec_00000000000000000000',
    '/retraining/none',
    '/runs/00000000000000000000000000000000',
  ])('%s, which does not exist, says so once', async (path) => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}${path}`);
    await page.getByRole('alert').first().waitFor();
    await settled(page);
    expect(await page.getByRole('alert').count()).toBe(1);
  });

  it('opens its page for an address that it does not have, with status 404', async () => {
    const { page } = await newVisit(browser);
    const answer = await page.goto(`${server.url}/nope?period=2026-11`);
    expect(answer?.status()).toBe(404);
    await page.getByText('There is no page at this address.').waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Registry' }).click();
    await page.waitForURL('**/models**');
  });

  it('says that the server does not answer when it is gone', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/`);
    await page.route('**/api/v1/**', (route) => route.abort());
    await page.keyboard.press('g');
    await page.keyboard.press('m');
    await page.waitForURL('**/models**');
    await page.reload().catch(() => undefined);
    await page.getByText('The Steelyard server does not answer.').first().waitFor();
  });

  it('drops what an address says wrongly instead of failing', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/costs?metric=nonsense&period=2026-99&by=&view=x`);
    expect(await readable(page.getByTestId('answer'))).toContain('No bill has been imported yet');
    expect(complaints).toEqual([]);
  });
});
