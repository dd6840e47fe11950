import { mkdtempSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startAzurite } from '../support/azurite.ts';
import { findMoto, startS3 } from '../support/moto.ts';
import { startServerProcess } from '../support/server-process.ts';

const MIB = 1024 ** 2;
const PATH = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/model.bin';
const KEY = 'team/artifacts/0/run/artifacts/model.bin';
const WAIT = { timeout: 60_000, interval: 50 }; // other processes: there is nothing else to wait for

interface Store extends AsyncDisposable {
  /** For the environment of a server. */
  readonly settings: Readonly<Record<string, string>>;
  keys(): Promise<string[]>;
  /** Number of parts of the upload in the store. */
  pieces(): Promise<number>;
}

async function s3(): Promise<Store> {
  const server = await startS3();
  const bucket = await server.newBucket();
  const keys = 'accessKeyId=env:S3_KEY&secretAccessKey=env:S3_SECRET';
  return {
    settings: {
      STEELYARD_OBJECTS: `s3://${bucket}/team?region=us-east-1&endpoint=${server.endpoint}&${keys}`,
      S3_KEY: server.accessKeyId,
      S3_SECRET: server.secretAccessKey,
    },
    keys: () => server.keys(bucket),
    pieces: async () => (await server.uploads(bucket)).get(KEY) ?? 0,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function azure(): Promise<Store> {
  const server = await startAzurite();
  const container = await server.newContainer();
  return {
    settings: {
      STEELYARD_OBJECTS: `azure-blob://${container}/team?connectionString=env:BLOBS`,
      BLOBS: server.connectionString,
    },
    keys: () => server.keys(container),
    pieces: () => server.waitingBlocks(container, KEY),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** Starts to send an artifact of 64 MiB, and stops in the middle. */
function sendHalf(url: string): ClientRequest {
  const sending = request(url + PATH, { method: 'PUT', headers: { 'content-length': 64 * MIB } });
  sending.on('error', () => {}); // the server is killed
  sending.write(Buffer.alloc(32 * MIB, 'n'));
  return sending;
}

const stores = [
  { kind: "moto's S3", start: s3, there: findMoto() !== null },
  { kind: 'Azurite', start: azure, there: true },
];

describe.each(stores)('a server with artifacts in $kind that is killed', ({ start, there }) => {
  it.skipIf(!there && process.env.CI === undefined)(
    'while one comes in shows nothing of it, and what was there before',
    async () => {
      await using store = await start();
      const data = mkdtempSync(join(tmpdir(), 'killed-uploads-'));
      for (const before of [null, 'old']) {
        const server = await startServerProcess(data, store.settings);
        if (before !== null) expect((await fetch(server.url + PATH, { method: 'PUT', body: before })).status).toBe(200);
        const sending = sendHalf(server.url);
        const closed = new Promise((resolve) => sending.once('close', resolve));
        await vi.waitFor(async () => expect(await store.pieces()).toBeGreaterThan(1), WAIT);
        await server.kill();
        await closed;

        await using again = await startServerProcess(data, store.settings);
        const answer = await fetch(again.url + PATH);
        expect([answer.status, before === null ? null : await answer.text()]).toEqual(
          before === null ? [404, null] : [200, before],
        );
        expect(await store.keys()).toEqual(before === null ? [] : [KEY]);
      }
    },
  );
});
