import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel, setModelAlias } from '../../src/mlops/registry/schema.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable, shiftWhileOpening } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { axeFaultsAsShown } from './faults-found.ts';
import { ask } from './questions.ts';

const LAYOUT_SHIFT = 0.02;

describe.skipIf(!hasChromium)('aliases in the browser (skipped where Chromium is missing)', () => {
  let server: RunningServer;
  let browser: Browser;
  let champion: string;
  beforeAll(async () => {
    server = await demoApplication();
    browser = await connectBrowser();
    champion = (await pointed()).champion ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  async function pointed(): Promise<Record<string, string>> {
    const { aliases } = await ask(server.url, getModel, { params: { model: 'ranker' } });
    return Object.fromEntries(aliases.map(({ alias, version }) => [alias, version]));
  }
  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const ALIASES = 'Aliases of the model';

  it('says what a move means in quality and money before it is done, and takes it back', async () => {
    const { page, complaints } = await newVisit(browser);
    await open(page, `${server.url}/models/ranker?tab=versions`);
    await card(page, ALIASES).getByRole('button', { name: 'Move @champion to another version' }).click();
    const dialog = page.getByRole('dialog', { name: 'Move @champion?' });
    await dialog.getByRole('combobox', { name: 'Point it to' }).selectOption('1');
    const said = await readable(dialog);
    expect(said).toContain('Clients that load models:/ranker@champion get version 1 from now on.');
    expect(said).toMatch(new RegExp(`version ${champion}, now\\s+0\\.\\d+.+\\$\\d+\\.\\d+`));
    expect(said).toMatch(/version 1, then\s+0\.\d+.+\$\d+\.\d+/);
    expect(said).toMatch(/A manual move is not evaluated; its latest verdict on version 1 is reject\./);
    expect((await pointed()).champion).toBe(champion);
    const reason = dialog.getByRole('textbox', { name: 'Reason for moving it without its gate' });
    await reason.fill('the newest one ranks badly on mobile');
    expect(await axeFaultsAsShown(page)).toEqual([]);
    await page.keyboard.press('Control+Enter');
    await page.getByText(`@champion was moved from version ${champion} to version 1.`).waitFor();
    expect((await pointed()).champion).toBe('1');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText(`@champion was moved from version 1 to version ${champion}.`).waitFor();
    expect((await pointed()).champion).toBe(champion);
    expect(complaints).toEqual([]);
  });

  it('sets a new alias, refuses a name that is none, and removes one after saying so', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/models/ranker?tab=versions`);
    await card(page, ALIASES).getByRole('button', { name: 'New alias…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set a new alias' });
    await dialog.getByRole('textbox', { name: 'Alias' }).fill('latest');
    await dialog.getByRole('button', { name: 'Set' }).click();
    expect(await readable(dialog.getByRole('alert'))).toContain('reserved');
    await dialog.getByRole('textbox', { name: 'Alias' }).fill('shadow');
    await dialog.getByRole('combobox', { name: 'Point it to' }).selectOption('2');
    await dialog.getByRole('button', { name: 'Set' }).click();
    await card(page, ALIASES)
      .getByRole('row', { name: /^@shadow 2/ })
      .waitFor();
    await page.getByRole('button', { name: 'Remove @shadow' }).click();
    const removing = page.getByRole('dialog', { name: 'Remove @shadow?' });
    expect(await readable(removing)).toContain('get an error from now on');
    await removing.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('@shadow was removed; it pointed to version 2.').waitFor();
    expect(await pointed()).toEqual({ champion });
  });

  it('shows the lineage of a model and of a version, and moves nothing', async () => {
    for (const path of ['/models/ranker?tab=used', '/models/ranker/versions/1?tab=lineage']) {
      const { page } = await newVisit(browser);
      expect(await shiftWhileOpening(page, `${server.url}${path}`)).toBeLessThan(LAYOUT_SHIFT);
      await card(page, 'From the bill to the decision').getByRole('link').first().waitFor();
    }
  });

  it('describes a model where it stands', async () => {
    const { page } = await newVisit(browser);
    await open(page, `${server.url}/models/ranker?tab=setup`);
    await page.getByRole('button', { name: /Write a note|Edit the note/ }).click();
    await page.getByRole('textbox', { name: 'Note on this model' }).fill('Ranks *films*.');
    await page.keyboard.press('Control+Enter');
    await card(page, 'Notes').locator('em').waitFor();
    expect(await ask(server.url, getModel, { params: { model: 'ranker' } })).toMatchObject({
      description: 'Ranks *films*.',
    });
  });

  it('shows an alias that another client moved', async () => {
    const { page, context } = await newVisit(browser);
    const params = { model: 'ranker', alias: 'elsewhere' };
    await context.request.put(`${server.url}${buildUrl(setModelAlias, { params })}`, { data: { version: '3' } });
    await open(page, `${server.url}/models/ranker?tab=versions`);
    await card(page, ALIASES)
      .getByRole('row', { name: /^@elsewhere 3/ })
      .waitFor();
  });
});
