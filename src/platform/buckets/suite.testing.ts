import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type Bucket, type BucketObject, compareKeys } from './index.ts';

/** An empty bucket of a real server (or a folder), and its owner's hand to fill it. */
export interface BucketPlace {
  put(key: string, content: Buffer | string): Promise<void>;
  putStream(key: string, content: Readable, sizeBytes: number): Promise<void>;
  open(): Promise<Bucket>;
  /** A bucket that is not there; opening may fail already. */
  openMissing(): Promise<Bucket>;
}

/** A place that has credentials and keys. */
export interface RemotePlace extends BucketPlace {
  openBelow(prefix: string): Promise<Bucket>;
  openWithWrongCredentials(): Promise<Bucket>;
}

type NewPlace = () => Promise<BucketPlace>;

const MIB = 1024 * 1024;
/** More than a page of any listing (1,000). */
const MANY = 1_203;
const BIG_BYTES = 100 * MIB;
/** Far under the object, above what a pipe of three streams and a few sockets buffer. */
const MAX_HELD_BYTES = 24 * MIB;

const ODD_KEYS = [
  ' leading blank.csv',
  "it's.csv",
  '%41.csv',
  '100%.csv',
  'A.csv',
  'a b.csv',
  'a+b.csv',
  'a-b.csv',
  'a/b&c<d>.csv',
  'a/b=1/BILLING_PERIOD=2024-10/part (1).csv',
  'a.csv',
  'a;b,c@d!e$f*g~h.csv',
  'hash#question?.csv',
  'quote"s.csv',
  'ü/日本/\u{1F600}.csv',
  '\u{1F600}.csv',
];

/** Contract of every place to read from. */
export function bucketSuite(kind: string, newPlace: NewPlace): void {
  describe(`a bucket: ${kind}`, () => {
    listingTests(newPlace);
    readingTests(newPlace);
    refusalTests(newPlace);
  });
}

/** Additional contract of remote places. */
export function remoteBucketSuite(kind: string, newPlace: () => Promise<RemotePlace>): void {
  bucketSuite(kind, newPlace);
  describe(`a bucket far away: ${kind}`, () => {
    it('stays below its prefix', async () => {
      const place = await newPlace();
      for (const key of ['mine/', 'mine/1', 'mine-too/2', 'theirs/3']) await place.put(key, '');
      await using bucket = await place.openBelow('mine');
      expect(bucket.shown).toMatch(/mine$/);
      for (const prefix of ['', 'm', 'mine/']) expect(await listKeys(bucket, prefix)).toEqual(['mine/1']);
      for (const prefix of ['theirs/', 'mine-too/']) expect(await listKeys(bucket, prefix)).toEqual([]);
      await expect(bucket.read('theirs/3')).rejects.toMatchObject({ code: 'object_path_invalid' });
      expect(await text(await bucket.read('mine/1'))).toBe('');
    });

    it('says that the credentials are wrong', async () => {
      const place = await newPlace();
      await place.put('a', 'x');
      await using bucket = await place.openWithWrongCredentials();
      const refusal = { code: 'bucket_access_denied', message: expect.stringMatching(/wrong/) };
      await expect(listAll(bucket.list(''))).rejects.toMatchObject(refusal);
      await expect(bucket.read('a')).rejects.toMatchObject(refusal);
    });
  });
}

export async function listAll(listing: AsyncIterable<BucketObject>): Promise<BucketObject[]> {
  const found: BucketObject[] = [];
  for await (const object of listing) found.push(object);
  return found;
}

const listKeys = async (bucket: Bucket, prefix = '') => (await listAll(bucket.list(prefix))).map(({ key }) => key);

function listingTests(newPlace: NewPlace): void {
  it('lists nothing in an empty bucket', async () => {
    await using bucket = await (await newPlace()).open();
    expect(await listAll(bucket.list(''))).toEqual([]);
    expect(await listAll(bucket.list('no/such/prefix'))).toEqual([]);
  });

  it('lists more objects than a page holds, each once and in key order', async () => {
    const place = await newPlace();
    const keys = Array.from({ length: MANY }, (_, index) => `d${index % 7}/${index}.csv`);
    await runForEach(keys, 16, (key) => place.put(key, key));
    await using bucket = await place.open();
    expect(await listKeys(bucket)).toEqual(keys.toSorted(compareKeys));
  });

  it('says size and time, and an etag that changes with the content', async () => {
    const place = await newPlace();
    await place.put('a', 'four');
    await using bucket = await place.open();
    const [before] = await listAll(bucket.list(''));
    expect(before).toMatchObject({ key: 'a', sizeBytes: 4, etag: expect.stringMatching(/./) });
    expect(Math.abs((before?.modifiedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    await place.put('a', 'five!');
    const [after] = await listAll(bucket.list(''));
    expect(after?.etag).not.toBe(before?.etag);
  });

  it('lists and reads keys of every spelling', async () => {
    const place = await newPlace();
    await runForEach(ODD_KEYS, 4, (key) => place.put(key, key));
    await using bucket = await place.open();
    expect(await listKeys(bucket)).toEqual(ODD_KEYS.toSorted(compareKeys));
    for (const { key, etag } of await listAll(bucket.list('')))
      expect(await text(await bucket.read(key, etag))).toBe(key);
    expect(await listKeys(bucket, 'a/b&')).toEqual(['a/b&c<d>.csv']);
    expect(await listKeys(bucket, 'ü/')).toEqual(['ü/日本/\u{1F600}.csv']);
  });

  it('lists by prefix, which need not end at a folder', async () => {
    const place = await newPlace();
    for (const key of ['x/1', 'x/2/3', 'x-y', 'xy/4', 'z']) await place.put(key, key);
    await using bucket = await place.open();
    expect(await listKeys(bucket, 'x/')).toEqual(['x/1', 'x/2/3']);
    expect(await listKeys(bucket, 'x')).toEqual(['x-y', 'x/1', 'x/2/3', 'xy/4']);
    expect(await listKeys(bucket, 'x/2/3')).toEqual(['x/2/3']);
  });
}

function readingTests(newPlace: NewPlace): void {
  it('reads an object of no bytes', async () => {
    const place = await newPlace();
    await place.put('empty', '');
    await using bucket = await place.open();
    const [listed] = await listAll(bucket.list(''));
    expect(listed?.sizeBytes).toBe(0);
    expect(await buffer(await bucket.read('empty', listed?.etag))).toHaveLength(0);
    expect(await buffer(await bucket.read('empty'))).toHaveLength(0);
  });

  it('reads many objects at once', async () => {
    const place = await newPlace();
    const contents = Array.from({ length: 12 }, (_, index) => Buffer.alloc(2 * MIB, `${index}.`));
    await Promise.all(contents.map((content, index) => place.put(`${index}`, content)));
    await using bucket = await place.open();
    const read = await Promise.all(contents.map(async (_, index) => buffer(await bucket.read(`${index}`))));
    expect(read.every((content, index) => content.equals(contents[index] ?? Buffer.alloc(0)))).toBe(true);
  });

  it('streams 100 MiB to a slow reader without holding them', async () => {
    const place = await newPlace();
    const expected = await hashChunks(numberedBlocks());
    await place.putStream('big', Readable.from(numberedBlocks()), BIG_BYTES);
    await using bucket = await place.open();
    const held = heldBytes();
    let most = 0;
    let sampledAt = 0;
    let seen = 0;
    const hash = createHash('sha256');
    for await (const chunk of await bucket.read('big')) {
      hash.update(chunk);
      seen += chunk.length;
      if (seen - sampledAt < 4 * MIB) continue;
      sampledAt = seen;
      await yieldToOthers(); // a source that does not wait for its reader runs ahead here
      most = Math.max(most, heldBytes() - held);
    }
    expect([seen, hash.digest('hex')]).toEqual([BIG_BYTES, expected]);
    expect(most).toBeLessThan(MAX_HELD_BYTES);
  });

  it('can be left in the middle of an object, or before its first byte', async () => {
    const place = await newPlace();
    await place.put('some', Buffer.alloc(4 * MIB, 1));
    await using bucket = await place.open();
    for await (const chunk of await bucket.read('some')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    (await bucket.read('some')).destroy();
    expect(await buffer(await bucket.read('some'))).toHaveLength(4 * MIB);
  });
}

function refusalTests(newPlace: NewPlace): void {
  it('refuses to read another version than the one that was listed', async () => {
    const place = await newPlace();
    await place.put('a', 'first');
    await using bucket = await place.open();
    const [listed] = await listAll(bucket.list(''));
    await place.put('a', 'other');
    await expect(bucket.read('a', listed?.etag)).rejects.toMatchObject({ code: 'bucket_object_changed' });
    expect(await text(await bucket.read('a'))).toBe('other');
  });

  it('says which object is not there', async () => {
    await using bucket = await (await newPlace()).open();
    await expect(bucket.read('no/such.csv')).rejects.toMatchObject({
      code: 'bucket_object_not_found',
      message: expect.stringContaining('no/such.csv'),
    });
  });

  it('says that the bucket is not there', async () => {
    const place = await newPlace();
    const listing = async () => listAll((await place.openMissing()).list(''));
    await expect(listing()).rejects.toMatchObject({ code: 'bucket_not_found' });
  });
}

/** 100 MiB in which no two MiB are the same. */
async function* numberedBlocks(): AsyncGenerator<Buffer> {
  for (let block = 0; block < BIG_BYTES / MIB; block += 1) yield Buffer.alloc(MIB, `${block},`);
}

async function hashChunks(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** Bytes in buffers that something still holds; garbage is taken out first, so that it is not counted. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

async function runForEach<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
