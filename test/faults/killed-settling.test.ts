import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { deletePredictions, listPredictions, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { getVerification, startVerification } from '../../src/platform/integrity/schema.ts';
import { verifyJournals } from '../../src/platform/journal/index.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { atMoment, KillCampaign } from '../support/moment.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const DAYS = 60;
const FIRST_DAY = Date.parse('2026-01-01T12:00:00Z');
/** Of the largest page. */
const PAGE = 1000;

/** Predictions of these numbers, one for each day after another. */
async function predict(url: string, from: number, to: number): Promise<void> {
  const client = createDemoClient(url);
  for (let start = from; start < to; start += PAGE) {
    const numbers = Array.from({ length: Math.min(PAGE, to - start) }, (_, index) => start + index);
    const predictions = numbers.map((number) => ({
      ...{ prediction: `p-${number}`, model: 'ranker', output: number },
      predictedAt: new Date(FIRST_DAY + (number % DAYS) * DAY_MS).toISOString(),
    }));
    await client.call(recordPredictions, { body: { predictions } });
  }
}

/** Counting the predictions of one subject moves everything into the lake first. */
async function settle(url: string): Promise<void> {
  await createDemoClient(url).call(deletePredictions, { body: { entity: 'nobody', dryRun: true } });
}

/** Numbers that are answered, in order; one that is there twice is twice in it. */
async function numbersIn(url: string): Promise<number[]> {
  const client = createDemoClient(url);
  const numbers: number[] = [];
  let pageToken: string | undefined;
  do {
    const page = await client.call(listPredictions, { query: { model: 'ranker', pageSize: PAGE, pageToken } });
    numbers.push(...page.predictions.map(({ prediction }) => Number(prediction.slice(2))));
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return numbers.toSorted((one, other) => one - other);
}

async function expectWhole(server: ServerProcess, data: string, count: number): Promise<void> {
  const findings = await verifyJournals(join(data, 'journals'));
  expect(findings.filter(({ kind }) => kind !== 'torn_tail')).toEqual([]);
  await server.startAgain();
  expect(await numbersIn(server.url)).toEqual(Array.from({ length: count }, (_, number) => number));
}

async function findingsOf(url: string) {
  const client = createDemoClient(url);
  const { verification } = await client.call(startVerification, { body: { repair: false } });
  const state = () => client.call(getVerification, { params: { verification } });
  await expect.poll(state, { timeout: 60_000 }).toMatchObject({ state: 'ended' });
  return (await state()).findings;
}

const filesIn = (data: string) => readdirSync(join(data, 'lake', 'prediction')).length;

describe('a server that is killed while it settles a journal', () => {
  it('has every prediction that it acknowledged, once, whenever it was', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-settling-'));
    await using server = await startServerProcess(data);
    let count = 0;
    const campaign = new KillCampaign('settling', [2, 10, 25, 50, 80, 120, 170, 250, 350, 'ended'], 1);
    for (const [, moment] of campaign.rounds()) {
      await predict(server.url, count, count + 3 * DAYS);
      count += 3 * DAYS;
      await campaign.killAt(moment, settle(server.url), server.kill);
      await expectWhole(server, data, count);
    }
    await settle(server.url);
    expect(await numbersIn(server.url)).toHaveLength(count);
    expect(await findingsOf(server.url)).toEqual([]);
  });
});

describe('a server that is killed while it compacts days', () => {
  it('has every prediction once, whenever it was, and compacts when it starts again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-compaction-'));
    await using server = await startServerProcess(data);
    let count = 0;
    const campaign = new KillCampaign('compaction', [0, 5, 15, 30, 50, 80, 120, 170, 240, 350], 1);
    for (const [, moment] of campaign.rounds()) {
      for (let part = 0; part < 2; part += 1) {
        await predict(server.url, count, count + DAYS);
        count += DAYS;
        await settle(server.url);
      }
      await server.kill();
      const uncompacted = filesIn(data);
      // It compacts at its start.
      await server.startAgain();
      await expect.poll(() => filesIn(data), { interval: 1 }).not.toBe(uncompacted);
      await atMoment(moment, new Promise(() => {}));
      await server.kill();
      // The files of the days are joined in one swap; before it there are more files than before, after it fewer.
      campaign.count(![uncompacted, DAYS].includes(filesIn(data)));
      await expectWhole(server, data, count);
    }
    await expect.poll(() => filesIn(data), { timeout: 60_000 }).toBe(DAYS);
    expect(await findingsOf(server.url)).toEqual([]);
  });
});
