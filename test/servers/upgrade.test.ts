import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { costSummary } from '../../src/finops/costs/schema.ts';
import { listPredictions, recordPredictions } from '../../src/mlops/predictions/schema.ts';
import { listServers } from '../../src/platform/servers/schema.ts';
import { writeEarlierRelease } from '../support/earlier-release.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import { serverProgram } from '../support/server-build.ts';
import { ask } from '../support/server-calls.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createBill, importOne, ROWS } from './load/clients.ts';
import { createSender } from './load/sender.ts';

describe.skipIf(findPostgres() === null)('an upgrade on PostgreSQL (skipped where it is not installed)', () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await runDatabases();
  });

  it('replaces two servers one after the other; both versions write and read beside each other', async () => {
    const earlier = writeEarlierRelease('several');
    const data = mkdtempSync(join(tmpdir(), 'rolling-upgrade-'));
    const database = await databases.newDatabase();
    const settings = (name: string) => ({ STEELYARD_SERVER: name, STEELYARD_DATABASE: database });
    await using oldA = await startServerProcess(data, settings('a'), earlier);
    const facts = createFacts();
    {
      await using oldB = await startServerProcess(data, settings('b'), earlier);
      await write([oldA, oldB], facts, 'before');
      await oldB.stop();
    }
    // The new version migrates the store; the old one continues.
    await using newB = await startServerProcess(data, settings('b'));
    await write([oldA, newB], facts, 'beside');
    expect(await readAll(oldA)).toEqual(facts.toExpected());
    expect(await readAll(newB)).toEqual(facts.toExpected());
    expect((await ask(newB, listServers)).servers.map(({ state }) => state)).toEqual(['live', 'live']);
    await oldA.stop();
    await using newA = await startServerProcess(data, settings('a'));
    await write([newA, newB], facts, 'after');
    expect(await readAll(newA)).toEqual(facts.toExpected());
    expect(await readAll(newB)).toEqual(facts.toExpected());
  });

  it('from the last version without several servers needs its end: each refuses to run beside the other', async () => {
    const earlier = writeEarlierRelease('single');
    const data = mkdtempSync(join(tmpdir(), 'upgrade-'));
    const database = await databases.newDatabase();
    const environment = { STEELYARD_DATABASE: database };
    const named = { ...environment, STEELYARD_SERVER: 'a' };
    const facts = createFacts();
    {
      await using old = await startServerProcess(data, environment, earlier);
      await write([old], facts, 'before');
      for (const settings of [environment, named]) {
        const refusal = await startAndFail(serverProgram(), data, settings);
        expect(refusal).toMatch(/data_folder_in_use.* Stop /s);
      }
      // Neither has migrated its store.
      await write([old], facts, 'beside');
      expect(await readAll(old)).toEqual(facts.toExpected());
      await old.stop();
    }
    await using a = await startServerProcess(data, named);
    expect(await readAll(a)).toEqual(facts.toExpected());
    await write([a], facts, 'after');
    expect(await readAll(a)).toEqual(facts.toExpected());
    expect(await startAndFail(earlier, data, environment)).toMatch(/data_folder_in_use.* Stop /s);
    await a.stop();
    expect(await startAndFail(earlier, data, environment)).toMatch(/data_folder_newer.* Start that version/s);
  });
});

/** Acknowledged writes of clients. */
interface Facts {
  readonly predictions: string[];
  readonly runs: string[];
  bills: number;
  toExpected(): Stored;
}

/** Of all servers alike: ids of predictions, ids of runs with their metric, and the total of the bills. */
interface Stored {
  readonly predictions: readonly string[];
  readonly runs: readonly string[];
  readonly total: number;
}

const COST = 3;
const WRITES = 10;

function createFacts(): Facts {
  const facts: Facts = {
    predictions: [],
    runs: [],
    bills: 0,
    toExpected: () => ({
      predictions: facts.predictions.toSorted(),
      runs: facts.runs.toSorted(),
      total: facts.bills * ROWS * COST,
    }),
  };
  return facts;
}

/** Every server writes some of each kind, all concurrently. */
async function write(servers: readonly ServerProcess[], facts: Facts, moment: string): Promise<void> {
  await Promise.all(
    servers.map(async (server, index) => {
      const sender = createSender(server.url);
      for (let count = 0; count < WRITES; count += 1) {
        const prediction = `${moment}-${index}-${count}`;
        const body = { predictions: [{ prediction, model: 'ranker', output: 'yes', inputs: { n: 1 } }] };
        await sender.call(recordPredictions, { body });
        facts.predictions.push(prediction);
        facts.runs.push(await logRun(server));
      }
      const source = `${moment}-${index}`;
      await importOne(sender, source, createBill('2026-10', { cost: String(COST), resource: source }));
      facts.bills += 1;
    }),
  );
}

const Created = z.object({ run: z.object({ info: z.object({ run_id: z.string() }) }) });
const Found = z.object({
  runs: z.array(
    z.object({
      info: z.object({ run_id: z.string() }),
      data: z.object({ metrics: z.array(z.object({ value: z.number() })) }),
    }),
  ),
});

async function logRun({ url }: ServerProcess): Promise<string> {
  const sender = createSender(url);
  const created = await sender.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' });
  const { run_id } = Created.parse(JSON.parse(created.text)).run.info;
  const metric = { run_id, key: 'loss', value: 7, step: 0, timestamp: Date.now() };
  expect((await sender.post('/api/2.0/mlflow/runs/log-metric', metric)).status).toBe(200);
  return `${run_id} 7`;
}

async function readAll(server: ServerProcess): Promise<Stored> {
  const { predictions } = await ask(server, listPredictions, { query: { model: 'ranker', pageSize: 1000 } });
  const { totals } = await ask(server, costSummary, { query: { by: 'team', metric: 'billedCost' } });
  const search = { experiment_ids: ['0'], max_results: 1000 };
  const found = await createSender(server.url).post('/api/2.0/mlflow/runs/search', search);
  const runs = Found.parse(JSON.parse(found.text)).runs.map(
    ({ info, data }) => `${info.run_id} ${data.metrics.map(({ value }) => value).join()}`,
  );
  return {
    predictions: predictions.map(({ prediction }) => prediction).toSorted(),
    runs: runs.toSorted(),
    total: Number(totals[0]?.amount ?? 0),
  };
}

/** The output of a program before it ends with an error; one that runs on is killed and fails. */
function startAndFail(program: string, data: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const words = [program, 'serve', '--data', data, '--port', '0'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { env: { ...process.env, ...settings }, timeout: 60_000 }, (error, out, said) => {
      if (error === null || error.killed === true) reject(new Error(`${program} started: ${out}${said}`));
      else resolve(said + out);
    });
  });
}
