import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Application } from '../../src/main.ts';
import { testApplication } from '../../src/testing/application.ts';
import { applySource, billedTotal, focusBill, outcomes, syncSource } from '../support/bill-sync.ts';
import { findMoto, type S3Server, startS3 } from '../support/moto.ts';

const there = findMoto() !== null || process.env.CI !== undefined;
const archive = join(import.meta.dirname, '../../../shared/data/finops/aws/cur_bucket_layout_koku_local.tar.gz');

describe.skipIf(!there)('AWS exports in an S3 bucket (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  let application: Application;
  let bucket: string;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    application = await testApplication();
    bucket = await server.newBucket();
    vi.stubEnv('BILLS_KEY', server.accessKeyId);
    vi.stubEnv('BILLS_SECRET', server.secretAccessKey);
    await apply({ bucket });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await application[Symbol.asyncDispose]();
  });

  const credentials = { accessKeyId: 'env:BILLS_KEY', secretAccessKey: 'env:BILLS_SECRET' };
  const apply = (place: object) =>
    applySource(application, 'aws', {
      location: { type: 's3', endpoint: server.endpoint, region: 'us-east-1', credentials, ...place },
      schedule: null,
    });

  const root = 'exports/daily';
  async function putManifest(execution: string, keys: readonly string[]): Promise<void> {
    const manifest = { executionId: execution, dataFiles: keys.map((key) => `s3://${bucket}/${key}`) };
    const key = `${root}/metadata/BILLING_PERIOD=2026-10/daily-Manifest.json`;
    await server.put(bucket, key, JSON.stringify(manifest));
  }

  it('are taken in overwrite mode, each refresh in the place of the one before', async () => {
    const keys = [1, 2].map((part) => `${root}/data/BILLING_PERIOD=2026-10/daily-0000${part}.csv.gz`);
    for (const key of keys) await server.put(bucket, key, gzipSync(focusBill('2026-10', '1.25')));
    await putManifest('e-1', keys);
    expect(outcomes(await syncSource(application, 'aws'))).toEqual(['daily 2026-10 imported 2']);
    for (const key of keys) await server.put(bucket, key, gzipSync(focusBill('2026-10', '1.25', '2')));
    expect(outcomes(await syncSource(application, 'aws'))).toEqual(['daily 2026-10 unchanged 2']);
    await putManifest('e-2', keys);
    expect(outcomes(await syncSource(application, 'aws'))).toEqual(['daily 2026-10 imported 4']);
    expect(await billedTotal(application)).toBe('6.5');
  });

  it('are taken in create-new mode below a prefix, and nothing beside it', async () => {
    await apply({ bucket, prefix: 'exports' });
    await server.put(bucket, 'elsewhere/x.csv', focusBill('2026-10', '100'));
    for (const [execution, amount] of [
      ['2026-11-01T01:00:00.000Z-e-1', '1'],
      ['2026-11-02T01:00:00.000Z-e-2', '2'],
    ] as const) {
      const key = `${root}/data/BILLING_PERIOD=2026-10/${execution}/daily-00001.csv.gz`;
      await server.put(bucket, key, gzipSync(focusBill('2026-10', amount)));
      await putManifest(execution, [key]);
      expect(outcomes(await syncSource(application, 'aws'))).toEqual(['daily 2026-10 imported 1']);
    }
    expect(await billedTotal(application)).toBe('2');
  });

  it('fail as a whole when the bucket is not there, and when the key is not accepted', async () => {
    await apply({ bucket: 'no-such-bucket' });
    expect(await syncSource(application, 'aws')).toMatchObject({
      state: 'failed',
      error: { code: 'bucket_not_found' },
    });
    await apply({ bucket });
    vi.stubEnv('BILLS_SECRET', 'another secret');
    const failed = await syncSource(application, 'aws');
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'bucket_access_denied' } });
    expect(JSON.stringify(failed)).not.toContain('another secret');
  });

  describe.skipIf(!existsSync(archive))('the bucket of the koku project (skipped without ../shared)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'koku-'));
    let keys: string[] = [];
    beforeAll(() => {
      execFileSync('tar', ['xzf', archive, '-C', folder]);
      keys = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    });
    const put = async (isWanted: (key: string) => boolean) => {
      for (const key of keys.filter(isWanted)) await server.put(bucket, key, readFileSync(join(folder, key)));
    };
    const isManifest = (key: string) => key.endsWith('.json');

    it('is 13,380 rows to the last decimal, once and again, with its files before the manifest', async () => {
      await put((key) => !isManifest(key));
      const early = await syncSource(application, 'aws');
      expect(early.deliveries).toMatchObject([{ export: 'koku-local', outcome: 'waiting' }]);
      expect(await billedTotal(application)).toBeNull();
      await put(isManifest);
      const done = await syncSource(application, 'aws');
      expect(done.deliveries.map(({ outcome }) => outcome)).toEqual(['imported', 'imported', 'imported']);
      expect(done.deliveries.reduce((sum, { rows }) => sum + (rows ?? 0), 0)).toBe(13_380);
      expect(await billedTotal(application)).toBe('143227.76367818761501799105');
      const again = await syncSource(application, 'aws');
      expect(again.deliveries.map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged']);
      expect(await billedTotal(application)).toBe('143227.76367818761501799105');
    });
  });
});
