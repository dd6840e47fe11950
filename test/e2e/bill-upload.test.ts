import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listDeliveries } from '../../src/finops/billing/schema.ts';
import { billText, dailyRows } from '../../src/testing/application.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaultsAsShown } from './faults-found.ts';
import { ask } from './questions.ts';

const BILL = billText(...dailyRows(10, { cost: '12', account: 'a-1', service: 'Compute' }));
const OTHER = billText(...dailyRows(3, { cost: '7', account: 'b-9', service: 'Storage', period: '2026-08' }));
const HOSTILE = '../../<img src=x onerror=alert(1)>';

interface File {
  readonly name: string;
  readonly content: string | Buffer;
}

const REFUSED: readonly (readonly [what: string, file: File, says: RegExp])[] = [
  ['an empty file', { name: 'a.csv', content: '' }, /a\.csv is empty \(0 bytes\)/],
  ['another format', { name: 'bill.pdf', content: '%PDF-1.7' }, /bill\.pdf is not a bill file/],
  [
    'a gzip that was cut off',
    { name: 'a.csv.gz', content: gzipSync(BILL.repeat(50)).subarray(0, 60) },
    /a\.csv\.gz ends in the middle of its compressed data/,
  ],
  [
    'bytes that are no text',
    { name: 'a.csv', content: Buffer.from([0x61, 0xff, 0xfe, 0x0a]) },
    /a\.csv, line 1: bytes/,
  ],
  ['a table of something else', { name: 'a.csv', content: 'city,people\nOslo,700000\n' }, /a\.csv.*column/],
  ['a hostile name', { name: `${HOSTILE}.csv`, content: 'city\nOslo\n' }, /onerror=alert\(1\)>\.csv/],
];

describe.skipIf(!hasChromium)('the upload of a bill (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-upload-')));
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const deliveries = async () => (await ask(server.url, listDeliveries, {})).deliveries;

  async function visit() {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/deliveries/upload`);
    return { page, complaints };
  }

  async function choose(page: Page, { name, content }: File, source = 'aws'): Promise<void> {
    const buffer = typeof content === 'string' ? Buffer.from(content) : content;
    await page.getByLabel('Choose files…').setInputFiles({ name, mimeType: 'text/csv', buffer });
    await page.getByLabel('Source', { exact: true }).fill(source);
  }

  const send = (page: Page) => page.getByRole('button', { name: 'Upload and import' }).click();

  it.each(REFUSED)('refuses %s with one clear sentence, and stores nothing', async (_what, file, says) => {
    const { page } = await visit();
    await choose(page, file);
    const button = page.getByRole('button', { name: 'Upload and import' });
    if (await button.isEnabled()) await button.click();
    const alert = page.getByRole('alert');
    await alert.getByText(says).waitFor();
    expect(await page.locator('img[src="x"]').count()).toBe(0);
    expect(await deliveries()).toEqual([]);
  });

  it('refuses a file over the limit of the server before it is sent', async () => {
    const { page } = await newVisit(browser);
    await page.route('**/api/v1/uploads/limit', (route) => route.fulfill({ json: { maxSizeBytes: 100 } }));
    await open(page, `${server.url}/deliveries/upload`);
    await choose(page, { name: 'a.csv', content: BILL });
    expect(await readable(page.getByRole('alert'))).toContain('this server takes files of at most 100');
    expect(await page.getByRole('button', { name: 'Upload and import' }).isDisabled()).toBe(true);
  });

  it('says that an upload was cut off, and sends the same files again', async () => {
    const { page } = await visit();
    await page.route('**/api/v1/uploads?*', (route) => route.abort('connectionreset'));
    await choose(page, { name: 'a.csv', content: 'city\nOslo\n' });
    await send(page);
    await page.getByRole('alert').getByText('The upload of a.csv was cut off. Nothing was stored.').waitFor();
    expect(await deliveries()).toEqual([]);
    await page.unroute('**/api/v1/uploads?*');
    await page.getByRole('button', { name: 'Send again' }).click();
    await page
      .getByRole('alert')
      .getByText(/column/)
      .waitFor();
  });

  it('names file, line and column of a refused row, and imports the rest when asked', async () => {
    const { page } = await visit();
    const lines = BILL.trimEnd().split('\n');
    const broken = [...lines.slice(0, 3), lines[3]?.replace('12.2', 'twelve'), ...lines.slice(4)].join('\n');
    await choose(page, { name: 'november.csv', content: `${broken}\n` }, 'rows');
    await send(page);
    const row = page.getByTestId('rejected-rows').locator('tbody tr');
    expect(await readable(row)).toMatch(/november\.csv\s+4\s+BilledCost/);
    expect(await deliveries()).toEqual([]);
    await page.getByRole('button', { name: 'Import without this row' }).click();
    await page.getByTestId('upload-result').waitFor();
    expect(await readable(page.getByTestId('upload-result'))).toContain('9, 1 left out');
    expect((await deliveries()).map(({ rows, rejectedRows }) => [rows, rejectedRows])).toEqual([[9, 1]]);
    expect(await axeFaultsAsShown(page)).toEqual([]);
  });

  it('says that the same files were imported before', async () => {
    const { page, complaints } = await visit();
    for (const title of ['Imported', 'This bill was already imported']) {
      await choose(page, { name: 'aws.csv', content: OTHER }, 'again');
      await send(page);
      await page.getByRole('heading', { name: title, exact: true }).waitFor();
      await page.getByRole('button', { name: 'Upload another' }).click();
    }
    expect(complaints).toEqual([]);
  });
});
