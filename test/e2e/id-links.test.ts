import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listAnomalies } from '../../src/finops/anomalies/schema.ts';
import { getGpuOutcomes } from '../../src/finops/gpu-usage/schema.ts';
import { sumRunCosts } from '../../src/mlops/run-views/run-table/schema.ts';
import { listExperiments, listRuns } from '../../src/mlops/runs/schema.ts';
import { decimal, sumDecimals } from '../../src/platform/units/index.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { ask, listedDecisions } from './questions.ts';

/** Ids of runs, decisions, deliveries, anomalies and recommendations. */
const ID = '(?<![\\w-])(?:[0-9a-f]{32}|dec_[0-9a-f]{20}|d_[0-9a-f]{20}|an_[0-9a-f]{16}|rec_[0-9a-f]{20})(?![\\w-])';

describe.skipIf(!hasChromium)('ids in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(() => browser?.close());

  /** Pages that name other things by their id. */
  async function pages(): Promise<string[]> {
    const [decision] = await listedDecisions(url);
    const { anomalies } = await ask(url, listAnomalies, {});
    const { runs } = await ask(url, listRuns, { query: { pageSize: 3 } });
    return [
      '/',
      '/decisions',
      `/decisions/${decision?.decision}`,
      `/models/${decision?.model}`,
      `/models/${decision?.model}/versions/${decision?.version}`,
      ...anomalies.slice(0, 1).map(({ id }) => `/anomalies/${id}`),
      ...runs.slice(0, 1).map(({ runId }) => `/runs/${runId}`),
      `/runs/compare?run=${runs.map(({ runId }) => runId).join('&run=')}`,
      '/pipelines/ranker-retraining',
      '/pipelines/ranker-retraining/runs/1',
      '/retraining/ranker',
      '/retraining/ranker/rounds/1',
      '/endpoints/home-feed',
      '/monitoring/home-feed',
      '/deliveries',
      '/gpus?by=run',
      '/recommendations',
    ];
  }

  it('are links to their pages wherever another page names them', async () => {
    const { page } = await newVisit(browser);
    const { runs } = await ask(url, listRuns, { query: { pageSize: 1000 } });
    // Other texts of 32 digits, such as digests of datasets, have no page.
    const own = new Set(runs.flatMap(({ runId, subject }) => [runId, subject.pipelineRun ?? runId]));
    const found: string[] = [];
    for (const path of await pages()) {
      await open(page, `${url}${path}`);
      const plain = await page.evaluate(
        ({ id, own }) => {
          const walker = document.createTreeWalker(
            document.querySelector('main') ?? document.body,
            NodeFilter.SHOW_TEXT,
          );
          const texts: string[] = [];
          for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
            const isShown = node.parentElement?.closest('a, button, pre, option, [aria-hidden="true"]') === null;
            const ids = isShown ? (node.textContent ?? '').match(new RegExp(id, 'g')) : null;
            texts.push(...(ids ?? []).filter((one) => !own.includes(one)));
          }
          return texts;
        },
        { id: ID, own: path },
      );
      const known = plain.filter((id) => id.length !== 32 || own.has(id));
      found.push(...known.map((text) => `${path}: ${text}`));
    }
    expect(found).toEqual([]);
  });

  it('show what GPU work cost on the experiment as on the GPUs page', async () => {
    const { experiments } = await ask(url, listExperiments, {});
    const experiment = experiments.find(({ name }) => name === 'gpu-training')?.experimentId ?? '';
    const { costs, runs, runsWithoutCost } = await ask(url, sumRunCosts, { query: { experimentId: experiment } });
    const { outcomes } = await ask(url, getGpuOutcomes, {});
    const ofWork = outcomes.filter(({ outcome }) => ['finished', 'failed', 'cancelled'].includes(outcome));
    // The cost of a minute at $6.88 an hour has no last digit, and the two sum it by other parts.
    const round = (amount: string) => decimal(amount).toDecimalPlaces(15).toFixed();
    expect(round(costs[0]?.amount ?? '')).toBe(round(sumDecimals(ofWork.map(({ cost }) => cost.paid ?? '0'))));
    expect([runs, runsWithoutCost]).toEqual([5, 0]);
    const { page } = await newVisit(browser);
    await open(page, `${url}/experiments/${experiment}`);
    await expect.poll(() => readable(page.getByTestId('answer'))).toMatch(/together they cost \$7,843\.20/);
  });
});
