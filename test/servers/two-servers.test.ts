import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDemoClient } from '../../examples/recommender/demo/client.ts';
import { importBill } from '../../src/finops/billing/schema.ts';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listPredictions, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { buildUrl } from '../../src/platform/contract/schema.ts';
import { listServers } from '../../src/platform/servers/schema.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import { ask } from '../support/server-calls.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const ROWS = 20_000;
const SENDERS = 4;
const AT_LEAST = 40;

describe.skipIf(findPostgres() === null)(
  'two servers on one PostgreSQL and one data folder (skipped where it is not installed)',
  () => {
    let databases: Databases;
    beforeAll(async () => {
      databases = await runDatabases();
    });

    const settings = (server: string, database: string) => ({ STEELYARD_SERVER: server, STEELYARD_DATABASE: database });

    it('show one bill and every acknowledged prediction once, also when one of them is killed', async () => {
      const data = mkdtempSync(join(tmpdir(), 'two-servers-'));
      const database = await databases.newDatabase();
      await using a = await startServerProcess(data, settings('a', database));
      await using b = await startServerProcess(data, settings('b', database));
      expect(await states(a)).toEqual(['a live', 'b live']);

      const totals = await readWhile(b, importBillInto(a, data, 2));
      // Nothing, or all of it.
      expect([...new Set(totals)].filter((total) => total !== null && total !== 2 * ROWS)).toEqual([]);
      expect([await totalOf(a), await totalOf(b)]).toEqual([2 * ROWS, 2 * ROWS]);

      const acknowledged = new Set<string>();
      let isOver = false;
      const senders = [a, b].flatMap((server, number) =>
        Array.from({ length: SENDERS }, async (_, sender) => {
          for (let count = 0; !isOver; count += 1) {
            const prediction = `${number}-${sender}-${count}`;
            if (await isRecorded(server.url, prediction)) acknowledged.add(prediction);
          }
        }),
      );
      const from = (number: number) => [...acknowledged].filter((id) => id.startsWith(`${number}-`)).length;
      const least = () => Math.min(from(0), from(1));
      await expect.poll(least, { timeout: 60_000, interval: 5 }).toBeGreaterThan(AT_LEAST);
      await b.kill();
      const before = from(0);
      await expect.poll(() => from(0) - before, { timeout: 60_000, interval: 5 }).toBeGreaterThan(AT_LEAST);
      isOver = true;
      await Promise.all(senders);
      const lostIn = async (server: ServerProcess) => {
        const known = await predictionsOf(server);
        return [...acknowledged].filter((prediction) => !known.has(prediction));
      };
      expect(await lostIn(a)).toEqual([]);

      // The next process of b takes over from the last when its lease has expired.
      await b.startAgain();
      expect(await states(a)).toEqual(['a live', 'b live']);
      const copies = () => listBelow(join(data, 'servers', 'b')).filter((name) => name.includes('-by-'));
      await expect.poll(() => copies().length, { timeout: 60_000 }).toBeGreaterThan(0);
      expect([await lostIn(a), await lostIn(b)]).toEqual([[], []]);
      await importBillInto(b, data, 3);
      expect([await totalOf(a), await totalOf(b)]).toEqual([3 * ROWS, 3 * ROWS]);
    });

    it('begin with the predictions of the only server that was there before', async () => {
      const data = mkdtempSync(join(tmpdir(), 'named-server-'));
      const database = await databases.newDatabase();
      const single = await startServerProcess(data, { STEELYARD_DATABASE: database });
      const sent = Array.from({ length: AT_LEAST }, (_, count) => `p-${count}`);
      expect(await Promise.all(sent.map((prediction) => isRecorded(single.url, prediction)))).not.toContain(false);
      await single.kill();
      await using a = await startServerProcess(data, settings('a', database));
      expect([...(await predictionsOf(a))].toSorted()).toEqual(sent.toSorted());
      const copies = () => listBelow(join(data, 'servers', '_former')).filter((name) => name.includes('-by-')).length;
      await expect.poll(copies, { timeout: 60_000 }).toBeGreaterThan(0);
      expect([...(await predictionsOf(a))].toSorted()).toEqual(sent.toSorted());
      expect(readdirSync(data)).not.toContain('journals');
    });

    it('lose and repeat nothing when one of them stood still, was taken over and goes on', async () => {
      const data = mkdtempSync(join(tmpdir(), 'paused-server-'));
      const database = await databases.newDatabase();
      await using a = await startServerProcess(data, settings('a', database));
      await using b = await startServerProcess(data, settings('b', database));
      const acknowledged = new Set<string>();
      let isOver = false;
      const senders = Array.from({ length: SENDERS }, async (_, sender) => {
        for (let count = 0; !isOver; count += 1) {
          const prediction = `${sender}-${count}`;
          if (await isRecorded(b.url, prediction)) acknowledged.add(prediction);
        }
      });
      await expect.poll(() => acknowledged.size, { timeout: 60_000, interval: 5 }).toBeGreaterThan(AT_LEAST);
      b.send('SIGSTOP');
      const copies = () => listBelow(join(data, 'servers', 'b')).filter((name) => name.includes('-by-')).length;
      await expect.poll(copies, { timeout: 90_000 }).toBeGreaterThan(0);
      expect((await predictionsOf(a)).size).toBeGreaterThanOrEqual(acknowledged.size);
      const before = acknowledged.size;
      b.send('SIGCONT');
      // It finds that it was taken over, and opens again with new journals.
      await expect.poll(() => acknowledged.size - before, { timeout: 90_000 }).toBeGreaterThan(AT_LEAST);
      isOver = true;
      await Promise.all(senders);
      for (const server of [a, b]) {
        const known = await predictionsOf(server);
        expect([...acknowledged].filter((prediction) => !known.has(prediction))).toEqual([]);
      }
    });
  },
);

function listBelow(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function states(server: ServerProcess): Promise<string[]> {
  const { servers } = await ask(server, listServers);
  return servers.map(({ name, state }) => `${name} ${state}`);
}

async function importBillInto(server: ServerProcess, folder: string, cost: number): Promise<void> {
  const header = 'BilledCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ResourceId';
  const lines = Array.from({ length: ROWS }, (_, index) => `${cost},USD,2026-10-01,2026-10-02,r-${index}`);
  const path = join(folder, `bill-${cost}.csv`);
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`);
  const client = createDemoClient(server.url);
  const upload = await client.upload(path);
  await client.call(importBill, { body: { source: 'aws', files: [{ upload, name: 'bill.csv' }] } });
}

async function totalOf(server: ServerProcess): Promise<number | null> {
  const { totals } = await ask(server, costSummary, { query: { by: 'team', metric: 'billedCost' } });
  return totals[0] === undefined ? null : Number(totals[0].amount);
}

/** The totals that another server shows while work is done. */
async function readWhile(server: ServerProcess, work: Promise<void>): Promise<(number | null)[]> {
  const totals: (number | null)[] = [];
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) totals.push(await totalOf(server));
  await ended;
  return totals;
}

async function isRecorded(url: string, prediction: string): Promise<boolean> {
  const body = JSON.stringify({ predictions: [{ prediction, model: 'ranker', output: 'yes', inputs: { n: 1 } }] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + buildUrl(recordPredictions, {}), { method: 'POST', headers, body }).catch(
    () => null,
  );
  await answer?.text().catch(() => '');
  return answer?.ok === true;
}

/** Ids of the predictions that a server lists; one that comes twice fails. */
async function predictionsOf(server: ServerProcess): Promise<Set<string>> {
  const known = new Set<string>();
  let pageToken: string | undefined;
  do {
    const page = await ask(server, listPredictions, { query: { model: 'ranker', pageSize: 1000, pageToken } });
    for (const { prediction } of page.predictions) {
      expect(known.has(prediction)).toBe(false);
      known.add(prediction);
    }
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  return known;
}
