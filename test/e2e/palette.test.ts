import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectBrowser, hasChromium, newVisit, open } from '../support/browser.ts';
import { listedDecisions } from './questions.ts';

describe.skipIf(!hasChromium)('the search of every page (skipped where Chromium is missing)', () => {
  const url = inject('demoUrl');
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(() => browser?.close());

  // One visit, because each opening of the app costs more than a search.
  it('finds versions, services, budgets, decisions, GPUs, pages by their former name, and actions', async () => {
    const { page, complaints } = await newVisit(browser);
    const decision = (await listedDecisions(url))[0]?.decision ?? '';
    const searches: readonly (readonly [text: string, option: string | RegExp, address: string])[] = [
      ['v6', 'ranker v6 Version', '**/models/ranker/versions/6**'],
      ['ranker v5', 'ranker v5 Version', '**/models/ranker/versions/5**'],
      ['sagemaker', /SageMaker Service$/, '**/costs?**filter=serviceName**'],
      ['search budget', 'search Budget', '**/budgets/search**'],
      [decision.slice(0, 12), /^dec_.* Decision$/, '**/decisions/dec_**'],
      ['GPU-2', /^GPU-2.* GPU$/, '**/gpus?**gpu=GPU-2**'],
      ['recommendations page', 'Savings Page', '**/recommendations**'],
      ['new budget', 'New budget Action', '**/budgets?**new=budget**'],
    ];
    await open(page, `${url}/decisions`);
    for (const [text, name, address] of searches) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /Search pages/ }).fill(text);
      await page.getByRole('option', { name }).first().click();
      await page.waitForURL(address);
    }
    expect(complaints).toEqual([]);
  });
});
