import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anomalyHandling, listAnomalies } from '../../src/finops/anomalies/schema.ts';
import { importHolders, importSamples, samplesText } from '../../src/finops/testing/gpus.ts';
import { type Change, listDays, type MadeLedger, openLedger } from '../../src/finops/testing/ledger.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { decimal, decimalString } from '../../src/platform/units/schema.ts';
import { seeded } from '../../src/testing/random.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

/** A SKU whose usage triples and stays there, and a model without calls for a few days. */
const CHANGE: Change = ({ sku }, day) => {
  if (sku === 'p4d.24xlarge' && day >= '2026-11-10') return { quantity: 3 };
  return sku === 'claude-input' && day >= '2026-11-04' && day <= '2026-11-06' ? { quantity: 0 } : {};
};

/**
 * Readings of a GPU of team search, every five minutes: idle for six hours of a day, and for eighteen while its bill is
 * tripled.
 */
async function readGpus({ application }: MadeLedger): Promise<void> {
  const days = listDays('2026-09-20', '2026-11-14');
  const next = seeded(7);
  const values = days.flatMap((day) => {
    const idle = Math.round(12 * ((day >= '2026-11-10' ? 18 : 6) + next()));
    return Array.from({ length: 288 }, (_, step) => (step < idle ? 0 : 55 + Math.round(20 * next())));
  });
  const text = samplesText({ 'GPU-0f3a': values }, { every: 300, day: '2026-09-20' });
  await importSamples(application, text, { price: { amount: '4.1', currency: 'USD' } });
  const held = `gpu,start,end,team\nGPU-0f3a,2026-09-20T00:00:00Z,2026-11-15T00:00:00Z,search`;
  await importHolders(application, held, ['team']);
}

describe.skipIf(!hasChromium)('anomalies in the browser (skipped where Chromium is missing)', () => {
  let ledger: MadeLedger;
  let url: string;
  let browser: Browser;
  let goingOn: string;
  beforeAll(async () => {
    browser = await connectBrowser();
    ledger = await openLedger('2026-11-15T12:00:00Z', { anomalyMinImpactPercent: 0 });
    await readGpus(ledger);
    await ledger.deliver(listDays('2026-09-20', '2026-11-14'), { change: CHANGE });
    url = await listenOn(ledger.application.http, ledger.application.config);
    goingOn = (await ask(url, listAnomalies, { query: { state: 'open', measure: 'cost' } })).anomalies[0]?.id ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await ledger?.[Symbol.asyncDispose]();
  });

  async function visit(path: string) {
    const visited = await newVisit(browser);
    await open(visited.page, `${url}${path}`);
    return visited;
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));

  it('say what they will show and how to begin where there is no bill', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-anomalies-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/anomalies`);
    expect(await answer(page)).toBe('No bill has been imported yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard bill import');
  });

  it('answer with both sides of the month, never set off, and lead from the list to one of them', async () => {
    const { page, complaints } = await visit('/anomalies');
    expect(await answer(page)).toMatch(
      /^3 anomalies \(2 open\): \$[\d,]+(\.\d\d)? above and \$[\d,]+(\.\d\d)? below expected in November 2026; \$[\d,.]+ of the amount paid bought fewer GPU hours and predictions than usual\. Largest: .+, [+−]\$[\d,]+(\.\d\d)?\.$/,
    );
    const table = page.getByRole('table', { name: 'Anomalies' });
    expect(await readable(table.getByRole('row', { name: /claude-input/ }))).toMatch(
      /Nothing was charged.*4 Nov to 6 Nov.*−\$/s,
    );
    await page.getByRole('img', { name: /^Daily cost; Above expected; Below expected/ }).waitFor();
    await page.getByLabel('Direction').selectOption('over');
    await page.waitForURL(/direction=over/);
    await expect.poll(() => table.getByRole('row').count()).toBe(3);
    await table.getByRole('link', { name: /p4d/ }).click();
    await page.waitForURL(`**/anomalies/${goingOn}**`);
    expect(complaints).toEqual([]);
  });

  it('follow the days of the address, with the money of these days, and the days before them', async () => {
    const { page, complaints } = await visit('/anomalies?from=2026-11-10&to=2026-11-12&compare=before');
    const { totals } = await ask(url, listAnomalies, { query: { from: '2026-11-10', to: '2026-11-12' } });
    const above = Math.round(Number(totals[0]?.over)).toLocaleString('en');
    expect(await answer(page)).toMatch(/from 10 to 12 Nov 2026.* Compared with: .* from 7 to 9 Nov 2026\.$/s);
    expect(await answer(page)).toContain(`$${above} above`);
    await page.getByRole('img', { name: /: 3 days, / }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('open by the keys g and x', async () => {
    const { page } = await visit('/costs');
    await page.keyboard.press('g');
    await page.keyboard.press('x');
    await page.waitForURL(/\/anomalies/);
  });

  it('show what happened, in parts that add up exactly, with the bill rows behind it', async () => {
    const { page, complaints } = await visit(`/anomalies/${goingOn}?change=table`);
    expect(await answer(page)).toMatch(
      /^p4d\.24xlarge of team search rose [\d.]+x, .* price unchanged\. That is \$[\d,.]+ more than expected, since 10 Nov\.$/,
    );
    await page.getByRole('img', { name: /^Actual and expected by day/ }).waitFor();
    const parts = page.getByRole('table', { name: 'Parts of the difference' });
    const amounts = await parts
      .locator('tbody data')
      .evaluateAll((found) => found.map((one) => (one as unknown as { value: string }).value));
    const sum = amounts.reduce((all, amount) => all.plus(amount), decimal(0));
    expect(decimalString(sum)).toBe(await parts.getByTestId('together').locator('data').getAttribute('value'));
    await page.getByRole('link', { name: 'Charges', exact: true }).click();
    const charges = page.getByRole('table', { name: 'Charges of this anomaly' });
    await charges.getByRole('link', { name: 'p4d.24xlarge' }).click();
    await page.waitForURL(/\/costs\?.*view=rows/);
    await page
      .getByText(/\b5 rows\b/)
      .first()
      .waitFor();
    expect(complaints).toEqual([]);
  });

  it('of GPUs show their readings, the GPUs behind it, and what else happened to the team', async () => {
    const { page, complaints } = await visit('/anomalies?measure=gpu_idle_cost');
    await page.getByRole('table', { name: 'Anomalies' }).getByRole('link', { name: 'GPUs · search' }).click();
    await page.waitForURL(/anomalies\/an_/);
    await page.getByRole('link', { name: 'Charges', exact: true }).click();
    const gpus = page.getByRole('table', { name: 'GPUs of this anomaly' });
    await gpus.waitFor();
    expect(await answer(page)).toMatch(
      /^GPUs of team search stood idle for \$[\d.]+ a day, where \$[\d.]+ was expected: 18\.\d of 24 GPU-hours a day\. \$[\d.]+ bought less than usual, since 10 Nov\. This amount is not an additional cost\.$/,
    );
    expect(await readable(gpus.getByRole('row', { name: /GPU-0f3a/ }))).toContain('search');
    await page.getByRole('link', { name: 'Related (1)' }).click();
    await page.getByRole('table', { name: 'Related anomalies' }).getByRole('link', { name: /p4d/ }).click();
    await page.waitForURL(`**/anomalies/${goingOn}**`);
    await page.getByRole('link', { name: 'Related (1)' }).click();
    await page.getByRole('table', { name: 'Related anomalies' }).getByRole('link', { name: /GPUs/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('take a verdict after saying what it does, and take it back', async () => {
    const { page } = await visit(`/anomalies/${goingOn}?tab=feedback`);
    await page.getByRole('button', { name: 'Planned…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mark as planned?' });
    await dialog.getByLabel('Last day of the plan').fill('2026-11-30');
    await dialog.getByLabel('Reason').fill('the new model');
    await dialog.getByLabel('Reason').press('Control+Enter');
    const notice = page.getByRole('status').filter({ hasText: 'Marked as planned and no longer counted.' });
    await notice.waitFor();
    await page.getByText(/^Planned until 30 Nov, marked by local on .*: the new model$/).waitFor();
    await notice.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('No feedback yet.').waitFor();
  });

  it('have an owner and a state of the work, shown in the list, with undo', async () => {
    const { page, complaints } = await visit(`/anomalies/${goingOn}?tab=feedback`);
    await page.getByRole('button', { name: 'Assign…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Owner and state' });
    await dialog.getByRole('button', { name: 'Team' }).click();
    await dialog.getByLabel(/^Team/).fill('search');
    await dialog.getByLabel('State').selectOption('dismissed');
    expect(await dialog.getByRole('button', { name: /^Save/ }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason (required)').fill('a load test');
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await page.getByText('team search, assigned by local').waitFor();
    await open(page, `${url}/anomalies?owner=search`);
    const rows = page.getByRole('table', { name: 'Anomalies' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await readable(rows.first())).toMatch(/search.*Ongoing.*Dismissed/s);
    await ask(url, anomalyHandling.undo, { params: { anomaly: goingOn }, body: {} });
    await open(page, `${url}/anomalies?owner=search`);
    await page.getByText('No anomaly of this range matches the filters.', { exact: false }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('sort by money, and hide those below a chosen impact', async () => {
    const { page } = await visit('/anomalies');
    const table = page.getByRole('table', { name: 'Anomalies' });
    await table.getByRole('button', { name: /^Above or below expected/ }).click();
    await table.locator('th[aria-sort="descending"]').waitFor();
    const shown = await table.locator('tbody tr').count();
    await page.getByLabel('Minimum impact').selectOption('10000');
    await page.waitForURL(/impact=10000/);
    await page.getByText(/smaller anomal(y|ies) hidden/).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => table.locator('tbody tr').count()).toBe(shown);
  });

  it('have no fault that axe finds, are read on a phone, and hold still while they load', async () => {
    for (const path of ['/anomalies', `/anomalies/${goingOn}`, `/anomalies/${goingOn}?tab=feedback`]) {
      expect(await faultsFound(browser, `${url}${path}`)).toEqual([]);
    }
  });
});
