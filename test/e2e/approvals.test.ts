import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { getDecision } from '../../src/tradeoff/decisions/schema.ts';
import { checkGate, listApprovals } from '../../src/tradeoff/gates/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { faultsFound } from './faults-found.ts';
import { ask } from './questions.ts';

const POLICY = `apiVersion: steelyard/v1
kind: Policy
metadata: {name: signed}
spec:
  model: ranker
  environment: lab
  currency: USD
  quality: [{metric: ndcg_at_10, direction: higher, floor: '0.01'}]
  cost: [{measure: trainingCost, atMost: '100'}]
  approvals: [{role: admin}]
`;
const KEY = { model: 'ranker', version: '7', policy: 'signed' };

describe.skipIf(!hasChromium)('approvals in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let waiting: string;
  beforeAll(async () => {
    server = await demoApplication();
    browser = await connectBrowser();
    await ask(server.url, postApply, { body: { documents: [{ file: 'policy.yaml', text: POLICY }] } });
    const { decision } = await ask(server.url, checkGate, { body: KEY });
    waiting = decision ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const stated = async () => (await ask(server.url, listApprovals, { query: KEY })).approvals;
  async function visit(): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/decisions/${waiting}`);
    return page;
  }

  it('declines a version with a reason, and withdraws that', async () => {
    const page = await visit();
    const card = page.getByRole('region', { name: 'Approval', exact: true });
    expect(await readable(card)).toMatch(/Required: 1 admin, not the requester.*Waiting for approval/s);
    await card.getByRole('button', { name: 'Decline…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Decline ranker version 7?' });
    expect(await dialog.getByRole('button', { name: /^Decline/ }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('the labels are too young');
    await dialog.getByRole('button', { name: /^Decline/ }).click();
    // Until it closes, its field has the same text.
    await dialog.waitFor({ state: 'hidden' });
    await card.getByText('the labels are too young').waitFor();
    expect(await stated()).toMatchObject([{ declined: true, note: 'the labels are too young' }]);
    await card.getByRole('button', { name: 'Withdraw' }).click();
    await card.getByText('No approval yet.').waitFor();
    expect(await stated()).toEqual([]);
    expect(await faultsFound(browser, `${server.url}/decisions/${waiting}`)).toEqual([]);
  });

  it('approves a version with a note, evaluates it again and shows the new decision', async () => {
    const page = await visit();
    const card = page.getByRole('region', { name: 'Approval', exact: true });
    await card.getByRole('button', { name: 'Approve…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve ranker version 7?' });
    await dialog.getByLabel('Note (optional)').fill('reviewed with finance');
    await dialog.getByRole('button', { name: /^Approve/ }).click();
    await card.getByText('All approvals are given.').first().waitFor();
    expect(await readable(card.getByRole('table', { name: 'Approvals' }))).toMatch(/approved.*reviewed with finance/s);
    expect(await stated()).toMatchObject([{ account: 'local', note: 'reviewed with finance' }]);
    await card.getByRole('button', { name: 'Evaluate again' }).click();
    await page.waitForURL((address) => !address.pathname.endsWith(waiting));
    await page.getByTestId('answer').getByText('promoted').waitFor();
    const decision = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    expect(await ask(server.url, getDecision, { params: { decision } })).toMatchObject({
      ...{ model: 'ranker', version: '7', policy: 'signed', verdict: 'promote' },
    });
  });
});
