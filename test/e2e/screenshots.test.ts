import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listRuns } from '../../src/mlops/runs/schema.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { connectBrowser, hasChromium, newVisit, open } from '../support/browser.ts';
import { ask, deliveryAddresses, listedDecisions } from './questions.ts';

/** With SCREENSHOTS=1 the pictures of the docs are renewed; other runs do not change the checkout. */
const FOLDER =
  processEnvironment().SCREENSHOTS === '1'
    ? join(import.meta.dirname, '..', '..', 'docs', 'screenshots')
    : join(tmpdir(), 'screenshots');
const SIZE = { width: 1120, height: 700 };
/** Of a picture in the docs. */
const MOST_BYTES = 150_000;

describe.skipIf(!hasChromium)('screenshots (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true });
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it('of every page, each small enough for the docs', async () => {
    const decisions = await listedDecisions(url);
    const { restating } = await deliveryAddresses(url);
    const runIds = (await ask(url, listRuns, { query: { experimentId: '1' } })).runs.map(({ runId }) => runId);
    const pages = {
      overview: '/',
      decisions: '/decisions',
      decision: `/decisions/${decisions[0]?.decision}`,
      costs: '/costs?by=team&by=serviceName',
      'costs-compared': '/costs?compare=sameDays',
      budgets: '/budgets',
      budget: '/budgets/search',
      forecasts: '/forecasts',
      anomalies: '/anomalies',
      savings: '/recommendations',
      allocation: '/allocation',
      statements: '/statements',
      bills: '/deliveries',
      delivery: restating,
      experiments: '/experiments',
      runs: '/experiments/1',
      run: `/runs/${runIds.at(-1)}`,
      'runs-compared': `/runs/compare?runs=${runIds.join(',')}`,
      registry: '/models',
      model: '/models/ranker',
      'trade-offs': '/trade-offs/ranker',
      pipelines: '/pipelines',
      endpoint: '/endpoints/home-feed',
      monitor: '/monitoring/home-feed',
      gpus: '/gpus?period=all',
    };
    const { page } = await newVisit(browser);
    await page.setViewportSize(SIZE);
    for (const [name, path] of Object.entries(pages)) {
      await open(page, `${url}${path}`);
      // The canvas is drawn one frame after its library has come.
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
      const picture = await page.screenshot({ path: join(FOLDER, `${name}.png`) });
      expect(picture.byteLength, name).toBeLessThan(MOST_BYTES);
    }
  });
});
