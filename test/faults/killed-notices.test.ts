import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { type Receiver, startReceiver } from '../../src/platform/outbound/receiver.testing.ts';
import { openStore } from '../../src/platform/store/index.ts';
import { HOUR_MS } from '../../src/platform/units/durations.ts';
import { someOf } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';
import { onStoreOfCampaign } from '../support/stores.ts';

/** From the start of a server to its end. */
const DELAYS_MS = someOf([0, 10, 30, 80]);
const IN_TIME = { timeout: 60_000, interval: 50 };
const Told = z.object({ id: z.string(), subject: z.string(), data: z.object({ threshold: z.string() }) });

async function post(url: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}

/** A budget of 100, of which 90 are spent. */
async function spendMost(url: string, name: string, receiver: Receiver): Promise<void> {
  const spec = `subject: {team: ${name}}, amount: '100', currency: USD, every: once, notify: [{webhook: {url: "${receiver.url}"}}]`;
  const text = `apiVersion: steelyard/v1\nkind: Budget\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
  await post(url, 'apply', { documents: [{ file: 'b.yaml', text }] });
  const [start, end] = [Date.now() - HOUR_MS, Date.now()].map((instant) => new Date(instant).toISOString());
  const price = { amount: '90', currency: 'USD' };
  const held = { resource: 'gpu', quantity: '1', price, origin: 'test' };
  await post(url, 'usage-intervals', {
    intervals: [{ usage: name, subject: { team: name }, ...held, period: { start, end } }],
  });
}

interface JobTables {
  job: { state: string; due_at: string };
  job_schedule: { name: string; next_at: string };
}

/** Simulates that a minute has passed: budgets are due for a check, and the leases of a dead server have expired. */
async function minutePasses(database: string, folder: string): Promise<void> {
  await using store = await openStore({ database, folder });
  const past = new Date(Date.now() - 60_000).toISOString();
  const tables = store.tables<JobTables>();
  await tables.updateTable('job_schedule').set({ next_at: past }).where('name', '=', 'budgets.look').execute();
  await tables.updateTable('job').set({ due_at: past }).where('state', '!=', 'failed').execute();
}

onStoreOfCampaign('PostgreSQL', ({ newDatabase, crashed }) => {
  it('a server that is killed while it tells of budgets tells of each once, or again under the same id', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver[Symbol.asyncDispose]());
    const data = mkdtempSync(join(tmpdir(), 'killed-notices-'));
    const database = await newDatabase();
    const settings = { STEELYARD_DATABASE: database, STEELYARD_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
    await using server = await startServerProcess(data, settings);
    const told = () => receiver.received.map(({ body }) => Told.parse(JSON.parse(body)));
    const dieAndWait = async () => {
      await server.kill();
      await crashed(database);
      await minutePasses(database, data);
      await server.startAgain();
    };
    for (const [round, delayMs] of DELAYS_MS.entries()) {
      await spendMost(server.url, `b${round}`, receiver);
      await dieAndWait();
      await pause(delayMs); // the moment of the crash varies here
      await dieAndWait();
      await vi.waitFor(() => expect(told().map(({ subject }) => subject)).toContain(`b${round}`), IN_TIME);
    }
    await dieAndWait();
    const idsOf = Map.groupBy(told(), ({ subject }) => subject);
    expect([...idsOf.keys()].toSorted()).toEqual(DELAYS_MS.map((_, round) => `b${round}`));
    for (const same of idsOf.values()) {
      expect(new Set(same.map(({ id, data: { threshold } }) => `${threshold} ${id}`)).size).toBe(1);
    }
  });
});
