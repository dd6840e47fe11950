import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOddFiles } from '../../examples/recommender/bill/write-bill.ts';
import { diffDeliveries } from '../../src/finops/billing/diff/schema.ts';
import {
  type Delivery,
  importBill,
  listDeliveries,
  listRestatements,
  revertDelivery,
} from '../../src/finops/billing/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { Upload } from '../../src/platform/uploads/schema.ts';
import { billText, dailyRows } from '../../src/testing/application.ts';
import { STANDING_LABELS } from '../../web/src/deliveries/standing-label.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { ask, summaryOf } from './questions.ts';

describe.skipIf(!hasChromium)('deliveries in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let entries: readonly Delivery[];
  beforeAll(async () => {
    server = await demoApplication();
    browser = await connectBrowser();
    entries = await listed();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const listed = async () => (await ask(server.url, listDeliveries, {})).deliveries;
  const restated = async () => (await ask(server.url, listRestatements, {})).restatements;
  const billed = async () => (await summaryOf(server.url, { by: [] })).totals;
  const value = (page: Page, id: string) => page.getByTestId(id).locator('data').first().getAttribute('value');
  const the = (standing: Delivery['standing'], source: string) =>
    entries.find((entry) => entry.standing === standing && entry.source === source);

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}${path}`);
    return page;
  }

  it('lists every delivery, newest first, with its standing and its rows', async () => {
    const page = await visit('/deliveries');
    const rows = page.getByRole('region', { name: /^Deliveries/ }).locator('tbody tr');
    expect(await rows.count()).toBe(entries.length);
    for (const [index, entry] of entries.toReversed().entries()) {
      const text = await readable(rows.nth(index));
      expect(text).toContain(STANDING_LABELS[entry.standing]);
      expect(text).toContain(entry.rows.toLocaleString('en'));
    }
    expect(await value(page, 'headline')).toBe(
      entries.at(-1)?.totals.find(({ metric }) => metric === 'billedCost')?.amount,
    );
  });

  it('filters by standing in the address, and says why a delivery is not counted', async () => {
    const page = await visit('/deliveries');
    await page.getByLabel('Status', { exact: true }).selectOption('shadowed');
    await page.waitForURL(/standing=shadowed/);
    const rows = page.getByRole('region', { name: /^Deliveries/ }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    const reason = await rows.getByText('duplicate').getAttribute('data-tip');
    expect(reason).toBe(the('shadowed', 'azure')?.reason);
  });

  it('tells what changed after a month was closed, and leads to what differs', async () => {
    const [restatement] = await restated();
    const change = restatement?.changes[0];
    const page = await visit('/deliveries');
    await page.getByRole('link', { name: 'Compare before and after' }).first().click();
    await page.waitForURL(/\/deliveries\/compare/);
    await page.getByTestId('compare-money').waitFor();
    const query = { a: change?.before ?? '', b: change?.after ?? '', limit: 0 };
    const diff = await ask(server.url, diffDeliveries, { query: { ...query, period: restatement?.period } });
    const total = diff.totals.find(({ metric }) => metric === 'billedCost');
    expect(await value(page, 'headline')).toBe(total?.delta);
    expect(await page.getByTestId('compare-money').locator('tfoot data').last().getAttribute('value')).toBe(
      total?.delta,
    );
    expect(await readable(page.getByTestId('answer'))).toContain(`${diff.counts.changedRows} rows changed`);
  });

  it('shows changed rows with one cause as one group, and rows that came and that went', async () => {
    const [restatement] = await restated();
    const change = restatement?.changes[0];
    const page = await visit(`/deliveries/compare?a=${change?.before}&b=${change?.after}&month=${restatement?.period}`);
    const groups = page.getByTestId('changed-rows').locator('tbody');
    const query = { a: change?.before ?? '', b: change?.after ?? '', period: restatement?.period, limit: 1000 };
    const { counts } = await ask(server.url, diffDeliveries, { query });
    expect(await groups.count()).toBeLessThan(counts.changedRows / 2);
    const grouped = await Promise.all(
      (await groups.getByRole('button').all()).map(async (button) => Number.parseInt(await readable(button), 10)),
    );
    const single = (await groups.count()) - grouped.length;
    expect(grouped.reduce((sum, rows) => sum + rows, single)).toBe(counts.changedRows);
    await groups.getByRole('button').first().click();
    await expect
      .poll(() => groups.getByRole('list').first().getByRole('listitem').count())
      .toBe(Math.min(grouped[0] ?? 0, 101));
    await page.getByRole('button', { name: /^Added/ }).click();
    await page.waitForURL(/rows=added/);
    expect(new URL(page.url()).searchParams.get('skip')).toBeNull();
    await page.getByTestId('diff-rows').getByText('Enterprise Discount Program credit').waitFor();
    await page.getByRole('button', { name: /^Removed/ }).click();
    await expect.poll(() => page.getByTestId('diff-rows').locator('tbody tr').count()).toBe(1);
  });

  it('groups the difference by another dimension without changing its total', async () => {
    const [restatement] = await restated();
    const change = restatement?.changes[0];
    const page = await visit(`/deliveries/compare?a=${change?.before}&b=${change?.after}&month=${restatement?.period}`);
    const total = () => page.getByTestId('compare-money').locator('tfoot data').last().getAttribute('value');
    const before = await total();
    await page.getByLabel('By', { exact: true }).selectOption('chargeCategory');
    await page.waitForURL(/by=chargeCategory/);
    await page.getByTestId('compare-money').getByRole('rowheader', { name: 'Credit' }).waitFor();
    expect(await total()).toBe(before);
  });

  it('shows what going back would change in money before it does, goes back, and can be undone', async () => {
    const current = the('current', 'aws');
    const period = (await restated())[0]?.period;
    const body = { delivery: current?.delivery ?? '', ...(period === undefined ? {} : { period }) };
    const said = await ask(server.url, revertDelivery, { body: { ...body, dryRun: true } });
    const total = await billed();
    const page = await visit(`/deliveries/${current?.delivery}`);
    await page.getByRole('link', { name: 'Revert…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change which delivery counts?' });
    await dialog.getByTestId('act-changes').waitFor();
    const money = await value(page, 'act-money');
    const lines = said.delta.filter(({ metric }) => metric === 'billedCost');
    expect(Number(money)).toBeCloseTo(lines.reduce((sum, { delta }) => sum + Number(delta), 0));
    expect(await readable(dialog)).toContain('closed period is restated');
    expect(await billed()).toEqual(total);
    await dialog.getByLabel(/^Reason/).fill('tested in the browser');
    await page.keyboard.press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('status').getByText(/^Done/).waitFor();
    expect(await billed()).not.toEqual(total);
    expect((await restated())[0]).toMatchObject({ act: 'revert', why: 'tested in the browser' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('status').getByText(/^Done/).waitFor({ state: 'detached' });
    expect(await billed()).toEqual(total);
  });

  it('asks before it counts another export of the same charges, and changes nothing when it is left', async () => {
    const shadowed = the('shadowed', 'azure');
    const total = await billed();
    const page = await visit(`/deliveries/${shadowed?.delivery}`);
    expect(await readable(page.getByTestId('answer'))).toContain('None of it is counted');
    await page.getByRole('link', { name: 'Count this export…' }).click();
    await page.waitForURL(/ask=prefer/);
    await page.getByTestId('act-changes').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('ask=');
    expect(await billed()).toEqual(total);
  });

  it('gives the files as they came, byte for byte', async () => {
    const [first] = entries;
    const page = await visit(`/deliveries/${first?.delivery}?tab=files`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: first?.files[0]?.name ?? '' }).click(),
    ]);
    const bytes = await readDownload(download);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(first?.files[0]?.sha256);
  });

  it('syncs a source now, shows its progress to its end, and what it did', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steelyard-source-'));
    const odd = writeOddFiles(folder, { seed: 7, asOf: new Date() });
    await addSource('nightly', dirname(odd.oneTimeExport.path));
    const page = await visit('/deliveries');
    const row = page.getByRole('row', { name: /^nightly/ });
    await row.getByRole('button', { name: 'Sync now of nightly' }).click();
    await row.getByText(/imported|counted elsewhere/).waitFor();
    const mine = (await listed()).filter(({ source }) => source === 'nightly');
    expect(mine.map(({ rows }) => rows)).toEqual([odd.oneTimeExport.rows]);
    await row.getByRole('button', { name: /^last result/ }).click();
    await page.waitForURL(/sync=nightly/);
    await page.getByRole('dialog', { name: 'Last sync of nightly' }).getByText(/rows/).waitFor();
  });

  it('says what is wrong with a source that cannot be read, with the code', async () => {
    await addSource('gone', join(tmpdir(), 'steelyard-there-is-no-such-folder'));
    const page = await visit('/deliveries');
    const row = page.getByRole('row', { name: /^gone/ });
    await row.getByRole('button', { name: 'Sync now of gone' }).click();
    await row.getByText(/There is no folder/).waitFor();
    await page.reload();
    await row.getByText('bucket_not_found').waitFor();
    expect(await readable(row)).toContain('failed');
  });

  it('saves the list as CSV, with exact amounts', async () => {
    const page = await visit('/deliveries');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of the deliveries' }).click(),
    ]);
    const text = (await readDownload(download)).toString();
    expect(text).toContain(entries[0]?.totals.find(({ metric }) => metric === 'billedCost')?.amount);
  });

  it('opens a delivery with the keyboard alone', async () => {
    const page = await visit('/');
    for (const key of ['g', 'l']) await page.keyboard.press(key);
    await page.waitForURL('**/deliveries**');
    await page.getByRole('region', { name: /^Deliveries/ }).focus();
    for (const key of ['ArrowDown', 'Enter']) await page.keyboard.press(key);
    const newest = (await listed()).at(-1);
    await page.waitForURL(`**/deliveries/${newest?.delivery}**`);
  });

  it('says so when there is no such delivery', async () => {
    const page = await visit('/deliveries/d_00000000000000000000');
    expect(await readable(page.getByRole('alert'))).toContain('bill_delivery_not_found');
  });

  it('are on the overview while they are on hold, with the way to the decision', async () => {
    const seats = billText(...dailyRows(10, { cost: '1', account: 'seats', service: 'Seats' }));
    await importText('seats-a', seats);
    const page = await visit('/');
    const notice = page.getByRole('status').filter({ hasText: 'on hold' });
    expect(await notice.count()).toBe(0);
    const { delivery } = await importText('seats-b', seats);
    await page.reload();
    await notice.waitFor();
    expect(await readable(notice)).toMatch(/^1 delivery on hold, not counted in any total\. .*: seats-b, \w+ \d{4}\./);
    await notice.getByRole('link', { name: 'seats-b' }).click();
    await page.waitForURL(new RegExp(`/deliveries/${delivery}`));
    await page.getByRole('link', { name: 'Count both…' }).waitFor();
  });

  async function importText(source: string, text: string) {
    const url = `${server.url}/api/v1/uploads?name=a.csv`;
    const headers = { 'content-type': 'application/octet-stream' };
    const { upload } = Upload.parse(await (await fetch(url, { method: 'POST', headers, body: text })).json());
    return ask(server.url, importBill, { body: { source, files: [{ upload, name: 'a.csv' }], overlap: 'hold' } });
  }

  async function addSource(name: string, path: string): Promise<void> {
    const spec = { location: { type: 'folder', path }, layout: 'files', schedule: null };
    const document = { apiVersion: 'steelyard/v1', kind: 'BillSource', metadata: { name }, spec };
    await ask(server.url, postApply, {
      body: { documents: [{ file: 'source.json', text: JSON.stringify(document) }] },
    });
  }
});
