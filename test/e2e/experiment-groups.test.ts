import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupRuns } from '../../src/mlops/run-views/run-table/schema.ts';
import { getExperiment } from '../../src/mlops/runs/schema.ts';
import {
  connectBrowser,
  hasChromium,
  newVisit,
  open,
  readable,
  readDownload,
  shiftWhileOpening,
} from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { seedRuns } from '../support/seeded-runs.ts';
import { axeFaults } from './faults-found.ts';
import { ask } from './questions.ts';

const RUNS = 12;
const LAYOUT_SHIFT = 0.02;
const SOON = { timeout: 15_000 };

describe.skipIf(!hasChromium)(
  'groups of runs, and an experiment that is changed, in the browser (skipped where Chromium is missing)',
  () => {
    let server: RunningServer;
    let browser: Browser;
    let experimentId: string;
    beforeAll(async () => {
      server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-groups-')));
      experimentId = (await seedRuns(server.url, RUNS)).experimentId;
      browser = await connectBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
    });

    async function visit(search = ''): Promise<Page> {
      const { page } = await newVisit(browser);
      await open(page, `${server.url}/experiments/${experimentId}${search}`);
      return page;
    }
    const groups = (page: Page) => page.getByRole('table', { name: 'Groups' });

    it('groups the runs by a param with the best value and the exact cost of each; a group leads to its runs', async () => {
      const page = await visit();
      await page.getByRole('combobox', { name: 'Group by' }).selectOption('params.width');
      await groups(page).waitFor();
      await page.waitForURL(/group=params\.width/);
      const query = { experimentId, by: 'params.width', metric: 'val/auc' };
      const asked = await ask(server.url, groupRuns, { query });
      await expect
        .poll(() => groups(page).getByRole('rowheader').allInnerTexts())
        .toEqual(asked.groups.map(({ value }) => value));
      const [first] = asked.groups;
      const figures = await groups(page)
        .getByRole('row', { name: new RegExp(`^${first?.value} `) })
        .locator('data')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
      const { metric, cost } = first ?? {};
      expect(figures).toEqual([String(metric?.greatest), String(metric?.mean), cost?.costs[0]?.amount]);
      await page.getByRole('combobox', { name: 'Quality by' }).selectOption('train/loss');
      await groups(page).getByRole('columnheader', { name: 'Best train/loss' }).waitFor();
      await groups(page).getByRole('link', { name: '256', exact: true }).click();
      await page.waitForURL((url) => url.searchParams.get('filter') === "params.width = '256'");
      await expect.poll(() => readable(page.getByTestId('runs-total')), SOON).toBe('3 runs');
    });

    it('saves the groups as CSV, moves nothing, and has nothing for axe to find', async () => {
      const { page, complaints } = await newVisit(browser);
      const address = `${server.url}/experiments/${experimentId}?group=params.optimizer`;
      expect(await shiftWhileOpening(page, address)).toBeLessThan(LAYOUT_SHIFT);
      expect(await axeFaults(page)).toEqual([]);
      const [csv] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV of the groups' }).click(),
      ]);
      const lines = (await readDownload(csv)).toString().trim().split('\r\n');
      expect(lines[0]).toBe('params.optimizer,runs,metric,least,mean,greatest,cost,currency,runs_without_cost');
      expect(lines).toHaveLength(3);
      expect(complaints).toEqual([]);
    });

    it('renames the experiment, refuses a name that is taken, and keeps its note', async () => {
      const page = await visit();
      await page.getByRole('button', { name: 'Rename' }).click();
      const name = page.getByRole('textbox', { name: 'Name of the experiment' });
      await name.fill('Default');
      await page.keyboard.press('Enter');
      expect(await readable(page.getByRole('alert'))).toContain('already exists');
      await name.fill('click towers');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.title(), SOON).toContain('click towers');
      await page.getByRole('button', { name: 'Write a note' }).first().click();
      const note = page.getByRole('region', { name: 'Notes' });
      await note.getByRole('button', { name: 'Write a note' }).click();
      await note.getByRole('textbox', { name: 'Note on this experiment' }).fill('Towers of *four* widths.');
      await page.keyboard.press('Control+Enter');
      await note.locator('em').waitFor();
      const experiment = await ask(server.url, getExperiment, { params: { experimentId } });
      expect(experiment).toMatchObject({
        name: 'click towers',
        tags: { 'mlflow.note.content': 'Towers of *four* widths.' },
      });
    });
  },
);
