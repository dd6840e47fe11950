import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { type Look, newVisit, open } from '../support/browser.ts';

/** Wide and narrow, light and dark. */
const LOOKS: readonly Look[] = [
  { scheme: 'light' },
  { scheme: 'dark' },
  { scheme: 'light', width: 390, height: 844 },
  { scheme: 'dark', width: 390, height: 844 },
];

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
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const [scroll, client] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    );
    const said = [
      ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
      ...(scroll > client ? [`scrolls sideways: ${scroll} > ${client}`] : []),
      ...complaints,
    ];
    found.push(...said.map((text) => `${look.scheme} ${look.width ?? 'wide'} ${text}`));
    await context.close();
  }
  return found;
}
