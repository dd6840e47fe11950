import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';

describe.skipIf(!hasChromium)('the web app by keyboard (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(path: string): Promise<Page> {
    const { page } = await newVisit(browser);
    await open(page, `${url}${path}`);
    return page;
  }
  const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent');

  it('begins with a link that skips to the page', async () => {
    const page = await visit('/');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main');
  });

  it('finds a model with Ctrl-K and goes there', async () => {
    const page = await visit('/');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /Search pages/ }).fill('rank');
    await page.getByRole('option', { name: 'ranker Model', exact: true, selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/models/ranker**');
  });

  it('keeps every key that is typed while the palette loads, and takes none for a shortcut', async () => {
    const { page } = await newVisit(browser);
    const held = Promise.withResolvers<void>();
    await page.route('**/assets/PaletteFound-*.js', async (route) => {
      await held.promise;
      await route.continue();
    });
    await open(page, `${url}/`);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('gmodels');
    const field = page.getByRole('combobox', { name: /Search pages/ });
    expect(await field.inputValue()).toBe('gmodels');
    expect(new URL(page.url()).pathname).toBe('/');
    await field.fill('ranker');
    held.resolve();
    await page.getByRole('option', { name: 'ranker Model', exact: true }).waitFor();
  });

  it('moves through what was found, and Escape gives the focus back', async () => {
    const page = await visit('/');
    const search = page.getByRole('button', { name: /Search/ });
    await search.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('listbox', { name: 'Found' }).getByRole('option', { selected: true }).waitFor();
    const active = await page.getByRole('combobox', { name: /Search pages/ }).getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
    await page.getByRole('listbox', { name: 'Found' }).waitFor({ state: 'detached' });
    expect(await page.evaluate<string>('document.activeElement.textContent')).toContain('Search');
  });

  it('goes to pages with g and a letter, and the focus follows', async () => {
    const page = await visit('/');
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL('**/decisions**');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('main');
    expect(new URL(page.url()).searchParams.get('period')).toMatch(/^\d{4}-\d\d$/);
  });

  it('lists its shortcuts with ?', async () => {
    const page = await visit('/');
    await page.keyboard.press('?');
    expect(await readable(page.getByRole('dialog', { name: 'Keyboard shortcuts' }))).toContain('Go to Costs');
  });

  it('walks a long table with the arrow keys and opens a row with Enter', async () => {
    const page = await visit('/costs?view=rows');
    await page.getByRole('region', { name: /Bill rows/ }).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('dialog', { name: 'Bill row' }).waitFor();
  });

  it('changes between light and dark, and remembers', async () => {
    const page = await visit('/');
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();
    await page.keyboard.press('t');
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await page.getByTestId('answer').waitFor();
    expect(await ground()).toBe(dark);
  });

  it('says why a figure is unknown to whoever reaches it', async () => {
    const page = await visit('/costs?view=rows');
    const unknown = page.locator('[data-tip="Empty in the bill."]').first();
    await unknown.focus();
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => readable(page.getByRole('tooltip'))).toBe('Empty in the bill.');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('tooltip').isVisible()).toBe(false);
  });
});
