import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getModelVersion } from '../../src/mlops/registry/schema.ts';
import type { Decision } from '../../src/tradeoff/decisions/schema.ts';
import { getLineage, type Lineage } from '../../src/tradeoff/lineage/schema.ts';
import { formatMetricName } from '../../web/src/format/metric-name.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { axeFaults } from './faults-found.ts';
import { ask, listedDecisions } from './questions.ts';

describe.skipIf(!hasChromium)('a version and its lineage in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let decision: Decision;
  let lineage: Lineage;
  beforeAll(async () => {
    browser = await connectBrowser();
    const found = (await listedDecisions(url)).find((one) => one.verdict === 'promote');
    if (found === undefined) throw new Error('the demo promotes a version');
    decision = found;
    const node = `model_version:${decision.model}/${decision.version}`;
    lineage = await ask(url, getLineage, { query: { node } });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<{ page: Page; complaints: string[] }> {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return { page, complaints };
  }

  it('is reached from its model, and says where it stands, what it is worth and what it costs', async () => {
    const { page } = await visit(`/models/${decision.model}?tab=versions`);
    await page.getByRole('link', { name: `Version ${decision.version}`, exact: true }).click();
    await page.waitForURL(new RegExp(`/models/${decision.model}/versions/${decision.version}`));
    const params = { model: decision.model, version: decision.version };
    const version = await ask(url, getModelVersion, { params });
    const answer = () => readable(page.getByTestId('answer'));
    await expect.poll(answer).toContain(`Version ${version.version} of ${version.model}`);
    await expect.poll(answer).toContain(`the latest verdict is`);
    await page.getByRole('tab', { name: 'Metrics and evaluations' }).click();
    const worth = page.getByRole('region', { name: 'Metrics' });
    for (const metric of Object.keys(version.metrics).filter((name) => !/\.(ci_lower|ci_upper|n)$/.test(name))) {
      await expect.poll(() => readable(worth)).toContain(formatMetricName(metric));
    }
  });

  it('shows the way from the resource to the decision as a graph of links and as a table of sentences', async () => {
    const { page } = await visit(`/models/${decision.model}/versions/${decision.version}?tab=lineage`);
    const card = page.getByRole('region', { name: 'From the bill to the decision' });
    await expect.poll(() => card.getByRole('link').count()).toBeGreaterThanOrEqual(lineage.nodes.length);
    await card.getByRole('button', { name: 'Table' }).click();
    await expect.poll(() => card.locator('tbody tr').count()).toBe(lineage.edges.length);
    const kinds = new Set(lineage.nodes.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['run', 'model_version', 'decision']));
  });

  it('leads from a decision in the graph to its page, by keyboard', async () => {
    const { page } = await visit(
      `/lineage?node=model_version:${decision.model}/${decision.version}&direction=downstream`,
    );
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /^\S+ version \S+ cost \$[\d.]+ and is connected with 1 endpoint, [\d,]+ predictions? and 1 decision within 6 steps\.$/,
    );
    const node = lineage.nodes.find(({ kind }) => kind === 'decision');
    const graph = page.getByRole('region', { name: 'From the bill to the decision' });
    const link = graph.locator(`a[href*="/decisions/${node?.id.slice('decision:'.length)}"]`);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/decisions\/dec_/);
  });

  it('lists the nodes with their facts, and the latest versions to start from', async () => {
    const { page } = await visit('/lineage');
    const version = page.getByRole('region', { name: 'Latest versions' }).getByRole('link').first();
    await version.click();
    await page.waitForURL(/\/lineage\?node=model_version/);
    const { page: known } = await visit(`/lineage?node=model_version:${decision.model}/${decision.version}`);
    const nodes = known.getByRole('table', { name: 'Nodes of the lineage' });
    await expect.poll(() => nodes.locator('tbody tr').count()).toBeGreaterThanOrEqual(lineage.nodes.length);
    await expect.poll(() => readable(nodes)).toContain(decision.summary);
  });

  it('says what is missing where nothing is known, and what to do', async () => {
    const { page } = await visit('/lineage');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard lineage show');
    const { page: unknown } = await visit('/lineage?node=run:nobody');
    await expect.poll(() => readable(unknown.getByRole('main'))).toContain('nobody');
  });

  it('has nothing for axe to find and nothing to complain about, light and dark', async () => {
    for (const path of [
      `/models/${decision.model}/versions/${decision.version}?tab=lineage`,
      `/lineage?node=model_version:${decision.model}/${decision.version}`,
    ]) {
      const { page, complaints } = await newVisit(browser);
      await open(page, `${url}${path}`);
      await page.getByRole('button', { name: 'Table' }).waitFor();
      expect(await axeFaults(page)).toEqual([]);
      expect(complaints).toEqual([]);
    }
  });
});
