import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient, type DemoClient } from '../../examples/recommender/demo/client.ts';
import { getRun } from '../../src/mlops/runs/schema.ts';
import {
  connectBrowser,
  copied,
  hasChromium,
  newVisit,
  open,
  readable,
  shiftWhileOpening,
} from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaultsAsShown } from './faults-found.ts';
import { ask } from './questions.ts';

const LAYOUT_SHIFT = 0.02;
/** The page of a running run is refreshed every few seconds. */
const LIVE = { timeout: 30_000 };
const HOSTILE =
  '# Why\n\n- **wider** tower\n\n<img src=x onerror="globalThis.ranFromNote = true"> [x](javascript:alert(1))';

describe.skipIf(!hasChromium)('changing a run in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let client: DemoClient;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-edits-')));
    client = createDemoClient(server.url);
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function newRun(name: string, tags: { key: string; value: string }[] = []): Promise<string> {
    const { run } = await client.mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id: '0',
      run_name: name,
      start_time: Date.now() - 65_000,
      tags,
    });
    return run.info.run_id;
  }
  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const tagsOf = async (runId: string) => (await ask(server.url, getRun, { params: { runId } })).tags;

  it('renames it where the name stands, by keyboard, and takes it back', async () => {
    const runId = await newRun('first try');
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/runs/${runId}`);
    await page.getByRole('button', { name: 'Rename' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Name of the run' }).fill('wider tower');
    await page.keyboard.press('Enter');
    await page.getByText('The run was first try and is wider tower now.').waitFor();
    expect(await page.title()).toContain('Run wider tower');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.title(), LIVE).toContain('Run first try');
    expect((await tagsOf(runId))['mlflow.runName']).toBe('first try');
  });

  it('keeps a note as Markdown, in which nothing runs; Ctrl-Enter saves, Escape leaves it', async () => {
    const runId = await newRun('noted');
    const { page, complaints, requested } = await newVisit(browser);
    await open(page, `${server.url}/runs/${runId}`);
    const note = card(page, 'Notes');
    await note.getByText('No note on this run yet.').waitFor();
    await note.getByRole('button', { name: 'Write a note' }).click();
    await note.getByRole('textbox', { name: 'Note on this run' }).fill(HOSTILE);
    await page.keyboard.press('Control+Enter');
    await note.getByText('wider', { exact: true }).waitFor();
    expect(await note.locator('strong').allInnerTexts()).toEqual(['wider']);
    expect(await note.locator('img, a, script').count()).toBe(0);
    expect(await page.evaluate<unknown>('globalThis.ranFromNote')).toBeUndefined();
    expect((await tagsOf(runId))['mlflow.note.content']).toBe(HOSTILE);
    await note.getByRole('button', { name: 'Edit the note' }).click();
    await note.getByRole('textbox').fill('thrown away');
    await page.keyboard.press('Escape');
    await note.locator('strong').waitFor();
    expect(complaints).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(server.url) && !url.startsWith('data:'))).toEqual([]);
  });

  it('adds, changes and removes a tag; says what cannot be one; takes the last change back', async () => {
    const runId = await newRun('tagged', [{ key: 'stage', value: 'draft' }]);
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/runs/${runId}`);
    const tags = card(page, 'Tags');
    await tags.getByRole('button', { name: 'Add tag' }).click();
    await tags.getByRole('textbox', { name: 'Tag', exact: true }).fill('../escape');
    await page.keyboard.press('Enter');
    expect(await readable(tags.getByRole('alert'))).toContain('../escape');
    await tags.getByRole('textbox', { name: 'Tag', exact: true }).fill('steelyard.team');
    await tags.getByRole('textbox', { name: 'Value of the new tag' }).fill('search');
    await page.keyboard.press('Enter');
    await tags.getByRole('row', { name: /steelyard\.team search/ }).waitFor();
    await tags.getByRole('button', { name: 'Change stage' }).click();
    await tags.getByRole('textbox', { name: 'Value of stage' }).fill('final');
    await page.keyboard.press('Enter');
    await tags.getByRole('row', { name: /stage final/ }).waitFor();
    await tags.getByRole('button', { name: 'Remove stage' }).click();
    await page.getByText('The tag stage was removed.').waitFor();
    expect(await tagsOf(runId)).not.toHaveProperty('stage');
    await page.getByRole('button', { name: 'Undo' }).click();
    await tags.getByRole('row', { name: /stage final/ }).waitFor();
    expect(await tagsOf(runId)).toMatchObject({ stage: 'final', 'steelyard.team': 'search' });
  });

  it('copies the run id, and leads to the parent and the nested runs', async () => {
    const parent = await newRun('parent');
    const child = await newRun('child', [{ key: 'mlflow.parentRunId', value: parent }]);
    const { page, context } = await newVisit(browser);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page, `${server.url}/runs/${child}`);
    await copied(page, 'Copy the run id', (text) => text === child);
    await page.getByText('Copied', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'parent', exact: true }).click();
    await page.waitForURL(`**/runs/${parent}`);
    await page.getByRole('link', { name: '1 run', exact: true }).click();
    await page.waitForURL(/filter=tags\.mlflow\.parentRunId/);
    await page.getByRole('link', { name: 'child', exact: true }).waitFor();
  });

  it('renews a running run in place and says how long it has been going', async () => {
    const runId = await newRun('going on');
    const log = (step: number, value: number) =>
      client.mlflow('runs/log-metric', { run_id: runId, key: 'loss', value, step, timestamp: Date.now() });
    await log(0, 0.75);
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/runs/${runId}`);
    expect(await readable(page.getByTestId('answer'))).toMatch(/going on is running for .+ so far with loss 0\.75/);
    await log(1, 0.5);
    const row = card(page, 'Metrics').getByRole('row', { name: /^loss/ });
    await expect.poll(() => readable(row), LIVE).toMatch(/0\.5\s+0\.5\s+0\.75\s+2/);
    await client.mlflow('runs/update', { run_id: runId, status: 'FINISHED', end_time: Date.now() });
    await expect.poll(() => readable(page.getByTestId('answer')), LIVE).toMatch(/going on finished in /);
  });

  it('lets a deleted run be restored and not be changed', async () => {
    const runId = await newRun('gone', [{ key: 'stage', value: 'draft' }]);
    await client.mlflow('runs/delete', { run_id: runId });
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/runs/${runId}`);
    await page.getByRole('button', { name: 'Restore' }).waitFor();
    for (const name of ['Rename', 'Write a note', 'Add tag', 'Change stage']) {
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
  });

  it.each([1440, 390])(
    'moves nothing while it loads, and axe finds nothing while it is changed, at %d',
    async (width) => {
      const runId = await newRun('still', [{ key: 'stage', value: 'draft' }]);
      const { page } = await newVisit(browser, { width });
      expect(await shiftWhileOpening(page, `${server.url}/runs/${runId}`)).toBeLessThan(LAYOUT_SHIFT);
      await page.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('button', { name: 'Write a note' }).click();
      await page.getByRole('button', { name: 'Add tag' }).click();
      expect(await axeFaultsAsShown(page)).toEqual([]);
    },
  );
});
