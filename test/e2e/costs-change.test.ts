import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { getMonthToDate } from '../../src/finops/costs/schema.ts';
import { decimal, decimalString } from '../../src/platform/units/schema.ts';
import {
  connectBrowser,
  copied,
  hasChromium,
  newVisit,
  open,
  readable,
  readDownload,
  settled,
} from '../support/browser.ts';
import { openDateRange } from './date-range.ts';
import { axeFaults } from './faults-found.ts';
import { ask, explanationOf, newestMonth, summaryOf } from './questions.ts';

const CHANGES = /^Changes by group/;

function monthBefore(month: string): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 2, 1)).toISOString().slice(0, 7);
}

describe.skipIf(!hasChromium)('what drove a change of cost (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  /** Two complete months. */
  let before: string;
  let after: string;
  beforeAll(async () => {
    browser = await connectBrowser();
    after = monthBefore(await newestMonth(url));
    before = monthBefore(after);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const exact = (page: Page, id: string) => page.getByTestId(id).locator('data').first().getAttribute('value');

  it('says in a sentence how much more or less, and what drove it, to the last digit', async () => {
    const page = await visit(`/costs?period=${after}`);
    await (await openDateRange(page)).getByLabel('Compare with').selectOption('before');
    await page.waitForURL(/compare=before/);
    await page.getByTestId('change').waitFor();
    const { totals } = await explanationOf(url, { from: before, to: after, by: 'team' });
    const change = totals[0]?.change ?? '0';
    expect(await exact(page, 'headline')).toBe(totals[0]?.after);
    expect(await exact(page, 'change')).toBe(decimalString(decimal(change).abs()));
    expect(await exact(page, 'change-total')).toBe(change);
    const said = await readable(page.getByTestId('answer'));
    expect(said).toContain(decimal(change).isNegative() ? 'less than in' : 'more than in');
    expect(said).toMatch(/(up|down) [\d.]+\s%: (\w+ [+−]\$[\d,.]+(, )?)+/);
  });

  it('turns the steps into a table that adds up exactly', async () => {
    const page = await visit(`/costs?period=${after}&compare=before&change=table`);
    const amounts = await page
      .getByRole('region', { name: 'The change as a table' })
      .locator('tbody data')
      .evaluateAll((found) => found.map((one) => (one as unknown as { value: string }).value));
    const sum = amounts.reduce((all, amount) => all.plus(amount), decimal(0));
    expect(amounts.length).toBeGreaterThanOrEqual(6);
    expect(decimalString(sum)).toBe(await exact(page, 'change-after'));
  });

  it('leads from a step of the picture to the SKUs behind it', async () => {
    const page = await visit(`/costs?period=${after}&compare=before`);
    const canvas = page.locator('canvas').first();
    await canvas.waitFor();
    const box = await canvas.boundingBox();
    // Seven steps side by side; the second is the volume.
    await canvas.click({ position: { x: (box?.width ?? 0) * 0.25, y: (box?.height ?? 0) * 0.5 } });
    await page.waitForURL(/effect=volume/);
    const { drivers } = await explanationOf(url, { from: before, to: after, by: 'team', limit: 500 });
    const byVolume = drivers.filter(({ effect }) => effect === 'volume');
    await page.getByText(new RegExp(`^${byVolume.length} SKUs, largest effect first`)).waitFor();
    await page
      .getByRole('region', { name: /^SKUs that drove/ })
      .getByRole('rowheader')
      .first()
      .click();
    await page.waitForURL(/view=rows/);
    await page.getByTestId('rows-total').waitFor();
    expect(await exact(page, 'rows-total')).toBe(byVolume[0]?.is.cost);
  });

  it('leads from a group to its rows in the later period, and to the earlier ones when it is gone', async () => {
    const page = await visit(`/costs?period=${after}&compare=before&by=serviceName`);
    const { groups } = await explanationOf(url, { from: before, to: after, by: 'serviceName' });
    await page.getByRole('region', { name: CHANGES }).getByRole('rowheader').first().click();
    await page.waitForURL(/view=rows/);
    await page.getByTestId('rows-total').waitFor();
    const shown = groups[0]?.after === '0' ? groups[0].before : groups[0]?.after;
    expect(await exact(page, 'rows-total')).toBe(shown);
  });

  it('compares the same days of a month that is not over, and says so when it does not', async () => {
    const running = await newestMonth(url);
    const page = await visit(`/costs?period=${running}&compare=before`);
    const { rows } = await summaryOf(url, { by: ['day'], period: running });
    const days = rows.map((row) => row.day ?? '').filter((day) => day.startsWith(running));
    const last = days.sort().at(-1) ?? '';
    const isOver =
      last ===
      `${running}-${new Date(Date.UTC(Number(running.slice(0, 4)), Number(running.slice(5)), 0)).getUTCDate()}`;
    if (isOver) await (await openDateRange(page)).getByLabel('Compare with').selectOption('sameDays');
    else await page.getByRole('button', { name: 'Compare the same days' }).click();
    await page.waitForURL(/compare=sameDays/);
    await settled(page);
    const { through } = await ask(url, getMonthToDate, { query: { month: running, filter: [] } });
    const { totals } = await summaryOf(url, { by: ['team'], from: `${running}-01`, to: through ?? last });
    expect(await exact(page, 'headline')).toBe(totals[0]?.amount);
    expect(await readable(page.getByTestId('answer'))).toMatch(/from 1 to \d+ \w+ \d{4}|on 1 \w+/);
  });

  it('compares with days of the reader’s own', async () => {
    const page = await visit(`/costs?from=${after}-08&to=${after}-14&compare=custom`);
    const dialog = await openDateRange(page);
    const first = dialog.getByLabel('Compared with: first day');
    await first.fill(`${before}-08`);
    await first.press('Enter');
    await page.waitForURL(/beforeFrom=/);
    const last = dialog.getByLabel('Compared with: last day');
    await last.fill(`${before}-14`);
    await last.press('Enter');
    await page.waitForURL(/beforeTo=\d{4}-\d\d-14/);
    await settled(page);
    const query = { from: `${before}-08..${before}-14`, to: `${after}-08..${after}-14`, by: 'team' };
    const { totals } = await explanationOf(url, query);
    await expect.poll(() => exact(page, 'change-total')).toBe(totals[0]?.change);
  });

  it('says when nothing can be compared, and goes on showing what it has', async () => {
    const page = await visit(`/costs?period=${before}&compare=before`);
    const { totals } = await summaryOf(url, { by: ['team'], period: before });
    expect(await readable(page.getByTestId('not-comparable'))).toContain(monthBefore(before));
    expect(await exact(page, 'table-total')).toBe(totals[0]?.amount);
    await page.getByRole('button', { name: 'No comparison' }).click();
    await page.waitForURL((url) => !url.search.includes('compare='));
  });

  it('saves the change, the groups and the SKUs as CSV', async () => {
    const page = await visit(`/costs?period=${after}&compare=before`);
    const { groups, totals } = await explanationOf(url, { from: before, to: after, by: 'team' });
    const saved = async (name: string) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return (await readDownload(download)).toString().trim().split(/\r?\n/);
    };
    expect((await saved('CSV of the change')).at(-1)).toBe(`after,${totals[0]?.after},USD`);
    expect(await saved('CSV of the groups that changed')).toHaveLength(groups.length + 1);
    expect((await saved('CSV of the SKUs')).length).toBeGreaterThan(10);
  });

  it('keeps views: saved, renamed, deleted, taken back, and in the link', async () => {
    const { page, context } = await newVisit(browser);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page, `${url}/costs?by=serviceName&filter=team%3Dsearch&period=${after}`);
    const strip = page.getByRole('navigation', { name: 'Views of the costs' });
    await page.getByRole('button', { name: 'Save as view' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Search by service');
    await page.keyboard.press('Enter');
    await page.waitForURL(/name=Search\+by\+service/);
    await open(page, `${url}/costs?period=${before}`);
    await strip.getByRole('link', { name: 'Search by service' }).click();
    await page.waitForURL(/filter=team%3Dsearch/);
    expect(new URL(page.url()).searchParams.get('period')).toBe(before);
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Search');
    await page.keyboard.press('Enter');
    await strip.getByRole('link', { name: 'Search', exact: true }).waitFor();
    const link = await copied(page, 'Copy link', (text) => text.startsWith(`${url}/costs?`));
    await page.getByRole('button', { name: /^Delete/ }).click();
    await strip.getByRole('link', { name: 'Search', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await strip.getByRole('link', { name: 'Search', exact: true }).waitFor();
    const colleague = (await newVisit(browser)).page;
    await open(colleague, link);
    const shared = colleague.getByRole('navigation', { name: 'Views of the costs' });
    await shared.getByRole('link', { name: 'Search', exact: true }).waitFor();
    expect(await readable(colleague.getByRole('list', { name: 'Filters' }))).toContain('Team is search');
    await page.getByRole('button', { name: /^Delete/ }).click();
    await strip.getByRole('link', { name: 'Search', exact: true }).waitFor({ state: 'detached' });
    await colleague.reload();
    expect(await readable(shared)).toContain('“Search” came with the link');
  });

  it.each(['By team', 'AI services', 'Idle and unallocated', 'Commitments'])(
    'shows the view %s with figures',
    async (name) => {
      const page = await visit(`/costs?period=${after}&by=regionName`);
      await page.getByRole('navigation', { name: 'Views of the costs' }).getByRole('link', { name }).click();
      await page.waitForURL((url) => url.searchParams.get('name') === name);
      await settled(page);
      const shown = new URL(page.url()).searchParams;
      const { totals } = await summaryOf(url, {
        by: ['team'],
        period: after,
        filter: shown.getAll('filter'),
        ...(shown.get('metric') === 'billedCost' ? { metric: 'billedCost' as const } : {}),
      });
      await expect.poll(() => exact(page, 'headline')).toBe(totals[0]?.amount);
    },
  );

  it.each([
    ['the filter panel', (page: Page) => page.getByRole('button', { name: '+ Filter' }).click()],
    [
      'a bill row',
      async (page: Page) => {
        await page.getByRole('button', { name: 'Bill rows' }).click();
        await page
          .getByRole('region', { name: /Bill rows/ })
          .getByRole('rowheader')
          .first()
          .click();
        await page.getByRole('button', { name: 'As delivered' }).click();
        await page.getByTestId('raw-line').getByText(/^Line/).waitFor();
      },
    ],
    [
      'the name of a view',
      async (page: Page) => {
        await page.getByRole('button', { name: 'Bill rows' }).click();
        await page.getByRole('button', { name: 'Save as view' }).click();
      },
    ],
  ])('has no fault that axe finds in %s, light and dark', async (_, act) => {
    const page = await visit('/costs');
    await act(page);
    expect(await axeFaults(page)).toEqual([]);
  });

  it('can be read on a phone without sideways scrolling', async () => {
    for (const path of ['/costs', `/costs?period=${after}&compare=before`, '/costs?view=rows']) {
      const { page } = await newVisit(browser, { width: 390, height: 844 });
      await open(page, `${url}${path}`);
      const scroll = await page.evaluate<number>('document.documentElement.scrollWidth');
      const client = await page.evaluate<number>('document.documentElement.clientWidth');
      expect(scroll).toBeLessThanOrEqual(client);
    }
  });
});
