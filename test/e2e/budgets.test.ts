import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBudgetRefusals } from '../../src/finops/budgets/refusals/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { connectBrowser, hasChromium, type Look, newVisit, open, readable } from '../support/browser.ts';
import { type RunningServer, serveFolder } from '../support/demo.ts';
import { axeFaults, faultsFound, sidewaysScroll } from './faults-found.ts';
import { ask } from './questions.ts';

const STEELYARD = join(import.meta.dirname, '..', '..', 'bin', 'steelyard');
/** One dollar a second. */
const PRICE = '3600USD/h';

describe.skipIf(!hasChromium)('budgets in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(mkdtempSync(join(tmpdir(), 'steelyard-budgets-')));
    browser = await connectBrowser();
    const project = (name: string) =>
      `---\napiVersion: steelyard/v1\nkind: Project\nmetadata: {name: ${name}}\nspec: {team: ml}\n`;
    const text = `apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: ml}\nspec: {owner: ml@example.org}\n${['recs', 'flow'].map(project).join('')}`;
    await ask(server.url, postApply, { body: { documents: [{ file: 'teams.yaml', text }] } });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  /** Runs a command on the server and returns its exit code. */
  const run = (...words: string[]) =>
    new Promise<unknown>((resolve) => {
      const [noun = '', ...rest] = words;
      execFile(STEELYARD, [noun, '--url', server.url, ...rest], (error) => resolve(error === null ? 0 : error.code));
    });
  async function visit(path: string, look: Look = {}) {
    const { page, complaints } = await newVisit(browser, look);
    await open(page, `${server.url}${path}`);
    return { page, complaints };
  }
  const row = (page: Page, name: RegExp) => page.getByTestId('budgets').getByRole('row', { name });

  it('says how to give a first one', async () => {
    const { page } = await visit('/budgets');
    expect(await readable(page.getByTestId('answer'))).toBe('No budget has been created yet.');
    expect(await readable(page.getByTestId('empty'))).toContain('steelyard budget create');
  });

  it('shows the tree, what a run that it stopped had cost, and where its work was saved', async () => {
    await run('budget', 'create', 'everything', '--amount', '100USD');
    await run(
      'budget',
      'create',
      'recs',
      '--amount',
      '4USD',
      '--project',
      'recs',
      '--enforcement',
      'hard',
      '--parent',
      'everything',
    );
    const script =
      'trap "echo s3://models/step-9 > $STEELYARD_CHECKPOINT_FILE; exit 0" TERM; while :; do sleep 0.05; done';
    const held = ['--price', PRICE, '--project', 'recs', '--grace', '1'];
    expect(await run('run', ...held, '--', 'sh', '-c', script)).toBe(12);
    const { page, complaints } = await visit('/budgets');
    expect(await readable(page.getByTestId('answer'))).toBe('None of 2 budgets exceeded. 1 budget limits new work.');
    expect(await page.getByTestId('budgets').locator('tbody th a').allInnerTexts()).toEqual(['everything', 'recs']);
    expect(await readable(row(page, /recs/))).toMatch(/\$[234]\.\d+/);
    await page.getByRole('link', { name: 'recs' }).click();
    await page.waitForURL('**/budgets/recs');
    await page.getByRole('tab', { name: 'Refusals' }).click();
    await page.getByText('s3://models/step-9').waitFor();
    // On a slow machine the renewal of the reservation comes too late, and the run stops at its reserved amount.
    const answer = await readable(page.getByTestId('answer'));
    const shown = /^\$(\d+\.\d+) of \$4(?:\.00)? is spent.*; 1 run stopped.*\.$/.exec(answer)?.[1];
    const budget = await fetch(`${server.url}/api/v1/budgets/recs`);
    const { spent } = (await budget.json()) as { spent: { amount: string } };
    // Shown in whole cents.
    expect(Math.abs(Number(shown) - Number(spent.amount)), answer).toBeLessThan(0.0051);
    expect(Number(shown)).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.getByRole('table', { name: 'Stops of recs' }).getByRole('link').click();
    await page.waitForURL('**/runs/*');
  });

  it('takes an approval with its reason, and shows what it adds', async () => {
    await run('budget', 'create', 'asks', '--amount', '5USD', '--project', 'asks', '--enforcement', 'approval');
    const { page } = await visit('/budgets/asks');
    await page.getByRole('button', { name: 'Approve more…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Approve more for asks?' });
    await dialog.getByLabel('Amount, USD').fill('20');
    expect(await dialog.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('the last sweep');
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('table', { name: 'Approvals of asks' }).getByText('the last sweep').waitFor();
    await expect.poll(() => readable(page.getByTestId('answer'))).toContain('$25');
  });

  it('is created in the form, which says what is wrong and what the server would do', async () => {
    const { page, complaints } = await visit('/budgets');
    await page.getByRole('button', { name: 'New budget…' }).click();
    const form = page.getByRole('dialog', { name: 'New budget' });
    const save = form.getByRole('button', { name: 'Save' });
    await form.getByLabel('Name').fill('made-here');
    await form.getByLabel('Amount').fill('5 €');
    await form.getByText('an exact decimal such as "12.50"').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await form.getByLabel('Amount').fill('50');
    await form.getByLabel('Unused budget').selectOption('unspent');
    await form.getByLabel('Parent budget').selectOption('recs');
    await form.getByLabel('Project').selectOption('recs');
    await form.getByText(/46 more than it has itself/).waitFor();
    expect(await save.isDisabled()).toBe(true);
    await form.getByRole('tab', { name: 'YAML' }).click();
    const yaml = form.getByLabel('YAML of new budget');
    expect(await yaml.inputValue()).toMatch(/project: recs/);
    await yaml.fill(`# the first one\n${(await yaml.inputValue()).replace('"50"', '"fifty"')}`);
    await form.getByText(/^Line \d+: spec\.amount/).waitFor();
    await yaml.fill((await yaml.inputValue()).replace('fifty', '50'));
    await form.getByText('Valid. The form has the same values.').waitFor();
    await form.getByRole('tab', { name: 'Form' }).click();
    await form.getByLabel('Parent budget').selectOption('everything');
    await form.getByText('A new budget, effective immediately.').waitFor();
    await save.click();
    await page.waitForURL('**/budgets/made-here');
    await expect.poll(() => readable(page.getByTestId('answer'))).toContain('$50');
    // A dry run that is refused is an answer, and the browser's console names it.
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  });

  it('is edited, and what it said before is applied again', async () => {
    const { page, complaints } = await visit('/budgets/made-here');
    const limit = () => readable(page.getByTestId('answer'));
    await page.getByRole('tab', { name: 'Set up' }).click();
    const form = page.getByRole('region', { name: 'Set up' });
    await form.getByText('No changes yet.').waitFor();
    await form.getByLabel('Amount').fill('30');
    await form.getByText('amount: 50 to 30').waitFor();
    await form.getByLabel('Amount').press('Control+Enter');
    await page.getByRole('status').getByText('made-here was changed: amount: 50 to 30.').waitFor();
    await expect.poll(limit).toContain('$30');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(limit).toContain('$50');
    await page.getByRole('tab', { name: 'Change history' }).click();
    const versions = page.getByRole('table', { name: 'Versions of made-here' });
    await expect.poll(() => versions.locator('tbody tr').count()).toBe(3);
    await versions
      .getByRole('row', { name: /amount: 50 to 30/ })
      .getByRole('button', { name: 'Apply again' })
      .click();
    await expect.poll(limit).toContain('$30');
    expect(complaints).toEqual([]);
  });

  it('has no fault that axe finds in the form, which fits a phone', async () => {
    for (const look of [{}, { width: 390, height: 844 }]) {
      const { page } = await visit('/budgets/made-here?tab=setup', look);
      await page.getByText('No changes yet.').waitFor();
      expect(await axeFaults(page)).toEqual([]);
      await page.getByRole('tab', { name: 'YAML' }).click();
      expect(await axeFaults(page)).toEqual([]);
      expect(await sidewaysScroll(page)).toEqual([]);
    }
  });

  it('created in the browser with a hard limit refuses a run, and shows the refusal on its page and in the API', async () => {
    const { page } = await visit('/budgets');
    await page.getByRole('button', { name: 'New budget…' }).click();
    const form = page.getByRole('dialog', { name: 'New budget' });
    await form.getByLabel('Name').fill('flow');
    await form.getByLabel('Amount').fill('5');
    await form.getByLabel('At the limit').selectOption('hard');
    await form.getByLabel('Team').selectOption('ml');
    await form.getByLabel('Project').selectOption('flow');
    await form.getByText('A new budget, effective immediately.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/budgets/flow');
    const asked = ['--price', PRICE, '--team', 'ml', '--project', 'flow', '--grace', '10'];
    expect(await run('run', ...asked, '--', 'true')).toBe(12);
    await expect.poll(() => readable(page.getByTestId('answer')), { timeout: 15_000 }).toContain('1 request refused');
    await page.getByRole('tab', { name: 'Refusals' }).click();
    const table = page.getByRole('table', { name: 'Refusals of flow' });
    await expect
      .poll(() => readable(table.locator('tbody')))
      .toMatch(/project flow.*\$11\.00.*\$5\.00.*too little left/s);
    const { refusals } = await ask(server.url, listBudgetRefusals, { params: { budget: 'flow' } });
    expect(refusals).toMatchObject([
      {
        subject: { team: 'ml', project: 'flow' },
        needed: { amount: '11', currency: 'USD' },
        left: { amount: '5', currency: 'USD' },
        reason: 'budget_exceeded',
      },
    ]);
    await open(page, `${server.url}/budgets`);
    expect(await readable(row(page, /flow/))).toMatch(/ml@example\.org.*none set up.*1 request/s);
    expect(await faultsFound(browser, `${server.url}/budgets/flow?tab=refusals`)).toEqual([]);
  });

  it('says that a budget does not exist', async () => {
    const { page } = await visit('/budgets/nobody');
    expect(await readable(page.getByTestId('answer'))).toContain('There is no budget "nobody"');
  });

  it.each(['/budgets', '/budgets/recs', '/budgets/asks', '/budgets/made-here'])(
    'has no fault that axe finds, light and dark, and can be read on a phone: %s',
    async (path) => {
      expect(await faultsFound(browser, `${server.url}${path}`)).toEqual([]);
    },
  );
});
