import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listRuns } from '../../src/mlops/runs/schema.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { connectBrowser, hasChromium, newVisit, open } from '../support/browser.ts';
import { turn } from './faults-found.ts';
import { ask, deliveryAddresses, listedDecisions, newestMonth, rowAddress } from './questions.ts';

/** With SCREENSHOTS=1 the images of the docs are renewed; the deep run does not change the checkout. */
const FOLDER =
  processEnvironment().SCREENSHOTS === '1'
    ? join(import.meta.dirname, '..', '..', 'docs', 'screenshots')
    : join(tmpdir(), 'screenshots');
const WIDTHS = [1440, 1024, 390];
const SCHEMES = ['light', 'dark'] as const;
const UNALLOCATED = 'by=kind&by=serviceName&filter=kind%21%3Dallocated&name=Idle+and+unallocated';
const sizeOf = (width: number) => ({ width, height: width < 500 ? 844 : 900 });

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

  it('of every page in every width, light and dark', async () => {
    const decisions = await listedDecisions(url);
    const { restating, goingBack, compared } = await deliveryAddresses(url);
    const runIds = (await ask(url, listRuns, { query: { experimentId: '1' } })).runs.map(({ runId }) => runId);
    const row = await rowAddress(url, await newestMonth(url));
    const pages = {
      overview: '/',
      costs: '/costs?by=team&by=serviceName',
      'costs-compared': '/costs?compare=sameDays',
      'costs-unallocated': `/costs?${UNALLOCATED}`,
      'bill-rows': '/costs?view=rows',
      'bill-row': row,
      'bill-row-delivered': `${row}&part=raw`,
      anomalies: '/anomalies',
      allocation: '/allocation',
      deliveries: '/deliveries',
      delivery: restating,
      'deliveries-compared': compared,
      'delivery-going-back': goingBack,
      statements: '/statements',
      forecasts: '/forecasts',
      statement: '/statements?team=search',
      gpus: '/gpus?period=all',
      experiments: '/experiments',
      runs: '/experiments/1',
      run: `/runs/${runIds.at(-1)}?file=evaluation.csv`,
      'runs-compared': `/runs/compare?runs=${runIds.join(',')}`,
      endpoint: '/endpoints/home-feed',
      monitor: '/monitoring/home-feed',
      retraining: '/retraining/ranker/rounds/1',
      models: '/models',
      model: '/models/ranker',
      decisions: '/decisions',
      decision: `/decisions/${decisions[0]?.decision}`,
    };
    const { page } = await newVisit(browser);
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize(sizeOf(1440));
      await open(page, `${url}${path}`);
      for (const width of WIDTHS) {
        await page.setViewportSize(sizeOf(width));
        for (const scheme of SCHEMES) {
          await turn(page, scheme);
          // The canvas is drawn one frame after its library has come, or after its size or colours have changed.
          await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
          await page.screenshot({ path: join(FOLDER, `${name}-${width}-${scheme}.png`) });
        }
      }
    }
    expect(decisions.length).toBeGreaterThan(0);
  });
});
