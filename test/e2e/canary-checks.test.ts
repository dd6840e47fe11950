import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getEndpointRollout } from '../../src/mlops/serving/rollouts/schema.ts';
import { applied } from '../../src/mlops/testing/pipelines.ts';
import { appliedEndpoint } from '../../src/mlops/testing/serving.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { applicationWithRanker, type ServedApplication } from '../support/served.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const ENOUGH = 20;
const onnx = (version: string) => ({ main: { model: 'ranker', version, backend: 'onnx' } });
/** No error is so rare that some tens of requests prove it: the check stays open. */
const ANALYSIS = { checks: [{ metric: 'errorRate', margin: 0.001 }], deadline: '2h' };
const CANARY = { strategy: 'canary', steps: [{ weight: 50, for: '1ms' }], requests: ENOUGH, analysis: ANALYSIS };

describe.skipIf(!hasChromium)('a canary with analysis in the browser (skipped where Chromium is missing)', () => {
  let server: ServedApplication;
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
    server = await applicationWithRanker();
    await appliedEndpoint(server.application, 'ranker', { variants: onnx('1') });
    const spec = { variants: onnx('2'), rollout: CANARY };
    const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'ranker' }, spec };
    await applied(server.application, JSON.stringify(document));
    while ((await rollout())?.checks[0]?.estimate == null) await Promise.all(Array.from({ length: 8 }, predict));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const rollout = async () => (await ask(server.url, getEndpointRollout, { params: { endpoint: 'ranker' } })).rollout;
  const predict = () =>
    fetch(`${server.url}/serve/ranker/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"inputs": [[1, 2]]}',
    });

  it('shows each check with its estimate, interval, limit, samples and verdict', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/endpoints/ranker`);
    const check = page.getByRole('list', { name: 'Checks of the analysis' }).getByRole('listitem');
    expect(await check.count()).toBe(1);
    const text = await readable(check);
    expect(text).toMatch(/Error rate \(5xx\)\s+\? inconclusive/);
    expect(text).toMatch(/points? \(.+ to .+ points?\)/);
    expect(text).toMatch(/must be at most \+0\.1 points; n [\d,]+/);
    expect(text).toContain('confidence sequence');
    expect(complaints).toEqual([]);
  });

  it('shows the share, the proof, the deadline and what follows it', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/endpoints/ranker`);
    const card = page.getByRole('region', { name: 'New revision against live revision' });
    const text = await readable(card);
    expect(text).toMatch(/Share of requests\s+50\s%\s+received \d+\s%: [\d,]+ of [\d,]+ requests/);
    expect(text).toMatch(/Proof\s+0 of 1 check passes, 1 inconclusive/);
    expect(text).toMatch(/Deadline\s+\d+ \w+ \d{4}, \d\d:\d\d UTC\s+then rolled back if unproven/);
    expect(text).toContain('Waiting: ');
  });

  it('has no fault that axe finds, and is read on a phone', async () => {
    expect(await faultsFound(browser, `${server.url}/endpoints/ranker`, { mayMove: true })).toEqual([]);
  });

  it('keeps the checks and the reason after the end', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/endpoints/ranker`);
    await page.getByRole('button', { name: 'Abort…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Abort rollout' }).click();
    await expect.poll(async () => (await rollout())?.state).toBe('aborted');
    await page.getByText('was rolled back at step 1 of 1').waitFor();
    const card = await readable(page.getByRole('region', { name: 'New revision against live revision' }));
    expect(card).toMatch(/Reason: .+/);
    expect(card).toContain('Error rate (5xx)');
    expect(card).not.toContain('Deadline');
  });
});
