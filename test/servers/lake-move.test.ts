import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { importBill } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listPredictions, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { getVerification, startVerification } from '../../src/platform/integrity/schema.ts';
import { getLakeStatus, startLakeMove } from '../../src/platform/lake-moves/schema.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import { ask } from '../support/server-calls.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { findWeed, startWeed, type WeedServer } from '../support/weed.ts';

const MONTHS = 60;

describe.skipIf(findWeed() === null || findPostgres() === null)(
  'a move of the lake to SeaweedFS by servers on one PostgreSQL (skipped where they are not installed)',
  () => {
    let databases: Databases;
    let weed: WeedServer;
    beforeAll(async () => {
      databases = await runDatabases();
      weed = await startWeed();
    });
    afterAll(() => weed?.[Symbol.asyncDispose]());

    it('continues after a kill, loses nothing, and fails no read', async () => {
      const data = mkdtempSync(join(tmpdir(), 'lake-move-'));
      const credentials = { WEED_KEY: weed.accessKeyId, WEED_SECRET: weed.secretAccessKey };
      const shared = { ...credentials, STEELYARD_DATABASE: await databases.newDatabase() };
      await using a = await startServerProcess(data, { ...shared, STEELYARD_SERVER: 'a' });
      // Without jobs: the move runs on a.
      await using b = await startServerProcess(data, {
        ...shared,
        STEELYARD_SERVER: 'b',
        STEELYARD_ROLES: 'api,gateway',
      });
      await importBillInto(a, data, 1);
      expect(await totalOf(b)).toBe(MONTHS);

      const work = startWork(b);
      const bucket = await weed.newBucket();
      const keys = 'accessKeyId=env:WEED_KEY&secretAccessKey=env:WEED_SECRET';
      const to = `s3://${bucket}/moved?region=us-east-1&endpoint=${weed.endpoint}&${keys}`;
      await ask(a, startLakeMove, { body: { to } });
      await expect
        .poll(async () => (await statusOf(b)).move?.progress.filesDone ?? 0, { interval: 5 })
        .toBeGreaterThan(3);
      await a.kill();
      const killed = (await statusOf(b)).move;
      expect(killed?.state).toBe('copying');
      await a.startAgain();
      await expect.poll(async () => (await statusOf(b)).move?.state, { timeout: 120_000 }).toBe('ended');
      expect(await statusOf(b)).toMatchObject({ place: `s3://${bucket}/moved`, setting: to, leaving: ['folder'] });
      await importBillInto(b, data, 2);
      await ask(a, startLakeMove, { body: { to: 'folder' } });
      await expect
        .poll(async () => (await statusOf(b)).move, { timeout: 120_000 })
        .toMatchObject({ to: 'folder', state: 'ended' });
      await ask(a, startLakeMove, { body: { to } });
      await expect
        .poll(async () => (await statusOf(b)).move, { timeout: 120_000 })
        .toMatchObject({ from: 'folder', state: 'ended' });
      const { acknowledged, totals } = await work.end();
      expect([...new Set(totals)].filter((total) => total !== MONTHS && total !== 2 * MONTHS)).toEqual([]);
      expect(totals.length).toBeGreaterThan(20);
      expect((await weed.keys(bucket, 'moved/')).length).toBeGreaterThan(MONTHS);

      // The setting still names the data folder.
      await b.stop();
      await b.startAgain();
      for (const server of [a, b]) {
        expect(await totalOf(server)).toBe(2 * MONTHS);
        const known = await predictionsOf(server);
        expect([acknowledged.size > 20, [...acknowledged].filter((id) => !known.has(id))]).toEqual([true, []]);
      }
      const { verification } = await ask(a, startVerification, { body: { repair: false } });
      const verified = async () => ask(a, getVerification, { params: { verification } });
      await expect.poll(async () => (await verified()).state, { timeout: 120_000 }).toBe('ended');
      expect((await verified()).findings).toEqual([]);
    });
  },
);

const statusOf = (server: ServerProcess) => ask(server, getLakeStatus);

/** Reads totals and records predictions all the time. A read that fails rejects `end`. */
function startWork(server: ServerProcess) {
  const acknowledged = new Set<string>();
  const totals: (number | null)[] = [];
  let isOver = false;
  const read = async () => {
    while (!isOver) totals.push(await totalOf(server));
  };
  const write = async () => {
    for (let count = 0; !isOver; count += 1) {
      const prediction = `p-${count}`;
      await ask(server, recordPredictions, {
        body: { predictions: [{ prediction, model: 'ranker', output: 'yes', inputs: { n: 1 } }] },
      });
      acknowledged.add(prediction);
    }
  };
  const working = Promise.all([read(), write()]);
  // Reported by `end`.
  working.catch(() => undefined);
  return {
    async end() {
      isOver = true;
      await working;
      return { acknowledged, totals };
    },
  };
}

/** One row in each of many months, so that the lake has many files. */
async function importBillInto(server: ServerProcess, folder: string, cost: number): Promise<void> {
  const lines = Array.from({ length: MONTHS }, (_, index) => {
    const month = `${2021 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
    return `${cost},USD,${month}-01,${month}-02,r-${index}`;
  });
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const path = join(folder, `bill-${cost}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  const client = createDemoClient(server.url);
  const upload = await client.upload(path);
  await client.call(importBill, { body: { source: 'aws', files: [{ upload, name: 'bill.csv' }] } });
}

async function totalOf(server: ServerProcess): Promise<number | null> {
  const query = { by: 'team', metric: 'billedCost', from: '2021-01-01', to: '2026-01-01' } as const;
  const { totals } = await ask(server, costSummary, { query });
  return totals[0] === undefined ? null : Number(totals[0].amount);
}

async function predictionsOf(server: ServerProcess): Promise<Set<string>> {
  const known = new Set<string>();
  let pageToken: string | undefined;
  do {
    const page = await ask(server, listPredictions, { query: { model: 'ranker', pageSize: 1000, pageToken } });
    for (const { prediction } of page.predictions) known.add(prediction);
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return known;
}
