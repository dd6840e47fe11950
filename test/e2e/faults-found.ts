import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { newVisit, settled, shiftWhileOpening } from '../support/browser.ts';

/** Layout shift that a reader does not notice, by the measure of Web Vitals. */
export const LAYOUT_SHIFT = 0.02;
export const PHONE = { width: 390, height: 844 };

/** Rules whose result depends on colours: the dark scheme changes only colours. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** Sets the system to light or dark: a page without an explicit choice follows it without a reload. */
export async function turn(page: Page, scheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-scheme="${scheme}"]`).waitFor({ state: 'attached' });
}

/** Of the elements that pass, axe would compute a selector each, which takes longer than the rules on a long page. */
function axe(page: Page): AxeBuilder {
  return new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode();
}

/** Faults that axe finds on a page: all rules in the light scheme, the rules about colours in the dark one too. */
export async function axeFaults(page: Page): Promise<string[]> {
  await turn(page, 'dark');
  const dark = await axe(page).withRules(COLOUR_RULES).analyze();
  await turn(page, 'light');
  const light = await axe(page).analyze();
  return Object.entries({ dark, light }).flatMap(([scheme, { violations }]) =>
    violations.map(({ id, nodes }) => `${scheme} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
  );
}

/** Faults that axe finds on a page in its present scheme. */
export async function axeFaultsAsShown(page: Page): Promise<string[]> {
  const { violations } = await axe(page).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** How far a page scrolls sideways, as a fault; an empty list where it fits. */
export async function sidewaysScroll(page: Page): Promise<string[]> {
  const [scroll = 0, client = 0] = await page.evaluate<number[]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  );
  return scroll > client ? [`scrolls sideways: ${scroll} > ${client}`] : [];
}

interface Search {
  /** Done after the page has loaded, such as opening a dialog. */
  readonly before?: (page: Page) => Promise<unknown>;
  /** True if the page is known to move while it loads. */
  readonly mayMove?: boolean;
}

/** Faults by layout shift, axe, the console and the width of the page, in one visit, wide and then on a phone. */
export async function faultsFound(
  browser: Browser,
  address: string,
  { before, mayMove = false }: Search = {},
): Promise<string[]> {
  const { page, complaints } = await newVisit(browser);
  const shift = await shiftWhileOpening(page, address);
  const moved = mayMove || shift < LAYOUT_SHIFT ? [] : [`moves by ${shift} while it loads`];
  await before?.(page);
  const wide = [...moved, ...(await sidewaysScroll(page)), ...(await axeFaults(page))];
  await page.setViewportSize(PHONE);
  await settled(page);
  const narrow = [...(await sidewaysScroll(page)), ...(await axeFaults(page))];
  await page.close();
  return [...wide.map((text) => `wide ${text}`), ...narrow.map((text) => `narrow ${text}`), ...complaints];
}

/** Every figure with its exact value: `0.01969 USD: $0.0197`. */
export function figuresShown(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('data[value]')].map((one) => (one.dataset.tip ?? one.value) + ': ' + one.textContent)`,
  );
}
