import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bill } from '../../src/finops/testing/costs.ts';
import { billedHour } from '../../src/finops/testing/purchases.ts';
import type { Application } from '../../src/main.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { importFiles, testApplication } from '../../src/testing/application.ts';
import { findRecommendations, getRecommendation } from '../../src/tradeoff/recommendations/schema.ts';
import { RecommendationRoom } from '../../src/tradeoff/testing/recommendations.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { demoApplication, serveFolder } from '../support/demo.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const HOUR = 3_600_000;

describe.skipIf(!hasChromium)('recommendations in the browser (skipped where Chromium is missing)', () => {
  let application: Application;
  let url: string;
  let browser: Browser;
  let room: RecommendationRoom;
  const clock = { at: Date.now(), now: () => clock.at };
  beforeAll(async () => {
    browser = await connectBrowser();
    application = await testApplication({ clock });
    url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    room = new RecommendationRoom(application, clock);
    await room.price('0.5');
    await room.endpoint('home', { replicas: { min: 1, max: 2 } });
    await room.past('home', { hours: 14 * 24, requests: () => 0 });
    await room.endpoint('search', { replicas: { min: 3 } });
    await room.past('search', { hours: 10 * 24, requests: (hour) => (hour % 24 < 9 ? 60 : 0), replicas: 3 });
    await room.found();
  });
  afterAll(async () => {
    await browser?.close();
    await application?.[Symbol.asyncDispose]();
  });

  async function visit(path: string) {
    const visited = await newVisit(browser);
    await open(visited.page, `${url}${path}`);
    return visited;
  }
  const answer = (page: Page) => readable(page.getByTestId('answer'));
  const of = async (endpoint: string) => {
    const { recommendations } = await room.found('all');
    return `/recommendations/${recommendations.find(({ subject }) => subject.endpoint === endpoint)?.recommendation}`;
  };

  it('says how to begin where nothing is found', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-recommendations-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/recommendations`);
    expect(await answer(page)).toBe('No savings scan yet. Run one now (about 10 s).');
    expect(await readable(page.getByTestId('empty').first())).toContain('steelyard recommend find');
    await page.getByRole('button', { name: 'Scan now' }).click();
    await expect.poll(() => answer(page)).toMatch(/^The last savings scan, .+ UTC, found nothing\.$/);
    await page.getByText('Set up: searched kinds and purchase terms').click();
    await page.getByRole('table', { name: 'Savings scans' }).waitFor();
  });

  it('says what all of it saves together, and opens one by keyboard', async () => {
    const { page, complaints } = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await page.waitForURL('**/recommendations**');
    await expect
      .poll(() => answer(page))
      .toMatch(/^Savings available: \$[\d,.]+ a month in 2 actions; the largest: .+, \$[\d,.]+\.$/);
    const table = page.getByRole('table', { name: 'Savings' });
    const sumOf = (part: string) =>
      table
        .locator(`${part} td:nth-child(2) data`)
        .evaluateAll((all) => all.map((one) => Number(one.getAttribute('value'))).reduce((sum, one) => sum + one, 0));
    expect(await sumOf('tbody')).toBeCloseTo(await sumOf('tfoot'), 6);
    await table.getByRole('button', { name: /^Saving per month/ }).click();
    await table.locator('th[aria-sort="descending"]').waitFor();
    const row = page.getByRole('link', { name: 'Scale home to zero without requests' });
    await row.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/recommendations/rec_**');
    await expect.poll(() => answer(page)).toMatch(/^Saves \$365\.00 a month \(\$286\.79 to \$365\.00\); low risk\.$/);
    expect(await readable(page.getByRole('table', { name: 'Monthly cost now and after the change' }))).toMatch(
      /Now.*\$365\.00.*After.*\$0\.00/s,
    );
    expect(complaints).toEqual([]);
  });

  it('has no fault that axe finds, is read on a phone, and does not move while it loads', async () => {
    for (const path of ['/recommendations', await of('search')]) {
      expect(await faultsFound(browser, `${url}${path}`)).toEqual([]);
    }
    const opened = async (page: Page) => {
      await page.getByRole('button', { name: 'Review change…' }).click();
      await page.getByText('replicas.min 3 -> 0').first().waitFor();
    };
    expect(await faultsFound(browser, `${url}${await of('search')}`, { before: opened })).toEqual([]);
  });

  it('does it after saying what that changes, and takes it back', async () => {
    const { page, complaints } = await visit(await of('home'));
    await page.getByRole('button', { name: 'Review change…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Scale home to zero without requests?' });
    await dialog.getByText('replicas.min 1 -> 0').waitFor();
    expect(await readable(dialog)).toMatch(
      /Nothing has changed yet.*\$365\.00 a month.*queue until one is ready.*min: 0/s,
    );
    await dialog.getByLabel(/^Reason/).fill('it has no requests');
    await dialog.getByRole('button', { name: /^Apply/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => answer(page)).toMatch(/^Done\. Estimated saving: \$365\.00 a month/);
    expect((await room.shown('home')).newest.revision).toBe(2);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => answer(page)).toMatch(/^Reverted\. It would have saved/);
    expect((await room.shown('home')).newest.revision).toBe(3);
    expect(complaints).toEqual([]);
  });

  it('dismisses with a reason, and opens again', async () => {
    const { page } = await visit(await of('search'));
    await page.getByRole('button', { name: 'Dismiss…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Dismiss: / });
    await dialog.getByRole('button', { name: 'For a week' }).click();
    await dialog.getByLabel(/^Reason/).fill('a launch on Friday');
    await page.keyboard.press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => answer(page)).toMatch(/^Dismissed\. It would have saved/);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Dismiss…' }).waitFor();
  });

  it('has an owner and a state of the work, which the list filters by, and undo', async () => {
    const { page, complaints } = await visit(await of('search'));
    await page.getByRole('button', { name: 'Assign…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Owner and state' });
    await dialog.getByLabel(/^Account/).fill('ada');
    await dialog.getByLabel('State').selectOption('in_progress');
    await dialog.getByLabel('Comment').fill('before Friday');
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('account ada, assigned by local').waitFor();
    const assigned = page.url();
    await open(page, `${url}/recommendations?owner=ada&state=in_progress`);
    const rows = page.getByRole('table', { name: 'Savings' }).locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(1);
    expect(await readable(rows.first())).toMatch(/ada.*In progress/s);
    await page.getByLabel('Team or owner').selectOption('none');
    await page.getByText('No saving matches the filters.').waitFor();
    await open(page, assigned);
    await page.getByRole('button', { name: 'Assign…' }).click();
    await dialog.getByLabel(/^Account/).fill('');
    await dialog.getByRole('button', { name: /^Save/ }).click();
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('account ada, assigned by local').waitFor();
    expect(complaints).toEqual([]);
  });

  it('keeps what an idle policy is about to stop', async () => {
    const policy =
      '{apiVersion: steelyard/v1, kind: IdlePolicy, metadata: {name: idle}, spec: {what: endpoints, window: 5m, grace: 1h}}';
    await applied(application, policy);
    for (let minute = 0; minute < 7; minute += 1) {
      clock.at += HOUR / 60;
      await application.http.inject({ url: '/api/v1/endpoints/home/metrics', headers: { host: 'localhost' } });
      await application.jobs.drain();
    }
    const { page } = await visit(await of('search'));
    await page.getByText('The idle policy idle would do this').waitFor();
    await page.getByRole('button', { name: 'Keep 8 h' }).click();
    await page.getByText('local keeps it until').waitFor();
  });

  it('says which terms it lacks, and shows what they lead to with where it was read', async () => {
    const { page, complaints } = await visit('/recommendations');
    await page.getByText('Set up: searched kinds and purchase terms').click();
    const terms = page.getByRole('region', { name: 'Purchase terms' });
    await terms.getByText('No purchase terms have been applied, and none are assumed.').waitFor();
    await terms.getByRole('figure', { name: 'A document for terms.yaml' }).waitFor();
    const today = clock.at - (clock.at % (24 * HOUR));
    const rows = Array.from({ length: 30 * 24 }, (_, hour) => billedHour(today - (hour + 1) * HOUR, 2));
    await importFiles(application, 'aws', { 'bill.csv': bill(rows.flat()) });
    const offer = "{name: p3-1y, resource: p3.2xlarge, filter: [skuId=GPU], committedPerHour: '1.94'}";
    const text = `{apiVersion: steelyard/v1, kind: PurchaseTerms, metadata: {name: aws}, spec: {currency: USD, commitments: [${offer}]}}`;
    await applied(application, text);
    await page.getByRole('button', { name: 'Scan now' }).click();
    await page.getByRole('table', { name: 'Purchase terms' }).getByText('p3-1y').waitFor();
    await page.getByRole('link', { name: 'Commit to 2 x p3.2xlarge for a year (p3-1y)' }).click();
    await expect.poll(() => answer(page)).toMatch(/^Saves \$1,635\.20 a month/);
    expect(await readable(page.getByRole('table', { name: 'Monthly cost now and after the change' }))).toMatch(
      /Now.*\$4,467\.60.*After.*\$2,832\.40/s,
    );
    expect(await page.getByRole('link', { name: /^d_/ }).count()).toBe(1);
    await page.getByText('Buy 2 x p3.2xlarge for a year from your cloud').waitFor();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByRole('button', { name: 'Accept' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    expect(await faultsFound(browser, `${url}/recommendations`)).toEqual([]);
  });

  it('returns an idle GPU of the demo from the first page, and takes that back', async () => {
    await using server = await demoApplication();
    const demo = server.url;
    await ask(demo, findRecommendations, { body: {} });
    const { page, complaints } = await newVisit(browser);
    await open(page, `${demo}/`);
    await page.locator('a[href^="/recommendations"]').first().click();
    await page.getByRole('link', { name: /^Return GPU-\S+: idle \d+ days$/ }).click();
    await page.waitForURL('**/recommendations/rec_**');
    await expect.poll(() => answer(page)).toMatch(/^Saves \$[\d,]+\.\d\d a month .+; low risk\.$/);
    const recommendation = /rec_[0-9a-f]+/.exec(page.url())?.[0] ?? '';
    const stateOf = async () => (await ask(demo, getRecommendation, { params: { recommendation } })).state;
    await page.getByRole('button', { name: 'Mark as done…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Mark as done: Return GPU-/ });
    await dialog.getByText(/^return GPU-/).waitFor();
    await dialog.getByRole('button', { name: /^Mark as done/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => answer(page)).toMatch(/^Done\. Estimated saving: /);
    expect(await stateOf()).toBe('applied');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Mark as done…' }).waitFor();
    expect(await stateOf()).toBe('open');
    await page.getByText('Marked as not done').waitFor();
    expect(complaints).toEqual([]);
  });

  it('says that a recommendation does not exist', async () => {
    const { page } = await visit('/recommendations/rec_00000000000000000000');
    expect(await readable(page.getByRole('alert').first())).toContain('recommendation_not_found');
  });
});
