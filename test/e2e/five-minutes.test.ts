import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { listEndpoints } from '../../src/mlops/serving/schema.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { connectBrowser, hasChromium, newVisit, readable } from '../support/browser.ts';
import { serveFolder } from '../support/demo.ts';
import { copyDemo } from '../support/demo-copy.ts';
import { answerQuestion, NEWCOMER_QUESTIONS } from './newcomer-questions.ts';
import { ask } from './questions.ts';

const MINUTE_MS = 60_000;
/** Thirty pages on a busy machine took 140 s. */
const ALL_MOMENTS_MS = 400_000;

describe.skipIf(!hasChromium)('from the overview, in two clicks at most (skipped where Chromium is missing)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await connectBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each(NEWCOMER_QUESTIONS)('%s', async (question) => {
    const { page } = await newVisit(browser);
    await answerQuestion(inject('demoUrl'), question, page);
  });

  it(
    'right after the start and 26 minutes later with traffic, and in the deep run between and after them',
    async () => {
      let laterMs = 0;
      const clock = { now: () => Date.now() + laterMs };
      await using server = await serveFolder(copyDemo(inject('demoFolder')), clock);
      const { page } = await newVisit(browser);
      const verdicts = new Set<string>();
      const answerAll = async (moment: string) => {
        const figures: string[] = [];
        for (const question of NEWCOMER_QUESTIONS) {
          const begun = performance.now();
          const clicks = await answerQuestion(server.url, question, page);
          figures.push(`${clicks} clicks, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
          // The first answer is on the overview.
          if (figures.length === 1) verdicts.add(await readVerdict(page));
        }
        console.log(`six answers ${moment}: ${figures.join('; ')}`);
      };
      await answerAll('at once');
      // The moments between are those of the deep run.
      if (isDeep) {
        laterMs = 5 * MINUTE_MS;
        await answerAll('after 5 minutes');
      }
      laterMs = 26 * MINUTE_MS;
      if (isDeep) await answerAll('after 26 minutes');
      await sendTraffic(server.url);
      await answerAll('after 26 minutes, with traffic');
      if (isDeep) {
        laterMs = 31 * MINUTE_MS;
        await answerAll('5 minutes after the traffic');
      }
      // Without a new decision and new evidence the verdict is the same: its costs do not drift with time or traffic.
      expect([...verdicts]).toHaveLength(1);
    },
    ALL_MOMENTS_MS,
  );
});

/** "Ship v7. v6 ranks …: rejected." */
async function readVerdict(page: Page): Promise<string> {
  const refused = page.getByTestId('refused');
  await refused.getByText('rejected').waitFor();
  return `${await readable(page.getByTestId('ship'))}. ${await readable(refused)}`;
}

/** More than the requests from which the health of an endpoint is judged by its last hour. */
const VISITS = 60;

async function sendTraffic(url: string): Promise<void> {
  const { endpoints } = await ask(url, listEndpoints, { query: {} });
  const [{ name: endpoint } = { name: '' }] = endpoints;
  const predict = async (user: number) => {
    const answer = await fetch(`${url}/serve/${endpoint}/v2/models/ranker/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [{ name: 'user_index', datatype: 'INT64', shape: [1], data: [user] }] }),
    });
    return answer.status;
  };
  // The server starts the replicas of the endpoint again.
  await expect.poll(() => predict(0)).toBe(200);
  for (let user = 1; user <= VISITS; user += 1) expect(await predict(user)).toBe(200);
}
