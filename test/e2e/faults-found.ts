import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { type Look, newVisit, open } from '../support/browser.ts';

/** Wide and narrow; each is looked at in both schemes. */
const LOOKS: readonly Look[] = [{}, { width: 390, height: 844 }];
const SCHEMES = ['light', 'dark'] as const;

/** Turns the system light or dark: a page in which nobody has chosen goes with it, so that it need not be loaded anew. */
export async function turn(page: Page, scheme: (typeof SCHEMES)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.locator(`html[data-scheme="${scheme}"]`).waitFor({ state: 'attached' });
}

/** What axe complains of on a page as it stands, by scheme: an empty list for a page without fault. */
export async function axeFaults(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const scheme of SCHEMES) {
    await turn(page, scheme);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    found.push(...violations.map(({ id, nodes }) => `${scheme} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`));
  }
  return found;
}

/** What axe, the console and the width of the page complain of, in every look; `before` may open a dialog. */
export async function faultsFound(
  browser: Browser,
  address: string,
  before: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const found: string[] = [];
  for (const look of LOOKS) {
    const { page, context, complaints } = await newVisit(browser, look);
    await open(page, address);
    await before(page);
    const [scroll, client] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    const said = [
      ...(scroll > client ? [`scrolls sideways: ${scroll} > ${client}`] : []),
      ...(await axeFaults(page)),
      ...complaints,
    ];
    found.push(...said.map((text) => `${look.width ?? 'wide'} ${text}`));
    await context.close();
  }
  return found;
}
