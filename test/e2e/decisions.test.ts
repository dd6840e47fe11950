import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Decision } from '../../src/tradeoff/decisions/schema.ts';
import { formatCheckName } from '../../web/src/decisions/check-name.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { listedDecisions } from './questions.ts';

describe.skipIf(!hasChromium)('models and decisions in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let decisions: readonly Decision[];
  beforeAll(async () => {
    browser = await connectBrowser();
    decisions = await listedDecisions(url);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }

  it('lists every decision with its verdict in words and the small beam', async () => {
    const page = await visit('/decisions');
    const rows = page.getByRole('region', { name: 'Verdicts and evidence' }).locator('tbody tr');
    expect(await rows.count()).toBe(decisions.length);
    for (const [index, decision] of decisions.entries()) {
      const row = rows.nth(index);
      expect(await readable(row)).toContain(decision.verdict);
      expect(await row.getByRole('img').getAttribute('aria-label')).toContain(`: ${decision.verdict}.`);
    }
  });

  it('filters by verdict, in the address', async () => {
    const page = await visit('/decisions');
    await page.getByLabel('Verdict', { exact: true }).selectOption('promote');
    await page.waitForURL(/verdict=promote/);
    const promoted = decisions.filter((decision) => decision.verdict === 'promote');
    await expect
      .poll(() => page.getByRole('region', { name: 'Verdicts and evidence' }).locator('tbody tr').count())
      .toBe(promoted.length);
    await expect.poll(() => readable(page.getByTestId('answer'))).toContain(`${promoted.length} promoted`);
  });

  it.each(['promote', 'reject'] as const)('shows the beam of a %s with both sides and each check', async (verdict) => {
    const decision = decisions.find((one) => one.verdict === verdict);
    const page = await visit(`/decisions/${decision?.decision}`);
    const beam = page.getByTestId('balance').getByRole('img', { name: /^Beam/ });
    expect(await beam.getAttribute('aria-label')).toContain(
      verdict === 'promote' ? 'tipped to quality' : 'tipped to cost',
    );
    for (const side of ['Quality', 'Cost'] as const) {
      const own = decision?.checks.filter((check) => check.side === side.toLowerCase()) ?? [];
      const region = page.getByRole('region', { name: new RegExp(`^${side}`) });
      expect(await region.getByRole('listitem').count()).toBe(own.length);
      for (const check of own) {
        const text = await readable(region);
        expect(text).toContain(formatCheckName(check));
        // The id of a run has eight digits on the page.
        expect(text).toContain(check.source.replaceAll(/[0-9a-f]{32}/g, (id) => id.slice(0, 8)));
      }
    }
  });

  it('tips to where the needle’s word is printed, and stands still where motion is not wanted', async () => {
    const decision = decisions.find((one) => one.verdict === 'reject');
    const page = await visit(`/decisions/${decision?.decision}`);
    const place = async (name: string) =>
      (await page.getByTestId('balance').locator('svg text', { hasText: name }).first().boundingBox())?.y ?? 0;
    expect(await place('Cost')).toBeGreaterThan((await place('Quality')) + 10);
    const moving = await page.evaluate<number>('document.getAnimations().length');
    expect(moving).toBe(0);
  });

  it('names what is needed to replay a decision', async () => {
    const page = await visit(`/decisions/${decisions[0]?.decision}`);
    const facts = await readable(page.getByRole('region', { name: 'Replay' }));
    expect(facts).toContain(`${decisions[0]?.policy}, version ${decisions[0]?.policyVersion}`);
    expect(facts).toMatch(/Price books\s+own-prices@1/);
    expect(facts).toContain(decisions[0]?.decision);
  });

  it.each(['promote', 'reject'] as const)('says what decided a %s and what has happened since', async (verdict) => {
    const decision = decisions.find((one) => one.verdict === verdict);
    const page = await visit(`/decisions/${decision?.decision}`);
    const deciding = page.getByRole('region', { name: 'Deciding figures' });
    expect(await deciding.getByRole('term').count()).toBeLessThanOrEqual(3);
    const text = await readable(deciding);
    expect(text).toContain('Another verdict needs');
    expect(text).toMatch(verdict === 'promote' ? /would reject it/ : /instead of/);
    const since = await readable(page.getByRole('region', { name: 'Since the decision' }));
    expect(since).toMatch(decision?.isInForce ? /In force/ : /Superseded/);
  });

  it('gives the commands that replay and verify a decision, with buttons that copy them', async () => {
    const decision = decisions[0];
    const page = await visit(`/decisions/${decision?.decision}`);
    const replay = page.getByRole('region', { name: 'Replay' });
    const id = decision?.decision ?? '';
    const text = await readable(replay);
    expect(text).toContain(`steelyard decision export ${id} --out ${id}.json && steelyard decision replay ${id}.json`);
    expect(text).toMatch(/steelyard decision verify --head \d+:[0-9a-f]{64}/);
    await replay.getByRole('button', { name: 'Copy the command: Replay here' }).waitFor();
    expect(await replay.getByRole('button', { name: /^Copy the command/ }).count()).toBe(3);
  });

  it('shows versions with quality and cost side by side and leads to the verdict on each', async () => {
    const page = await visit('/models/ranker?tab=versions');
    const table = page.getByRole('region', { name: 'Versions' }).getByRole('table');
    expect(await table.locator('tbody tr').count()).toBe(7);
    expect(await table.getByText('@champion').count()).toBe(1);
    expect(await readable(table)).toMatch(/0\.\d+ \(0\.\d+ to 0\.\d+\)/);
    await table.getByRole('link', { name: 'reject' }).first().click();
    await page.waitForURL('**/decisions/dec_*');
  });

  it('changes the metric that stands for quality, in the address', async () => {
    const page = await visit('/models/ranker?tab=frontier');
    await page.getByLabel('Quality by').selectOption('recall_at_10');
    await page.waitForURL(/metric=recall_at_10/);
    await expect.poll(() => readable(page.getByTestId('answer'))).toContain('recall@10');
  });
});
