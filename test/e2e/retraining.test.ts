import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RetrainingRoom, TRAINING } from '../../src/tradeoff/testing/retraining.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { applicationWithRanker, type ServedApplication } from '../support/served.ts';
import { faultsFound } from './faults-found.ts';

describe.skipIf(!hasChromium)('retraining in the browser (skipped where Chromium is missing)', () => {
  let server: ServedApplication;
  let browser: Browser;
  let room: RetrainingRoom;
  beforeAll(async () => {
    browser = await connectBrowser();
    server = await applicationWithRanker();
    room = new RetrainingRoom(server.application, { offset: 0 });
    await room.apply(TRAINING);
    await room.trained();
    await room.retraining(
      "on: [{episode: {causes: [quality]}}, {labels: 1000}], worth: {valuePerPrediction: {amount: '0.000001', currency: USD}}, params: {accuracy: '0.9'}",
    );
    await room.predicted(50);
    await room.tell('opened');
    await room.until(1, ({ state }) => state === 'waiting');
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

  it('gives a first retraining where there is none', async () => {
    await using empty = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-no-retrainings-')));
    const { page } = await newVisit(browser);
    await open(page, `${empty.url}/retraining`);
    expect(await answer(page)).toBe('No model is retrained automatically yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard apply -f retraining.yaml');
    expect(await faultsFound(browser, `${empty.url}/retraining`)).toEqual([]);
  });

  it('says what waits, and why', async () => {
    const { page, complaints } = await visit('/retraining');
    expect(await answer(page)).toMatch(/^1 retraining: none running and 1 round waiting/);
    await page.getByTestId('retrainings').getByRole('link', { name: 'ranker', exact: true }).first().click();
    await page.waitForURL('**/retraining/ranker**');
    await page.getByRole('heading', { name: 'Waiting rounds' }).waitFor();
    await page.getByRole('tab', { name: 'Triggers' }).click();
    await page.waitForURL('**tab=triggers**');
    await expect.poll(() => readable(page.getByRole('table', { name: 'Triggers of ranker' }))).toContain('of 1,000');
    await page.getByRole('tab', { name: 'Now' }).click();
    await page.getByRole('region', { name: /^Rounds of ranker/ }).focus();
    for (const key of ['ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.waitForURL('**/retraining/ranker/rounds/1**');
    await expect.poll(() => answer(page), { timeout: 30_000 }).toMatch(/^Round 1 is waiting/);
    expect(complaints).toEqual([]);
  });

  it.each(['/retraining', '/retraining/ranker', '/retraining/ranker?tab=rules', '/retraining/ranker/rounds/1'])(
    'has no fault that axe finds, and is read on a phone: %s',
    async (path) => {
      expect(await faultsFound(browser, `${server.url}${path}`)).toEqual([]);
    },
  );

  it('starts what waits after saying what that means, and follows it to its verdict', async () => {
    const { page, complaints } = await visit('/retraining/ranker/rounds/1');
    await page.getByRole('button', { name: 'Start round 1…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Start round 1 of ranker now?' });
    await dialog.getByLabel(/^Reason/).fill('we want to see it');
    await dialog.getByRole('button', { name: /^Start/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await room.untilOver(1);
    await expect.poll(() => answer(page), { timeout: 60_000 }).toMatch(/^Round 1 promoted version \d+/);
    const timeline = page.getByRole('list', { name: 'Timeline of ranker #1' });
    expect(await readable(timeline)).toMatch(/Triggered.*Verdict.*Rollout/s);
    expect(complaints).toEqual([]);
    await timeline
      .getByRole('link', { name: /^training #/ })
      .first()
      .click();
    await page.waitForURL('**/pipelines/training/runs/**');
    await open(page, `${server.url}/pipelines/training`);
    await page.getByRole('link', { name: 'ranker', exact: true }).last().click();
    await page.waitForURL('**/retraining/ranker**');
  });

  it('gives up what waits', async () => {
    await room.tell('opened', { episode: 'ep-2' });
    await room.until(2, ({ state }) => state === 'waiting');
    const { page } = await visit('/retraining/ranker');
    await page.getByRole('button', { name: 'Dismiss round 2…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Dismiss round 2 of ranker?' });
    await dialog.getByRole('button', { name: /^Dismiss/ }).click();
    await page.getByRole('button', { name: 'Dismiss round 2…' }).waitFor({ state: 'detached' });
    expect((await room.round(2)).state).toBe('dismissed');
  });

  it('says that a retraining does not exist', async () => {
    const { page } = await visit('/retraining/nobody');
    expect(await readable(page.getByRole('alert').first())).toContain('retraining_not_found');
  });
});
