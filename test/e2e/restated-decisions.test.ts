import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeOddFiles } from '../../examples/recommender/bill/write-bill.ts';
import { importBill } from '../../src/finops/billing/schema.ts';
import { Upload } from '../../src/platform/uploads/schema.ts';
import { replayExport } from '../../src/tradeoff/decisions/exports/index.ts';
import { exportDecision } from '../../src/tradeoff/decisions/exports/schema.ts';
import { type Decision, getDecision, replayDecision } from '../../src/tradeoff/decisions/schema.ts';
import { connectBrowser, hasChromium, newVisit, open, readable } from '../support/browser.ts';
import { demoApplication, type RunningServer } from '../support/demo.ts';
import { ask, listedDecisions } from './questions.ts';

/** Reviews take a second, and most of a minute on a busy machine: the ledger of the month is derived first. */
const REVIEWED_MS = 150_000;
/** Policy of the demo with a budget, so that its decisions are based on the bill. */
const ON_THE_BILL = 'ranker-production';

describe.skipIf(!hasChromium)(
  'the decisions of the demo after a restated bill (skipped where Chromium is missing)',
  () => {
    let server: RunningServer;
    let browser: Browser;
    let before: readonly Decision[];
    beforeAll(async () => {
      server = await demoApplication();
      browser = await connectBrowser();
      before = await listedDecisions(server.url);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.[Symbol.asyncDispose]();
    });

    const show = (decision: string) => ask(server.url, getDecision, { params: { decision } });

    /** Imports the newest AWS month, in which the ranker's endpoints cost 1.25 times as much. */
    async function restate(): Promise<string> {
      const folder = mkdtempSync(join(tmpdir(), 'steelyard-restated-'));
      const { path } = writeOddFiles(folder, { seed: 1, asOf: new Date() }).restatement;
      const sent = await fetch(`${server.url}/api/v1/uploads?name=${basename(path)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: readFileSync(path),
      });
      const { upload } = Upload.parse(await sent.json());
      const body = { source: 'aws', files: [{ upload, name: basename(path) }] };
      return (await ask(server.url, importBill, { body })).delivery ?? '';
    }

    it('are judged again with the money at stake, and those without a bill are not', async () => {
      const after = await restate();
      const reviewedFor = async (decision: string) =>
        (await show(decision)).reviews.filter(({ causes }) => causes.some(({ ids }) => ids.includes(after)));
      const onBill = before.filter(({ policy }) => policy === ON_THE_BILL);
      expect(onBill).toHaveLength(6);
      for (const { decision, verdict } of onBill) {
        await expect.poll(async () => (await reviewedFor(decision)).length, { timeout: REVIEWED_MS }).toBe(1);
        const [review] = await reviewedFor(decision);
        expect(review).toMatchObject({ status: 'same', verdict, atStake: { check: 'budget recommendations' } });
        expect(Number(review?.atStake?.amount)).toBeLessThan(0);
      }
      for (const { decision, policy } of before) {
        if (policy !== ON_THE_BILL) expect(await reviewedFor(decision)).toEqual([]);
      }
      const rejected = onBill.find(({ verdict }) => verdict === 'reject');
      const { page } = await newVisit(browser);
      await open(page, `${server.url}/decisions/${rejected?.decision}`);
      expect(await readable(page.getByRole('region', { name: 'Since the decision' }))).toContain(after);
    });

    it('give their verdicts in a replay, on the server and from an export without it', async () => {
      for (const { decision, verdict } of before) {
        const params = { decision };
        expect(await ask(server.url, replayDecision, { params })).toMatchObject({ isSame: true, verdict });
        const text = JSON.stringify(await ask(server.url, exportDecision, { params }));
        expect(replayExport(text)).toMatchObject({ isSame: true, verdict });
      }
    });
  },
);
