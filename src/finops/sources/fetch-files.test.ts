import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Bucket, openBucket } from '../../platform/buckets/index.ts';
import { openObjects } from '../../platform/objects/index.ts';
import { openStore } from '../../platform/store/index.ts';
import { createUploads } from '../../platform/uploads/index.ts';
import { discardFetched, type FetchDeps, fetchFiles, saveKept } from './fetch-files.ts';
import { findFetched } from './known-store.ts';
import { type DeliveryPlan, type Listing, READY } from './layouts/delivery-plan.ts';
import { planPlainFiles } from './layouts/without-manifest.ts';
import { sourceMigrations } from './migrations.ts';
import { createProgressMeter } from './progress.ts';

/** A real folder to read from, and a real store and object store to fetch into. */
async function fixture() {
  const [folder, data] = [mkdtempSync(join(tmpdir(), 'bucket-')), mkdtempSync(join(tmpdir(), 'fetch-'))];
  const store = await openStore({ database: 'sqlite', folder: data });
  onTestFinished(() => store[Symbol.asyncDispose]());
  await store.migrate(sourceMigrations);
  const objects = await openObjects(join(data, 'objects'));
  const uploads = createUploads({ objects, clock: { now: () => 0 }, config: { maxUploadBytes: 1_000_000 } });
  const kept = new Set<string>();
  const deps: FetchDeps = { store, uploads, keepsRaw: async (sha256) => kept.has(sha256) };
  const bucket = await openBucket({ type: 'folder', path: folder });
  const leftovers = async () => (await objects.list('uploads')).length;
  return { folder, deps, bucket, kept, leftovers, uploads };
}

/** The same bucket; records reads, and calls `whenRead` after the first bytes of an object. */
function watched(bucket: Bucket, whenRead: (key: string) => void = () => {}): { bucket: Bucket; read: string[] } {
  const read: string[] = [];
  const readObject: Bucket['read'] = async (key, etag) => {
    read.push(key);
    const content = await bucket.read(key, etag);
    async function* chunks() {
      let isFirst = true;
      for await (const chunk of content) {
        if (isFirst) whenRead(key);
        isFirst = false;
        yield chunk;
      }
    }
    return Readable.from(chunks());
  };
  return { bucket: { ...bucket, read: readObject, [Symbol.asyncDispose]: async () => {} }, read };
}

async function planOf(bucket: Bucket): Promise<{ plan: DeliveryPlan; listing: Listing }> {
  const listing = new Map();
  for await (const object of bucket.list('')) listing.set(object.key, object);
  const [plan] = planPlainFiles([...listing.values()], { now: 0, settleMs: 0 });
  if (plan === undefined) throw new Error('the bucket is empty');
  return { plan: { ...plan, state: READY }, listing };
}

const job = (bucket: Bucket, signal = new AbortController().signal) => ({
  source: 'aws',
  bucket,
  signal,
  progress: createProgressMeter(async () => {}),
});

describe('the files of a delivery', () => {
  it('come here with their keys as names, counted', async () => {
    const { folder, deps, bucket, uploads } = await fixture();
    writeFileSync(join(folder, 'a.csv'), 'abc');
    writeFileSync(join(folder, 'b.csv'), 'de');
    const { plan } = await planOf(bucket);
    const { progress, ...rest } = job(bucket);
    const files = await fetchFiles(deps, { ...rest, progress }, plan);
    expect(files.map(({ name }) => name)).toEqual(['a.csv', 'b.csv']);
    expect(progress.now()).toMatchObject({ phase: 'fetching', files: 2, filesDone: 2, bytes: 5, bytesDone: 5 });
    for (const file of files)
      if ('upload' in file) expect(await uploads.facts(file.upload)).toMatchObject({ name: file.name });
  });

  it('that change while they are read are refused and leave nothing', async () => {
    const { folder, deps, bucket, leftovers } = await fixture();
    writeFileSync(join(folder, 'a.csv'), Buffer.alloc(2_000_000, 'a'));
    const { plan, listing } = await planOf(bucket);
    const changing = watched(bucket, () => appendFileSync(join(folder, 'a.csv'), 'more'));
    await expect(fetchFiles(deps, job(changing.bucket), plan)).rejects.toMatchObject({ code: 'bucket_object_changed' });
    await discardFetched(deps, 'aws', listing);
    expect(await leftovers()).toBe(0);
    expect(await findFetched(deps.store, 'aws')).toEqual([]);
  });

  it('that changed before they are read are refused', async () => {
    const { folder, deps, bucket } = await fixture();
    writeFileSync(join(folder, 'a.csv'), 'abc');
    const { plan } = await planOf(bucket);
    writeFileSync(join(folder, 'a.csv'), 'abcd');
    await expect(fetchFiles(deps, job(bucket), plan)).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('are not fetched again when a sync was cut off after them, nor when their bytes are kept', async () => {
    const { folder, deps, bucket, kept } = await fixture();
    writeFileSync(join(folder, 'a.csv'), 'abc');
    writeFileSync(join(folder, 'b.csv'), 'de');
    const { plan } = await planOf(bucket);
    const first = await fetchFiles(deps, job(bucket), plan);
    const again = watched(bucket);
    expect(await fetchFiles(deps, job(again.bucket), plan)).toEqual(first);
    expect(again.read).toEqual([]);

    for (const { sha256 } of await findFetched(deps.store, 'aws')) kept.add(sha256 ?? '');
    await saveKept(deps, 'aws', plan.files);
    writeFileSync(join(folder, 'b.csv'), 'def');
    const { plan: next } = await planOf(bucket);
    const later = watched(bucket);
    const files = await fetchFiles(deps, job(later.bucket), next);
    expect(later.read).toEqual(['b.csv']);
    expect(files).toEqual([
      { name: 'a.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { name: 'b.csv', upload: expect.stringMatching(/^u_/) },
    ]);
  });

  it('are cleared away and forgotten when nobody took them, or when they are gone', async () => {
    const { folder, deps, bucket, leftovers } = await fixture();
    writeFileSync(join(folder, 'a.csv'), 'abc');
    const { plan, listing } = await planOf(bucket);
    await fetchFiles(deps, job(bucket), plan);
    await discardFetched(deps, 'aws', listing);
    expect(await leftovers()).toBe(0);

    await fetchFiles(deps, job(bucket), plan);
    await saveKept(deps, 'aws', plan.files);
    await discardFetched(deps, 'aws', listing);
    expect(await findFetched(deps.store, 'aws')).toHaveLength(1);
    await discardFetched(deps, 'aws', new Map());
    expect(await findFetched(deps.store, 'aws')).toEqual([]);
  });

  it('stop coming when the server stops', async () => {
    const { folder, deps, bucket } = await fixture();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, `${name}.csv`), Buffer.alloc(2_000_000, name));
    const { plan } = await planOf(bucket);
    const controller = new AbortController();
    const stopping = watched(bucket, () => controller.abort());
    await expect(fetchFiles(deps, job(stopping.bucket, controller.signal), plan)).rejects.toThrow(/abort/i);
  });
});
