import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { testApplication } from '../../src/testing/application.ts';
import { insertOptimization } from '../../src/tradeoff/optimizations/store.ts';
import { keptOptimization, runningOptimization } from '../../src/tradeoff/testing/optimizations.ts';
import { RecommendationRoom } from '../../src/tradeoff/testing/recommendations.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { axeFaults, faultsFound, PHONE, sidewaysScroll } from './faults-found.ts';

const progress = { before: null, revision: null, detectors: {}, bills: {}, runs: [] };

describe.skipIf(!hasChromium)('optimizations in the browser (skipped where Chromium is missing)', () => {
  let application: Application;
  let url: string;
  let browser: Browser;
  let room: RecommendationRoom;
  const clock = { at: Date.now(), now: () => clock.at };
  beforeAll(async () => {
    browser = await connectBrowser();
    application = await testApplication({ clock });
    url = await application.http.listen({ host: '127.0.0.1', port: 0 });
    await insertOptimization(application.store, { shown: runningOptimization, progress });
    await insertOptimization(application.store, { shown: keptOptimization, progress });
    room = new RecommendationRoom(application, clock);
    await room.price('0.5');
    await room.endpoint('search', { replicas: { min: 3 } });
    await room.past('search', { hours: 240, requests: () => 60, replicas: 3, hoursOfMinutes: 24 });
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

  it('shows how to propose the first one', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-optimizations-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/optimizations`);
    expect(await answer(page)).toBe('No optimization yet.');
    expect(await readable(page.getByTestId('empty').first())).toContain('steelyard optimization propose');
  });

  it('lists all with saving and next condition, and opens one by keyboard', async () => {
    const { page, complaints } = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('z');
    await page.waitForURL('**/optimizations**');
    await expect.poll(() => answer(page)).toBe('2 optimizations: 1 running, 1 kept.');
    expect(await readable(page.getByRole('table', { name: 'Optimizations' }))).toMatch(/proof of accuracy/);
    await page.getByRole('link', { name: 'smaller', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/optimizations/smaller**');
    await expect.poll(() => answer(page)).toMatch(/^Running with 25\s% of the traffic/);
    const present = page.getByRole('list', { name: 'Steps of the ramp' }).locator('[aria-current="step"]');
    expect(await readable(present)).toMatch(/25\s%\s*now/);
    expect(await readable(page.getByRole('table', { name: 'Checks' }))).toMatch(/about 180 more samples/);
    expect(await readable(page.getByRole('region', { name: 'Saving' }))).toMatch(/1,314.* 1,200\srequests an hour/);
    expect(complaints).toEqual([]);
  });

  it('has no fault that axe finds, is read on a phone, and does not move while it loads', async () => {
    for (const path of ['/optimizations', '/optimizations/smaller', '/optimizations/kept']) {
      expect(await faultsFound(browser, `${url}${path}`)).toEqual([]);
    }
    const asked = async (page: Page) => {
      await page.getByRole('button', { name: 'Undo…' }).click();
      await page.getByRole('dialog').waitFor();
    };
    expect(await faultsFound(browser, `${url}/optimizations/kept`, { before: asked })).toEqual([]);
  });

  it('shows a metered saving with its interval, without a fault that axe finds', async () => {
    const { page } = await newVisit(browser);
    // The server meters a saving by whole hours of live traffic; here its answer is the one of a day later.
    await page.route('**/api/v1/optimizations/kept', (route) => route.fulfill({ json: keptOptimization }));
    await open(page, `${url}/optimizations/kept`);
    expect(await answer(page)).toBe(
      'Kept: version 2 saves $1,460.00 a month; accuracy lost at most 0.8 points (allowed 5).',
    );
    expect(await readable(page.getByRole('region', { name: 'Saving' }))).toMatch(
      /\$1,460\.00.*\$44\.20 to \$59\.80.*26 hours from.*Left out\s*nothing/s,
    );
    expect(await axeFaults(page)).toEqual([]);
    await page.setViewportSize(PHONE);
    expect(await sidewaysScroll(page)).toEqual([]);
  });

  it('shows saving, watch and document of a kept one, and undoes it after its traffic is shown', async () => {
    const { page, complaints } = await visit('/optimizations/kept');
    expect(await answer(page)).toBe(
      'Kept: version 2; its saving is not known yet; accuracy lost at most 0.8 points (allowed 5).',
    );
    expect(await readable(page.getByRole('region', { name: 'Saving' }))).toContain('No whole hour has passed');
    expect(await readable(page.getByRole('region', { name: 'Watch' }))).toMatch(/3\.4 of 100,000/);
    await page.getByText('Show the document').click();
    await page.getByText('kind: Optimization').waitFor();
    await page.getByRole('button', { name: 'Undo…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Undo kept?' });
    await expect.poll(() => readable(dialog)).toMatch(/90\s% on smaller-candidate, 10\s% on main; after: all on main/);
    await dialog.getByLabel(/^Reason/).fill('a launch');
    await page.keyboard.press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => answer(page)).toBe('Undone by local: a launch.');
    await page.getByRole('button', { name: 'Start again…' }).waitFor();
    await page.getByRole('link', { name: /^dec_/ }).first().click();
    await page.waitForURL('**/decisions**');
    await page.getByRole('table', { name: 'Decisions to act' }).getByText('Undone by local: a launch').waitFor();
    await page.getByRole('link', { name: 'optimization kept' }).first().click();
    await page.waitForURL('**/optimizations/kept**');
    expect(complaints).toEqual([]);
  });

  it('tries a recommendation under a guardrail with one click, and links it from its endpoint', async () => {
    const { recommendations } = await room.found();
    const found = recommendations.find(({ kind }) => kind === 'replica_count');
    const { page, complaints } = await visit(`/recommendations/${found?.recommendation}`);
    await page.getByRole('button', { name: 'Try under a guardrail…' }).click();
    const dialog = page.getByRole('dialog', { name: /^Try under a guardrail: / });
    await expect.poll(() => readable(dialog)).toMatch(/1\s%, 5\s%, 10\s%.*at most 1\s% more errors/s);
    await dialog.getByRole('button', { name: /^Try/ }).click();
    await page.waitForURL('**/optimizations/try-**');
    await expect
      .poll(() => answer(page))
      .toMatch(/^(Proposed: |Running with 1\s% of the traffic: )search, main: replicas/);
    await page.getByRole('link', { name: found?.recommendation ?? '' }).click();
    await page.getByText('Tried under a guardrail as').first().waitFor();
    await open(page, `${url}/endpoints/search`);
    await page.getByRole('link', { name: /^try-/ }).click();
    await page.waitForURL('**/optimizations/try-**');
    expect(complaints).toEqual([]);
  });

  it('states that an optimization does not exist', async () => {
    const { page } = await visit('/optimizations/none');
    expect(await readable(page.getByRole('alert').first())).toContain('optimization_not_found');
  });
});
