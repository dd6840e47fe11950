import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload, settled } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { type SeededRuns, seedRuns } from '../support/seeded-runs.ts';
import { axeFaults } from './faults-found.ts';
import { onThisMachine, shortest } from './shortest.ts';

const RUNS = 50;
/** On two cores with twenty other active processes, three to five seconds were measured. */
const SMOOTH_WITHIN_MS = 6000;

describe.skipIf(!hasChromium)('runs in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let seeded: SeededRuns;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-runs-')));
    seeded = await seedRuns(server.url, RUNS);
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const runAddress = (search = '') => `${server.url}/runs/${seeded.runIds[0]}${search}`;
  const compareAddress = (count: number, search = '') =>
    `${server.url}/runs/compare?runs=${seeded.runIds.slice(0, count).join(',')}${search}`;
  const charts = (page: Page) => page.getByRole('img', { name: /The table has the figures/ });
  const card = (page: Page, name: string | RegExp) => page.getByRole('region', { name, exact: true });

  it('a run opens with its answer: how it went, the metric that tells, and the marked cost', async () => {
    const { page, complaints, requested } = await newVisit(browser);
    await open(page, runAddress());
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /tower-64-1 finished in 14\smin 16\ss with val\/auc 0\.\d+ \(0\.\d+ to 0\.\d+\) for \$0\.0\d+/,
    );
    const facts = card(page, 'Origin and cost');
    expect(await readable(facts)).toMatch(/ctr-tower.*ada.*4f1c2d9e8b.*train_tower\.py.*team ads/s);
    const metrics = card(page, 'Metrics');
    expect(await readable(metrics.getByRole('row', { name: /train\/loss/ }))).toMatch(/0\.\d+\s+0\.\d+\s+2\.\d+\s+400/);
    await page.getByRole('tab', { name: 'Cost' }).click();
    const cost = card(page, 'Cost');
    await expect.poll(() => readable(cost)).toMatch(/2 × cpu-core/);
    await cost.getByText('unknown: ').first().waitFor({ state: 'attached' });
    await page.getByRole('tab', { name: 'Charts' }).click();
    await expect.poll(() => charts(page).count()).toBe(2);
    await page.getByRole('tab', { name: 'System and GPU' }).click();
    await expect.poll(() => charts(page).count()).toBe(1);
    expect(complaints).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
  });

  it('a chart turns into its table and saves CSV and PNG; how it is drawn is in the address', async () => {
    const { page } = await newVisit(browser);
    await open(page, runAddress('?tab=charts'));
    await page.getByRole('button', { name: 'Table of train/loss' }).click();
    await expect
      .poll(() => readable(page.getByRole('table', { name: 'train/loss in figures' })))
      .toMatch(/tower-64-1.*2\.\d+\s+210/s);
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of train/loss' }).click(),
    ]);
    const lines = (await readDownload(csv)).toString().trim().split('\r\n');
    expect(lines[0]).toBe('run_id,run,step,time,value');
    expect(lines).toHaveLength(401);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG of val/loss' }).click(),
    ]);
    expect((await readDownload(png)).subarray(1, 4).toString()).toBe('PNG');
    await page.getByRole('button', { name: 'Since start' }).click();
    await page.getByRole('combobox', { name: 'Smoothing' }).selectOption('0.9');
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    await page.getByText('Moving average, weight 0.9').first().waitFor();
    await page.waitForURL(/axis=relative.*smooth=0\.9|smooth=0\.9.*axis=relative/);
    expect(page.url()).toMatch(/scale=log/);
    await page.reload();
    await page.getByText('Moving average, weight 0.9').first().waitFor();
    expect(await page.getByRole('button', { name: 'Since start' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('dragging zooms every chart of the page and the address; one button shows all again', async () => {
    const { page } = await newVisit(browser);
    await open(page, runAddress('?tab=charts'));
    await charts(page).first().scrollIntoViewIfNeeded();
    const box = await charts(page).first().boundingBox();
    if (box === null) throw new Error('the chart has no box');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, y, { steps: 8 });
    await page.mouse.up();
    await page.waitForURL(/start=\d+&end=\d+/);
    await page.getByRole('button', { name: 'Table of val/loss' }).click();
    const figures = await readable(page.getByRole('table', { name: 'val/loss in figures' }));
    expect(Number(figures.trim().split(/\s+/).at(-1))).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Show the whole axis' }).click();
    await page.waitForURL((url) => !url.searchParams.has('from'));
  });

  it('shows artifacts as text, JSON, table and image', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, runAddress('?tab=artifacts'));
    const files = page.getByRole('navigation', { name: 'Files' });
    await files.getByRole('button', { name: /report\.txt/ }).click();
    await page.getByText('Monday 0.71').waitFor();
    await files.getByRole('button', { name: /config\.json/ }).click();
    await page.getByText('"seed": 12345678901234567890').waitFor();
    await files.getByRole('button', { name: /top-errors\.csv/ }).click();
    await page.getByRole('cell', { name: 'ad-199', exact: true }).waitFor();
    expect(await page.getByText('the first 200 rows, 3 columns').count()).toBe(1);
    await page.getByRole('button', { name: 'As text' }).click();
    await page.getByText('ad-0,0,0.00').waitFor();
    await files.getByRole('button', { name: /big\.log/ }).click();
    await page.getByText(/1\.24\sMB, the first 262\sKB/).waitFor();
    await files.getByRole('button', { name: /confusion\.png/ }).click();
    const image = page.getByRole('img', { name: 'The artifact confusion.png' });
    await image.waitFor();
    await settled(page);
    await page.waitForFunction('document.querySelector("img[alt^=\'The artifact\']").naturalWidth === 24');
    await files.getByRole('button', { name: 'model/' }).click();
    await files.getByRole('button', { name: /MLmodel/ }).click();
    await page.getByText('loader_module: mlflow.sklearn').waitFor();
    expect(complaints).toEqual([]);
  });

  it('runs nothing of a hostile artifact, whatever it is called', async () => {
    const { page, requested, complaints } = await newVisit(browser);
    await open(page, runAddress('?folder=hostile'));
    const files = page.getByRole('navigation', { name: 'Files' }).getByRole('listitem');
    const names = await files.allInnerTexts();
    expect(names).toHaveLength(6);
    for (let index = 0; index < names.length; index += 1) {
      await files.nth(index).getByRole('button').click();
      await settled(page);
      expect(await page.locator('iframe, object, embed').count()).toBe(0);
      expect(await page.evaluate<unknown>('globalThis.ranFromArtifact')).toBeUndefined();
    }
    await files.filter({ hasText: 'page.html' }).getByRole('button').click();
    expect(await readable(page.getByTestId('artifact-text'))).toContain('<script>');
    await page.getByText('markup of an artifact is never rendered').waitFor();
    expect(requested.filter((url) => url.includes('ran-from-artifact'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('sends a hostile artifact to somebody who opens its address as a locked download', async () => {
    const { context } = await newVisit(browser);
    for (const name of ['page.html', 'picture.svg']) {
      const query = new URLSearchParams({ run: seeded.runIds[0] ?? '', path: `hostile/${name}` });
      const file = await context.request.get(`${server.url}/api/v1/artifacts/file?${query}`);
      expect(file.headers()).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
      });
      expect(file.headers()['content-disposition']).toMatch(/^attachment/);
      expect((await context.request.get(`${server.url}/api/v1/artifacts/image?${query}`)).status()).toBe(400);
    }
  });

  it('deletes a run after saying what that means, and takes it back', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/runs/${seeded.runIds.at(-1)}`);
    await page.getByRole('button', { name: 'Delete this run…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this run?' });
    await expect
      .poll(() => readable(dialog))
      .toMatch(/you can restore it here until retention removes it.*No registered version/s);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete this run…' }).click();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Done: this run is deleted').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Done: this run is active again').waitFor();
  });

  it('compares runs: the best and the cheapest first, curves over each other, a run that is left out', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, compareAddress(12));
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /Of 12 runs tower-\d+-\d+ has the highest val\/auc, 0\.\d+.*the cheapest is tower-64-1 at \$0\.02\d+.*, with 1 of unknown cost\./s,
    );
    expect(await charts(page).count()).toBe(5);
    const runs = card(page, 'Compared runs');
    await runs.getByRole('checkbox', { name: 'Draw tower-64-1', exact: true }).uncheck();
    await page.waitForURL(/hide=/);
    await page.getByRole('button', { name: 'Table of train/loss' }).click();
    const figures = page.getByRole('table', { name: 'train/loss in figures' });
    await expect.poll(() => figures.getByRole('rowheader').allInnerTexts()).toHaveLength(11);
    await runs.getByRole('button', { name: /^to the front.*tower-256-11$/ }).click();
    await page.waitForURL(new RegExp(`runs=${seeded.runIds[10]}`));
    expect(complaints).toEqual([]);
  });

  it('weighs any figure against any other and marks the runs that nothing beats', async () => {
    const { page } = await newVisit(browser);
    await open(page, compareAddress(12));
    const scatter = card(page, 'Quality against cost');
    expect(await readable(scatter)).toMatch(
      /4 runs without a better run on both axes.*Not shown, without a figure: 1 run/s,
    );
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      scatter.getByRole('button', { name: 'CSV of the scatter' }).click(),
    ]);
    const lines = (await readDownload(csv)).toString().trim().split('\r\n');
    expect(lines[0]).toBe('run_id,run,cost.total,metrics.val/auc,front');
    expect(lines.filter((line) => line.endsWith(',yes'))).toHaveLength(4);
    await page.getByRole('combobox', { name: 'X axis' }).selectOption('params.width');
    await page.getByRole('region', { name: 'val/auc against width' }).waitFor();
    await page.waitForURL(/x=params\.width/);
  });

  it('holds an axis of the parallel coordinates to a range, by keyboard too, and says which runs are within', async () => {
    const { page } = await newVisit(browser);
    await open(page, compareAddress(12));
    const parallel = card(page, 'Settings and results');
    await parallel.getByText('Limit axes to ranges').click();
    await parallel.getByRole('textbox', { name: 'width at least' }).fill('200');
    await page.keyboard.press('Enter');
    await parallel.getByText('6 of 12 runs are within the ranges.').waitFor();
    await page.waitForURL(/brush=/);
    await parallel.getByRole('button', { name: 'Table of the parallel axes' }).click();
    const names = await parallel.getByRole('table').getByRole('rowheader').allInnerTexts();
    expect(names).toHaveLength(6);
    expect(names.every((name) => /tower-(256|512)-/.test(name))).toBe(true);
    await parallel.getByRole('checkbox', { name: 'epochs' }).check();
    await parallel.getByRole('columnheader', { name: 'epochs' }).waitFor();
  });

  it('brushes an axis with the mouse', async () => {
    const { page } = await newVisit(browser);
    await open(page, compareAddress(12, '&axes=params.width&axes=metrics.val/auc'));
    const chart = page.getByRole('img', { name: /^Parallel coordinates/ });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (box === null) throw new Error('the chart has no box');
    await page.mouse.move(box.x + 64, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 64, box.y + 160, { steps: 10 });
    await page.mouse.up();
    await page.waitForURL(/brush=params\.width/);
    await page.getByText(/^\d+ of 12 runs are within the ranges\.$/).waitFor();
  });

  it('shows what is different between two runs, with what each difference means', async () => {
    const { page } = await newVisit(browser);
    await open(page, compareAddress(2));
    const diff = card(page, 'Differences between the runs');
    const width = await readable(diff.getByRole('row', { name: /^width/ }));
    expect(width).toMatch(/64\s+128\s+↑ 64, 100\s%$/);
    expect(await readable(diff.getByRole('row', { name: /^train\/loss/ }))).toMatch(/↓ 0\.\d+, \d+\s%, better/);
    expect(await readable(diff.getByRole('row', { name: /^Cost/ }).nth(1))).toMatch(/↑ \$0\.0\d+, 160\s%, worse/);
    expect(await diff.getByRole('row', { name: /^epochs/ }).count()).toBe(0);
    await diff.getByRole('button', { name: 'All' }).click();
    await diff.getByRole('row', { name: /^epochs/ }).waitFor();
  });

  it('draws 50 runs over each other in good time', async () => {
    const withinMs = await onThisMachine(browser, SMOOTH_WITHIN_MS);
    const timeMs = await shortest(withinMs, async () => {
      const { page, context, complaints } = await newVisit(browser, { isolated: true });
      await page.goto(compareAddress(RUNS), { waitUntil: 'commit' });
      await charts(page).nth(2).locator('canvas').waitFor();
      await settled(page);
      const drawnMs = await page.evaluate<number>('performance.now()');
      const names = await card(page, 'Compared runs').getByRole('rowheader').count();
      expect(names).toBe(RUNS);
      expect(complaints).toEqual([]);
      await context.close();
      return drawnMs;
    });
    expect(timeMs).toBeLessThan(withinMs);
  });

  it('says what is missing: runs that do not exist, no runs at all', async () => {
    const { page } = await newVisit(browser);
    await open(page, compareAddress(2, ',gone'));
    await page.getByText('1 run of the address does not exist: gone.').waitFor();
    await page.goto(`${server.url}/runs/compare`);
    await page.getByText('The address names no runs.').waitFor();
    await page.goto(`${server.url}/runs/gone`);
    await page.getByText('There is no run "gone".').first().waitFor();
  });

  it.each(['run', 'hostile', 'compare', 'tables'])('has no fault that axe finds: %s', async (name) => {
    const address = {
      run: runAddress('?file=top-errors.csv'),
      hostile: runAddress('?folder=hostile&file=hostile/page.html'),
      compare: compareAddress(12),
      tables: compareAddress(3, '&figures=train/loss&parallel=table&scatter=table&rows=all'),
    }[name];
    const { page } = await newVisit(browser);
    await open(page, address ?? '');
    expect(await axeFaults(page)).toEqual([]);
  });

  it('can be read on a phone without scrolling the page sideways', async () => {
    for (const address of [runAddress('?file=top-errors.csv'), compareAddress(12)]) {
      const { page } = await newVisit(browser, { width: 390, height: 844 });
      await open(page, address);
      const scroll = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(scroll).toBeLessThanOrEqual(await page.evaluate<number>('document.documentElement.clientWidth'));
    }
  });

  it('reaches every file and every chart’s table by keyboard', async () => {
    const { page } = await newVisit(browser);
    await open(page, runAddress('?tab=charts'));
    await page.getByRole('button', { name: 'Table of train/loss' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'train/loss in figures' }).waitFor();
    await page.getByRole('tab', { name: 'Charts' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: /report\.txt/ })
      .focus();
    await page.keyboard.press('Enter');
    await page.getByText('Tuesday 0.72').waitFor();
  });
});
