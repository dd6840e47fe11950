import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { listBackups, openBackupPlace, restoreBackup } from '../../src/platform/backup/index.ts';
import { type BackupRun, getBackupRun, startBackup } from '../../src/platform/backup/schema.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import {
  billText,
  call,
  catchProblem,
  dailyRows,
  importFiles,
  testApplication,
} from '../../src/testing/application.ts';
import { type BlobServer, startAzurite } from '../support/azurite.ts';
import { findMoto, type S3Server, startS3 } from '../support/moto.ts';

/** Larger than one part of an upload, so that it is uploaded in several parts. */
const LARGE_BYTES = 20 * 1024 ** 2;
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts';

interface Place {
  /** Address of backups in an empty bucket. */
  address(): Promise<string>;
  /** Keys in the bucket of the last address. */
  keys(): Promise<string[]>;
  remove(key: string): Promise<void>;
}

let application: Application;
beforeAll(async () => {
  application = await testApplication();
  await importFiles(application, 'aws', { 'bill.csv': billText(...dailyRows(25, { cost: '3', period: '2026-05' })) });
  await put('large', Buffer.alloc(LARGE_BYTES, 'weights '));
});
afterAll(() => application[Symbol.asyncDispose]());

async function put(name: string, payload: Buffer): Promise<void> {
  const headers = { host: 'localhost', 'content-type': 'application/octet-stream' };
  const answer = await application.http.inject({ method: 'PUT', url: `${ARTIFACTS}/${name}`, headers, payload });
  expect(answer.statusCode).toBe(200);
}

async function backUp(to: string): Promise<BackupRun> {
  const { run } = await call(application, startBackup, { body: { to } });
  const state = () => call(application, getBackupRun, { params: { run } });
  await expect.poll(state, { timeout: 120_000, interval: 50 }).toMatchObject({ state: 'ended', error: null });
  return state();
}

async function answersOf(of: Application): Promise<string[]> {
  const urls = ['/api/v1/costs/rows', '/api/v1/bill/deliveries', `${ARTIFACTS}/large`];
  const answers = urls.map((url) => of.http.inject({ method: 'GET', url, headers: { host: 'localhost' } }));
  return (await Promise.all(answers)).map(({ statusCode, body }) => `${statusCode} ${body}`);
}

function backupSuite(name: string, place: () => Place): void {
  it(`to ${name} is made, made again with what is new, listed, and restored to the same answers`, async () => {
    const address = await place().address();
    const first = await backUp(address);
    expect(first.summary?.damaged).toEqual([]);
    const keys = await place().keys();
    await put('small', Buffer.from('one more model'));
    const second = await backUp(address);
    expect(second.copiedFiles).toBeLessThan(first.copiedFiles);
    expect(second.copiedBytes).toBeLessThan(LARGE_BYTES);
    expect(await place().keys()).toEqual(expect.arrayContaining(keys));
    await using opened = await openBackupPlace(address, systemClock);
    const { backups, unreadable } = await listBackups(opened);
    expect([backups.map(({ backup }) => backup), unreadable]).toEqual([
      [first.summary?.backup, second.summary?.backup],
      [],
    ]);
    const folder = join(mkdtempSync(join(tmpdir(), 'restored-')), 'data');
    await restoreBackup(opened, second.summary?.backup ?? '', folder, () => {});
    await using restored = await testApplication({}, { data: folder });
    expect(await answersOf(restored)).toEqual(await answersOf(application));
    rmSync(folder, { recursive: true });
  });

  it(`in ${name} that lacks a content is not restored, and the content is named`, async () => {
    const address = await place().address();
    const { summary } = await backUp(address);
    const [blob = ''] = (await place().keys()).filter((key) => key.includes('blobs/'));
    await place().remove(blob);
    await using opened = await openBackupPlace(address, systemClock);
    const folder = join(mkdtempSync(join(tmpdir(), 'lacking-')), 'data');
    await expect(restoreBackup(opened, summary?.backup ?? '', folder, () => {})).rejects.toMatchObject({
      code: 'backup_damaged',
      context: { blob: blob.slice(blob.indexOf('blobs/')) },
    });
    // The next backup brings it back.
    const next = await backUp(address);
    await restoreBackup(
      opened,
      next.summary?.backup ?? '',
      join(mkdtempSync(join(tmpdir(), 'whole-')), 'data'),
      () => {},
    );
  });
}

const hasMoto = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!hasMoto)('a backup in S3 (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  let bucket: string;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());

  function addressOf(name: string): string {
    const keys = mkdtempSync(join(tmpdir(), 'keys-'));
    writeFileSync(join(keys, 'id'), server.accessKeyId);
    writeFileSync(join(keys, 'secret'), server.secretAccessKey);
    const references = `accessKeyId=file:${keys}/id&secretAccessKey=file:${keys}/secret`;
    return `s3://${name}/backups?region=us-east-1&endpoint=${server.endpoint}&${references}`;
  }

  backupSuite('S3', () => ({
    async address() {
      bucket = await server.newBucket();
      return addressOf(bucket);
    },
    keys: () => server.keys(bucket),
    remove: (key) => server.remove(bucket, key),
  }));

  it('is refused at once where the bucket is not there', async () => {
    const starting = call(application, startBackup, { body: { to: addressOf('no-such-bucket') } });
    expect(await catchProblem(starting)).toMatchObject({ code: 'bucket_not_found' });
  });
});

describe('a backup in Azure Blob', () => {
  let server: BlobServer;
  let container: string;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  const addressOf = (name: string) => {
    const file = join(mkdtempSync(join(tmpdir(), 'connection-')), 'string');
    writeFileSync(file, server.connectionString);
    return `azure-blob://${name}/backups?connectionString=file:${file}`;
  };

  backupSuite('Azure Blob', () => ({
    async address() {
      container = await server.newContainer();
      return addressOf(container);
    },
    keys: () => server.keys(container),
    remove: (key) => server.remove(container, key),
  }));

  it('is refused at once where the container is not there', async () => {
    const starting = call(application, startBackup, { body: { to: addressOf('no-such-container') } });
    expect(await catchProblem(starting)).toMatchObject({ code: 'bucket_not_found' });
  });
});
