import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listReturns, type Returns } from '../../src/tradeoff/returns/schema.ts';
import { formatPayback } from '../../web/src/returns/payback-text.ts';
import {
  connectBrowser,
  hasChromium,
  newVisit,
  open,
  readable,
  settled,
  shiftWhileOpening,
} from '../support/browser.ts';
import { axeFaults, LAYOUT_SHIFT, PHONE, sidewaysScroll } from './faults-found.ts';
import { ask } from './questions.ts';

const MODEL = 'ranker';

describe.skipIf(!hasChromium)('returns in the browser (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  let returns: Returns;
  beforeAll(async () => {
    browser = await connectBrowser();
    returns = await ask(url, listReturns, { query: { limit: 500 } });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const findModel = () => returns.rows.find(({ key }) => key === MODEL);

  it('answer the payback of the model in two clicks from the overview', async () => {
    const page = await visit('/');
    await page.getByRole('navigation').getByRole('link', { name: 'Trade-offs', exact: true }).click();
    await page.getByRole('navigation', { name: 'Trade-offs' }).getByRole('link', { name: 'Returns' }).click();
    await page.waitForURL('**/returns**');
    await settled(page);
    const row = findModel();
    const payback = row === undefined ? null : formatPayback(row.payback);
    if (payback === null) throw new Error('the model of the demo has no payback');
    const table = page.getByRole('region', { name: /^Returns by model\. / });
    expect(await readable(table.getByRole('row', { name: new RegExp(MODEL) }))).toContain(payback);
    await table.getByRole('link', { name: MODEL, exact: true }).click();
    await page.waitForURL(`**/returns/${MODEL}**`);
    await settled(page);
    expect(await readable(page.getByTestId('answer'))).toContain(payback);
  });

  it('list cost without value, and the cost per order', async () => {
    const page = await visit('/returns');
    const without = page.getByRole('table', { name: 'Costs without value' });
    expect(await without.getByRole('row').count()).toBe(Math.min(20, returns.costsWithoutValue.length) + 1);
    expect(await readable(page.getByRole('table', { name: 'Cost per business unit' }))).toMatch(/Total of orders/);
  });

  it('change their subject in the address', async () => {
    const page = await visit('/returns');
    await page.getByLabel('By', { exact: true }).selectOption('feature');
    await page.waitForURL('**by=feature**');
    await settled(page);
    expect(await readable(page.getByRole('region', { name: /^Returns by feature\. / }))).toContain('banner');
  });

  it('say that a model does not exist', async () => {
    const page = await visit('/returns/nothing');
    expect(await readable(page.getByRole('alert').first())).toContain('model_not_found');
  });

  it.each([
    ...['/returns', '/returns?by=version', '/returns?by=feature', '/returns?by=experiment'],
    ...[`/returns/${MODEL}`, `/returns/${MODEL}?view=table`],
  ])('hold still while they load, have no fault that axe finds, and are read on a phone: %s', async (path) => {
    const { page } = await newVisit(browser);
    expect(await shiftWhileOpening(page, `${url}${path}`)).toBeLessThan(LAYOUT_SHIFT);
    expect([...(await sidewaysScroll(page)), ...(await axeFaults(page))]).toEqual([]);
    await page.setViewportSize(PHONE);
    await settled(page);
    expect([...(await sidewaysScroll(page)), ...(await axeFaults(page))]).toEqual([]);
  });
});
