import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Receiver, startReceiver } from '../../src/mlops/webhooks/receiver.testing.ts';
import { startServerProcess } from '../support/server-process.ts';

const settings = { STEELYARD_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1' };
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

describe('a server that is killed', () => {
  it('while it delivers webhooks, loses none that it acknowledged, and repeats only under the same id', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-webhooks-'));
    const acknowledged: string[] = [];
    for (const [round, delayMs] of [0, 15, 40, 80, 150].entries()) {
      const server = await startServerProcess(data, settings);
      if (round === 0) await listen(server.url);
      const writing = (async () => {
        for (let count = 0; count < 200; count += 1) {
          const value = `${round}-${count}`;
          await post(server.url, 'mlflow/model-versions/set-tag', { name: 'm', version: '1', key: 'k', value });
          acknowledged.push(value);
        }
      })().catch(() => undefined);
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(round), 10_000);
      await pause(delayMs); // the moment of the crash is what is varied here
      await server.kill();
      await writing;
    }
    await using _last = await startServerProcess(data, settings);
    const values = () => receiver.received.map(({ body }) => Sent.parse(JSON.parse(body)).data.value ?? '');
    await vi.waitFor(() => expect(new Set(values())).toEqual(new Set([...values(), ...acknowledged])), 60_000);
    const idsOf = Map.groupBy(receiver.received, ({ body }) => body);
    for (const same of idsOf.values()) {
      expect(new Set(same.map(({ headers }) => headers['x-mlflow-delivery-id'])).size).toBe(1);
    }
  });

  it('while it puts an artifact together, shows all of it or nothing, and ends it when asked again', async () => {
    const data = mkdtempSync(join(tmpdir(), 'killed-parts-'));
    const [parts, bytes] = [8, 4 * 1024 * 1024];
    const content = Buffer.alloc(bytes, 'x');
    let whole = 0;
    for (const [round, delayMs] of [0, 10, 25, 60, 3000].entries()) {
      const server = await startServerProcess(data);
      const folder = `mlflow-artifacts/mpu`;
      const message = { path: 'big.bin', num_parts: parts };
      const begun = await post(server.url, `${folder}/create/0/r${round}/artifacts`, message);
      const credentials = z.array(z.object({ url: z.string(), part_number: z.number() })).parse(begun.credentials);
      const stored = [];
      for (const { url, part_number } of credentials) {
        const { headers } = await fetch(url, { method: 'PUT', body: content });
        stored.push({ part_number, etag: headers.get('etag') ?? '' });
      }
      const end = { path: 'big.bin', upload_id: begun.upload_id, parts: stored };
      const path = `${folder}/complete/0/r${round}/artifacts`;
      const completing = post(server.url, path, end).catch(() => undefined);
      await pause(delayMs); // the moment of the crash is what is varied here
      await server.kill();
      await completing;

      await using again = await startServerProcess(data);
      const artifact = `${again.url}/api/2.0/mlflow-artifacts/artifacts/0/r${round}/artifacts/big.bin`;
      const before = await fetch(artifact);
      const length = (await before.arrayBuffer()).byteLength;
      expect([404, 200]).toContain(before.status);
      if (before.status === 200) {
        expect(length).toBe(parts * bytes);
        whole += 1;
      }
      await post(again.url, path, end);
      const after = await fetch(artifact);
      expect([after.status, (await after.arrayBuffer()).byteLength]).toEqual([200, parts * bytes]);
      const upload = join(data, 'objects', 'multipart', String(begun.upload_id));
      expect(readdirSync(upload)).toEqual(['upload.json']);
    }
    expect(whole).toBeGreaterThan(0);
  });
});
