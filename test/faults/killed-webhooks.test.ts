import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Receiver, startReceiver } from '../../src/platform/outbound/receiver.testing.ts';
import { openStore } from '../../src/platform/store/index.ts';
import { atMoment, type Moment, someOf } from '../support/moment.ts';
import { startServerProcess } from '../support/server-process.ts';
import { onEachStore } from '../support/stores.ts';

const PARTS = 8;
const PART_BYTES = 4 * 1024 * 1024;
/** A machine at work on other things delivers a thousand webhooks in many seconds. */
const IN_TIME = { timeout: 150_000, interval: 50 };
const Begun = z.object({
  upload_id: z.string(),
  credentials: z.array(z.object({ url: z.string(), part_number: z.number() })),
});
const Sent = z.object({ data: z.object({ name: z.string(), value: z.string().optional() }) });

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver[Symbol.asyncDispose]());

async function post(url: string, path: string, message: object): Promise<Record<string, unknown>> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(message);
  const answer = await fetch(`${url}/api/2.0/${path}`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return z.record(z.string(), z.unknown()).parse(await answer.json());
}

async function listen(url: string): Promise<void> {
  const events = [{ entity: 'MODEL_VERSION_TAG', action: 'SET' }];
  await post(url, 'mlflow/webhooks', { name: 'hook', url: receiver.url, events, secret: 'hush' });
  await post(url, 'mlflow/registered-models/create', { name: 'm' });
  await post(url, 'mlflow/model-versions/create', { name: 'm', source: 's3://models/m' });
}

interface LeaseTables {
  event_cursor: { leased_by: string | null; leased_until: string | null };
  webhook_delivery: { due_at: number; leased_by: string | null };
}

/** As if a minute had passed, in which the leases of a dead server run out: on PostgreSQL another one has to wait for it. */
async function leasesRunOut(database: string, folder: string): Promise<void> {
  await using store = await openStore({ database, folder });
  const tables = store.tables<LeaseTables>();
  await tables.updateTable('event_cursor').set({ leased_by: null, leased_until: null }).execute();
  await tables.updateTable('webhook_delivery').set({ due_at: 0 }).where('leased_by', 'is not', null).execute();
}

onEachStore(({ newDatabase, crashed }) => {
  describe('a server that is killed', () => {
    it('while it delivers webhooks, loses none that it acknowledged, and repeats only under the same id', async () => {
      const data = mkdtempSync(join(tmpdir(), 'killed-webhooks-'));
      const database = await newDatabase();
      const settings = { STEELYARD_DATABASE: database, STEELYARD_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
      await using server = await startServerProcess(data, settings);
      await listen(server.url);
      const acknowledged: string[] = [];
      for (const [round, delayMs] of someOf([0, 15, 40, 80, 150]).entries()) {
        const delivered = receiver.received.length;
        const writing = (async () => {
          for (let count = 0; count < 200; count += 1) {
            const value = `${round}-${count}`;
            await post(server.url, 'mlflow/model-versions/set-tag', { name: 'm', version: '1', key: 'k', value });
            acknowledged.push(value);
          }
        })().catch(() => undefined);
        await receiver.has(delivered + 1);
        await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(round), IN_TIME);
        await pause(delayMs); // the moment of the crash varies here
        await server.kill();
        await writing;
        await crashed(database);
        await leasesRunOut(database, data);
        await server.startAgain();
      }
      const values = () => receiver.received.map(({ body }) => Sent.parse(JSON.parse(body)).data.value ?? '');
      await vi.waitFor(() => expect(new Set(values())).toEqual(new Set([...values(), ...acknowledged])), IN_TIME);
      const idsOf = Map.groupBy(receiver.received, ({ body }) => body);
      for (const same of idsOf.values()) {
        expect(new Set(same.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1);
      }
    });

    it('while it puts an artifact together, shows all of it or nothing, and ends it when asked again', async () => {
      const data = mkdtempSync(join(tmpdir(), 'killed-parts-'));
      const database = await newDatabase();
      const settings = { STEELYARD_DATABASE: database };
      await using server = await startServerProcess(data, settings);
      let whole = 0;
      for (const [round, moment] of someOf<Moment>([0, 10, 25, 60, 'ended']).entries()) {
        const end = await uploadParts(server.url, `0/r${round}/artifacts`);
        const path = `mlflow-artifacts/mpu/complete/0/r${round}/artifacts`;
        const completing = post(server.url, path, end).catch(() => undefined);
        await atMoment(moment, completing);
        await server.kill();
        await completing;
        await crashed(database);
        await server.startAgain();

        const artifact = `${server.url}/api/2.0/mlflow-artifacts/artifacts/0/r${round}/artifacts/big.bin`;
        const before = await fetch(artifact);
        const length = (await before.arrayBuffer()).byteLength;
        expect([404, 200]).toContain(before.status);
        if (before.status === 200) {
          expect(length).toBe(PARTS * PART_BYTES);
          whole += 1;
        }
        await post(server.url, path, end);
        const after = await fetch(artifact);
        expect([after.status, (await after.arrayBuffer()).byteLength]).toEqual([200, PARTS * PART_BYTES]);
        expect(readdirSync(join(data, 'objects', 'multipart', end.upload_id))).toEqual(['upload.json']);
      }
      expect(whole).toBeGreaterThan(0);
    });
  });
});

/** Uploads all parts of an artifact; returns the message that completes them. */
async function uploadParts(url: string, folder: string) {
  const content = Buffer.alloc(PART_BYTES, 'x');
  const message = { path: 'big.bin', num_parts: PARTS };
  const begun = Begun.parse(await post(url, `mlflow-artifacts/mpu/create/${folder}`, message));
  const parts = [];
  for (const { url: address, part_number } of begun.credentials) {
    const { headers } = await fetch(address, { method: 'PUT', body: content });
    parts.push({ part_number, etag: headers.get('etag') ?? '' });
  }
  return { path: 'big.bin', upload_id: begun.upload_id, parts };
}
