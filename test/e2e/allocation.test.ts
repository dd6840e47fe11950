import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getReconciliation } from '../../src/finops/allocation/reconciliation/schema.ts';
import {
  getAllocationRules,
  getCoverage,
  getRuleHits,
  getUnallocated,
  previewAllocation,
} from '../../src/finops/allocation/schema.ts';
import { explainCosts } from '../../src/finops/costs/explain/schema.ts';
import { costRows } from '../../src/finops/costs/schema.ts';
import { recordUsage } from '../../src/finops/metering/schema.ts';
import { decimal } from '../../src/platform/units/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, readDownload } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { axeFaults } from './faults-found.ts';
import { ask, completeMonth, newestMonth, shownMonth } from './questions.ts';

const RULES = join(import.meta.dirname, '../../examples/recommender/config/allocation-rules.yaml');
const MORE = `    - name: all-the-rest
      match: { serviceName: "*" }
      subject: { team: platform }
`;

describe.skipIf(!hasChromium)('allocation in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let month: string;
  const rules = readFileSync(RULES, 'utf8');
  beforeAll(async () => {
    server = await demoApplication();
    browser = await connectBrowser();
    month = await shownMonth(server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const coverage = async () => (await ask(server.url, getCoverage, { query: { period: month } })).rows;
  const version = async () => (await ask(server.url, getAllocationRules, {})).version;
  const value = (page: Page, id: string) => page.getByTestId(id).locator('data').first().getAttribute('value');

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}${path}`);
    return page;
  }

  async function write(page: Page, text: string): Promise<void> {
    await page.getByRole('tab', { name: 'YAML' }).click();
    await page.getByLabel('Allocation rules as YAML').fill(text);
  }

  it('compares the unallocated share and the teams with the month before, as the server sums them', async () => {
    const after = await completeMonth(server.url);
    const before = new Date(Date.UTC(Number(after.slice(0, 4)), Number(after.slice(5)) - 2, 1))
      .toISOString()
      .slice(0, 7);
    const { groups } = await ask(server.url, explainCosts, { query: { from: before, to: after, by: ['team'] } });
    const { rows } = await ask(server.url, getCoverage, { query: { period: after } });
    const page = await visit(`/allocation?period=${after}&compare=before`);
    const sentence = page.getByTestId('allocation-compared');
    await sentence.waitFor();
    expect(await readable(sentence)).toMatch(
      /^The unallocated share is (up|down|unchanged from) .*(more|less|the same amount)\.$/,
    );
    const table = page.getByTestId('allocation-change');
    await table.getByRole('row', { name: /^search/ }).waitFor();
    const amounts = table.locator('tbody tr td:nth-child(3) data');
    expect(await amounts.evaluateAll((of) => of.map((one) => one.getAttribute('value')))).toEqual(
      groups.map((group) => group.after),
    );
    const total = rows.reduce((sum, row) => sum.plus(row.total), decimal(0)).toFixed();
    expect(await table.locator('tfoot td:nth-child(3) data').getAttribute('value')).toBe(total);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('says how much of the bill has somebody and how much has nobody, to the last digit', async () => {
    const [row] = await coverage();
    const page = await visit('/allocation');
    expect(await value(page, 'headline')).toBe(
      String(
        decimal(row?.allocated ?? 0)
          .plus(row?.idle ?? 0)
          .toFixed(),
      ),
    );
    expect(await value(page, 'unallocated')).toBe(
      decimal(row?.unallocated ?? 0)
        .plus(row?.sharedUnallocated ?? 0)
        .toFixed(),
    );
    expect(await readable(page.getByTestId('answer'))).toMatch(
      /(split from shared pools|credits of).*version 1 of the rules/s,
    );
  });

  it('follows the charge days of the address in the headline and the tabs', async () => {
    const whole = await completeMonth(server.url);
    const days = { from: `${whole}-01`, to: `${whole}-07` };
    const { rows } = await ask(server.url, getCoverage, { query: days });
    const page = await visit(`/allocation?from=${days.from}&to=${days.to}`);
    const allocated = rows.reduce((sum, row) => sum.plus(row.allocated).plus(row.idle), decimal(0));
    expect(await value(page, 'headline')).toBe(allocated.toFixed());
    expect(await readable(page.getByTestId('answer'))).toMatch(/from 1 to 7 \w+ \d{4}/);
    await page
      .getByTestId('range-note')
      .getByText(/^Shows 1 to 7 \w+ \d{4}\./)
      .waitFor();
  });

  it('lists the rules in order with what each took, and what none took', async () => {
    const { hits } = await ask(server.url, getRuleHits, { query: { period: month } });
    const page = await visit('/allocation?tab=rules');
    const rows = page.getByTestId('rules').locator('tbody tr');
    const named = hits.filter(({ rule }) => rule !== null);
    expect(await rows.count()).toBe(named.length);
    for (const [index, hit] of named.entries()) {
      const row = rows.nth(index);
      expect(await readable(row)).toContain(hit.rule);
      expect(await row.locator('data').first().getAttribute('value')).toBe(hit.amount);
    }
    const none = hits.find(({ rule }) => rule === null);
    expect(await page.getByTestId('rules').locator('tfoot data').getAttribute('value')).toBe(none?.amount);
    expect(await readable(page.getByTestId('rules'))).toContain('split by weight: team search 3');
  });

  it('shows the coverage by day and as a table, in the address', async () => {
    const page = await visit('/allocation');
    await page.getByRole('button', { name: 'Table' }).click();
    await page.waitForURL(/chart=table/);
    const table = page.getByRole('region', { name: 'The coverage as a table' });
    const months = (await ask(server.url, getCoverage, {})).rows;
    await expect.poll(() => table.locator('tbody tr').count()).toBe(months.length);
    await page.getByRole('button', { name: 'Days' }).click();
    await page.waitForURL(/trend=days/);
    const days = (await ask(server.url, getCoverage, { query: { period: month, interval: 'day' } })).rows;
    await expect.poll(() => table.locator('tbody tr').count()).toBe(days.length);
  });

  it('tells what has nobody by another dimension, and leads to its bill rows', async () => {
    const page = await visit('/allocation?tab=unallocated&by=chargeCategory');
    const { rows } = await ask(server.url, getUnallocated, { query: { period: month, by: 'chargeCategory' } });
    const shown = page.getByTestId('unallocated-rows').locator('tbody tr');
    expect(await shown.first().locator('data').getAttribute('value')).toBe(rows[0]?.amount);
    await shown.first().getByRole('link').click();
    await page.waitForURL(/\/costs.*view=rows/);
    await page.getByTestId('rows-total').waitFor();
    expect(await value(page, 'rows-total')).toBe(rows[0]?.amount);
  });

  it('puts a suggested rule into a draft of the rules in force, which stays when the page is left', async () => {
    const page = await visit('/allocation?tab=suggestions');
    await page.getByRole('button', { name: 'Add to draft' }).first().click();
    await page.waitForURL(/tab=rules/);
    const form = page.getByRole('list', { name: 'Rules of the draft' });
    await expect.poll(() => form.getByRole('listitem').count()).toBe(rules.split('- name:').length);
    await page.getByRole('tab', { name: 'YAML' }).click();
    const draft = page.getByLabel('Allocation rules as YAML');
    const text = await draft.inputValue();
    expect(text).toContain('name: "tagged-resources"');
    expect(text.trimEnd().split('- name:')).toHaveLength(rules.split('- name:').length + 1);
    for (const key of ['Escape', 'Tab']) await page.keyboard.press(key);
    await page.getByRole('link', { name: 'Registry' }).click();
    await page.waitForURL('**/models**');
    await page.goBack();
    await page.getByRole('tab', { name: 'YAML' }).click();
    expect(await draft.inputValue()).toBe(text);
  });

  it('changes a rule in the form, which the YAML shows at once, with its comments', async () => {
    const page = await visit('/allocation?tab=rules');
    await write(page, `# agreed with finance\n${rules}`);
    await page.getByRole('tab', { name: 'Form' }).click();
    const rule = page.getByRole('list', { name: 'Rules of the draft' }).getByRole('listitem').nth(4);
    await rule.getByLabel('Team').selectOption('fraud');
    await page.getByRole('tab', { name: 'YAML' }).click();
    const text = await page.getByLabel('Allocation rules as YAML').inputValue();
    expect(text).toContain('# agreed with finance');
    expect(text.split('- name:')[5]).toMatch(/team: fraud/);
  });

  it('shows what is wrong with rules, with the line, and marks it', async () => {
    const page = await visit('/allocation?tab=rules');
    await write(page, rules.replace('subject: { team: search }', 'subjekt: { team: search }'));
    await page.getByRole('button', { name: /^Preview/ }).click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await readable(alert)).toContain('did you mean "subject"');
    expect(await readable(alert)).toContain('manifest_invalid');
    await alert.getByRole('button', { name: /^Line/ }).last().click();
    const marked = await page.evaluate<string>('document.getSelection().toString()');
    expect(marked).toContain('subjekt');
  });

  it('previews what moves, in money, applies it only then, and can be undone', async () => {
    const text = rules + MORE;
    const documents = [{ file: 'rules.yaml', text }];
    const { totals, moves } = await ask(server.url, previewAllocation, { body: { documents, period: month } });
    const before = await version();
    const page = await visit('/allocation?tab=rules');
    await write(page, text);
    await page.getByLabel('Allocation rules as YAML').press('Control+Enter');
    await page.getByTestId('preview').waitFor();
    expect(await value(page, 'moved')).toBe(totals[0]?.moved);
    expect(await value(page, 'unallocated-after')).toBe(totals[0]?.unallocatedAfter);
    expect(await page.getByTestId('moves').locator('tbody data').first().getAttribute('value')).toBe(moves[0]?.amount);
    expect(await version()).toBe(before);
    await write(page, `${text}# changed\n`);
    expect(await page.getByRole('button', { name: 'Apply these rules' }).isDisabled()).toBe(true);
    await write(page, text);
    await page.getByRole('button', { name: 'Apply these rules' }).click();
    await page.getByText(`Version ${before + 1} of the rules is active in every month`).waitFor();
    expect(await version()).toBe(before + 1);
    const [covered] = await coverage();
    expect(
      decimal(covered?.unallocated ?? 0)
        .plus(covered?.sharedUnallocated ?? 0)
        .toFixed(),
    ).toBe(totals[0]?.unallocatedAfter);
    await page.getByRole('button', { name: 'Undo' }).click();
    const nobodys = async () => decimal((await coverage())[0]?.unallocated ?? 0).toFixed();
    await expect.poll(nobodys, { timeout: 60_000 }).toBe(totals[0]?.unallocatedBefore);
    await page.getByText(`Version ${before + 2} of the rules is active in every month`).waitFor();
  });

  it('shows earlier versions of the rules, which take nothing any more', async () => {
    const page = await visit('/allocation?tab=rules');
    await page.getByLabel('Version of the rules').selectOption('1');
    await page.waitForURL(/version=1/);
    await page.getByText('No longer active').waitFor();
    expect(await page.getByTestId('rules').locator('data').count()).toBe(0);
  });

  it('meets metered use with the bill, resource by resource', async () => {
    const newest = await newestMonth(server.url);
    const { rows } = await ask(server.url, costRows, {
      query: { period: newest, filter: 'resourceName=support-assistant-v2-endpoint-1', pageSize: 1 },
    });
    const resourceId = rows[0]?.resourceId ?? '';
    const period = { start: `${newest}-01T00:00:00Z`, end: `${newest}-01T06:00:00Z` };
    const subject = { team: 'assistant', endpoint: 'support-assistant' };
    const held = { resource: 'gpu:T4', resourceId, quantity: '1', period, subject, origin: 'test' };
    await ask(server.url, recordUsage, { body: { intervals: [{ usage: 'e2e-held', ...held }] } });
    const found = await ask(server.url, getReconciliation, { query: { period: newest } });
    const resource = found.resources.find(
      (one) => one.resource === resourceId.toLowerCase() || one.resource === resourceId,
    );
    const page = await visit(`/allocation?tab=metered&period=${newest}`);
    const row = page.getByTestId('reconciliation').getByRole('row', { name: /support-assistant-v2-endpoint-1/ });
    const amounts = await Promise.all(
      [0, 1, 2, 3].map((index) => row.locator('data').nth(index).getAttribute('value')),
    );
    expect(amounts).toEqual([resource?.billed, resource?.reconciled, resource?.idle, resource?.untracked]);
    expect(resource?.reconciled).not.toBe('0');
    const totals = page.getByTestId('reconciliation').locator('tfoot data');
    expect(await totals.first().getAttribute('value')).toBe(found.totals[0]?.billed);
  });

  it('saves the rules with what they took as CSV', async () => {
    const { hits } = await ask(server.url, getRuleHits, { query: { period: month } });
    const page = await visit('/allocation?tab=rules');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV of the rules' }).click(),
    ]);
    const text = (await readDownload(download)).toString();
    expect(text).toContain(hits[0]?.amount);
  });
});
