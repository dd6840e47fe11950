import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEndpointMetrics } from '../../src/mlops/gateway/schema.ts';
import { getEndpoint } from '../../src/mlops/serving/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { appliedEndpoint } from '../../src/mlops/testing/serving.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { applicationWithRanker, MACHINE_PRICE, type ServedApplication } from '../support/served.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const onnx = (version: string) => ({ model: 'ranker', version, backend: 'onnx' });
const SPEC = {
  variants: { small: onnx('1'), large: onnx('2') },
  routes: {
    // The score is the sum of the inputs, which is its confidence.
    thrifty: { cascade: { stages: [{ variant: 'small', acceptAtConfidence: 0.8 }, { variant: 'large' }] } },
    tiers: {
      router: { rules: [{ when: { header: 'x-tier', equals: 'free' }, variant: 'small' }], otherwise: 'large' },
    },
    unused: { cascade: { stages: [{ variant: 'small', acceptAtConfidence: 0.5 }, { variant: 'large' }] } },
  },
  traffic: { weights: { thrifty: 3, large: 1 } },
};
const [CONFIDENT, UNSURE, ROUTED] = [30, 10, 5];

describe.skipIf(!hasChromium)('routes of an endpoint in the browser (skipped where Chromium is missing)', () => {
  let server: ServedApplication;
  let browser: Browser;
  const predict = (inputs: number[], headers: Readonly<Record<string, string>>) =>
    fetch(`${server.url}/serve/routed/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ inputs: [inputs] }),
    });
  const visit = async () => {
    const visited = await newVisit(browser);
    await open(visited.page, `${server.url}/endpoints/routed?tab=versions`);
    return visited;
  };
  const find = (page: Page, label: string) => page.getByRole('region', { name: new RegExp(`^${label} of routed`) });
  const rowTexts = async (region: Locator) => {
    const rows = await region.locator('tbody tr').all();
    return Promise.all(rows.map(async (row) => (await readable(row)).replaceAll(/\s+/g, ' ').trim()));
  };

  beforeAll(async () => {
    browser = await connectBrowser();
    server = await applicationWithRanker();
    await applied(server.application, MACHINE_PRICE);
    await appliedEndpoint(server.application, 'routed', SPEC);
    for (let count = 0; count < CONFIDENT; count += 1) await predict([0.5, 0.45], { 'x-steelyard-variant': 'thrifty' });
    for (let count = 0; count < UNSURE; count += 1) await predict([0.2, 0.1], { 'x-steelyard-variant': 'thrifty' });
    for (let count = 0; count < ROUTED; count += 1)
      await predict([1, 2], { 'x-steelyard-variant': 'tiers', 'x-tier': 'free' });
    // Counts are stored before metrics are read.
    await ask(server.url, getEndpointMetrics, { params: { endpoint: 'routed' } });
    await appliedEndpoint(server.application, 'plain', { variants: { main: onnx('1') } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it('has the figures of the API: kind, share, requests, escalated share and cost', async () => {
    const { page, complaints } = await visit();
    const { routes } = await ask(server.url, getEndpoint, { params: { endpoint: 'routed' } });
    expect(routes[0]).toMatchObject({ requests: CONFIDENT + UNSURE, escalatedShare: 0.25 });
    const texts = await rowTexts(find(page, 'Routes'));
    expect(texts[0]).toMatch(/^thrifty 40 25\s?% .*75\s?% cascade$/);
    expect(texts[1]).toMatch(/^tiers 5 – unknown: A router asks one variant\..* none router$/);
    expect(texts[2]).toMatch(
      /^unused 0 – unknown: No request in the last 24 hours\..*unknown: no request in the last seven days none cascade$/,
    );
    await expect
      .poll(async () => (await rowTexts(find(page, 'Routes')))[0], { timeout: 60_000 })
      .toMatch(/^thrifty 40 25\s?% \$\d/);
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /^ranker version 2 \(25\s%\) and the cascade thrifty \(75\s%\) answer/,
    );
    expect(complaints).toEqual([]);
  });

  it('has the stages in order with thresholds, rules and requests, and sorts them', async () => {
    const { page } = await visit();
    const stages = find(page, 'Stages and rules');
    const texts = await rowTexts(stages);
    expect(texts[0]).toMatch(/^thrifty 1 small 40 10 0 accepts at a confidence of 0\.8 or more$/);
    expect(texts[1]).toMatch(/^thrifty 2 large 10 –.*always accepted\. 0 always answers$/);
    expect(texts[2]).toMatch(/^tiers 1 small 5 .* header x-tier = free$/);
    expect(texts[3]).toMatch(/^tiers 2 large 0 .* all other requests$/);
    await stages.getByRole('button', { name: 'Asked' }).click();
    expect((await rowTexts(stages)).map((text) => text.split(' ', 2).join(' ')).slice(0, 2)).toEqual([
      'thrifty 1',
      'thrifty 2',
    ]);
    await stages.getByRole('button', { name: 'Asked' }).click();
    expect((await rowTexts(stages)).at(-1)).toMatch(/^thrifty 1/);
  });

  it('keeps the share of a route when shares are changed', async () => {
    const { page } = await visit();
    await page.getByRole('button', { name: 'Change shares…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the shares of routed' });
    expect(await dialog.getByLabel('Weight of thrifty').inputValue()).toBe('75');
    await dialog.getByLabel('Weight of large').fill('75');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await dialog.waitFor({ state: 'detached' });
    const { routes } = await ask(server.url, getEndpoint, { params: { endpoint: 'routed' } });
    expect(routes.map(({ route, weight }) => [route, weight])).toEqual([
      ['thrifty', 0.5],
      ['tiers', 0],
      ['unused', 0],
    ]);
  });

  it('is absent where an endpoint has no route', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/endpoints/plain?tab=versions`);
    await page.getByRole('table', { name: 'Variants of plain' }).waitFor();
    expect(await page.getByRole('heading', { name: 'Routes' }).count()).toBe(0);
  });

  it('has no fault that axe finds in light and dark, holds still while it loads, and is read on a phone', async () => {
    expect(await faultsFound(browser, `${server.url}/endpoints/routed?tab=versions`)).toEqual([]);
  });
});
