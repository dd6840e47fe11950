import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Objects, openObjects } from '../objects/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { IN_DATA_FOLDER, lakeMigrations, openLake, type StagedFile, splitAddress } from './index.ts';
import { assertClaimable, findOrAddPlace, openCurrentBucket, removeMark } from './installation.ts';

const ADDRESS = 's3://acme-lake/team';
const MARK = 'steelyard-lake.json';
const COIN = { name: 'coin', columns: { id: 'INTEGER' } };
const OF_ANOTHER = { code: 'lake_of_another_installation' };
const ELSEWHERE = { code: 'lake_elsewhere' };

let objects: Objects;
let store: Store;
beforeEach(async () => {
  objects = await newBucket();
  store = await newStore();
});

async function newBucket(): Promise<Objects> {
  const opened = await openObjects(mkdtempSync(join(tmpdir(), 'claimed-')), { shared: true });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

async function newStore(): Promise<Store> {
  const opened = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'claiming-')) });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await opened.migrate(lakeMigrations);
  return opened;
}

/** Does to a bucket as a start of the store does. `address`: the setting; null: it is not set. */
async function claim(by = store, from = objects, address: string | null = ADDRESS) {
  const found = await findOrAddPlace(by, address);
  const { record, warning } = found;
  // A refused start ends its bucket.
  const openBucket = async () => ({ ...from, [Symbol.asyncDispose]: async () => {} });
  if (record.address !== IN_DATA_FOLDER) await openCurrentBucket(by, found, address, openBucket);
  return { address: record.address, warning };
}
const claimFolder = (by: Store = store) => claim(by, objects, null);
const readMark = async () => JSON.parse(await text((await objects.open(MARK)).content)) as unknown;
const names = async (folder = '') => (await objects.list(folder)).map(({ name }) => name);

/** A file that the manifest of the store names, in the bucket. */
async function addFile(): Promise<StagedFile> {
  const root = mkdtempSync(join(tmpdir(), 'claimed-copies-'));
  await using lake = await openLake({
    ...{ root, bucket: { objects, cacheBytes: 1_000_000 } },
    ...{ readable: [], memory: '256MB', threads: 1 },
  });
  const file = await lake.session((session) => session.stage(COIN, 'p', 'SELECT 1 AS id'));
  await store.transaction((sql) => lake.swap(sql, COIN, { remove: [], add: [file] }));
  return file;
}

describe('the claim of a bucket', () => {
  it('takes an empty bucket for a new store, and holds for each later start', async () => {
    await claim();
    const mark = await readMark();
    expect(mark).toEqual({ installation: expect.stringMatching(/^[0-9a-f-]{36}$/), place: 1 });
    await addFile();
    await claim();
    expect([await readMark(), await names('steelyard-lake-claims')]).toEqual([mark, []]);
  });

  it('is refused to another store, whose setting then can name another bucket', async () => {
    await claim();
    const other = await newStore();
    for (let start = 0; start < 2; start += 1) await expect(claim(other)).rejects.toMatchObject(OF_ANOTHER);
    await claim(other, await newBucket(), 's3://other');
    await claim();
  });

  it('is not made while the files are in the data folder, nor given up for it', async () => {
    await claimFolder();
    await addFile();
    const { address, warning } = await claim();
    expect([address, warning, await names()]).toEqual([
      IN_DATA_FOLDER,
      expect.stringContaining(`is in the data folder, and the setting "lake" names ${ADDRESS}`),
      ['coin'],
    ]);
    store = await newStore();
    await claim();
    await addFile();
    const mark = await readMark();
    expect(await claimFolder()).toEqual({ address: ADDRESS, warning: expect.stringContaining(`Set it to ${ADDRESS}`) });
    expect(await readMark()).toEqual(mark);
  });

  it('counts files of before buckets as files of the data folder', async () => {
    await addFile();
    expect([(await claim()).address, await names()]).toEqual([IN_DATA_FOLDER, ['coin']]);
  });

  it('moves with the setting while there is no file', async () => {
    await claimFolder();
    await claim();
    const other = await newBucket();
    expect(await claim(store, other, 's3://other')).toEqual({ address: 's3://other', warning: null });
  });

  it('holds for each way to write the address', async () => {
    await claim(store, objects, 'azure://lake/team/?account=acme');
    await addFile();
    const again = await claim(store, objects, 'azure-blob://lake/team?account=acme');
    expect(again).toEqual({ address: 'azure-blob://lake/team', warning: null });
    expect(splitAddress('s3://lake/team/?region=eu-west-1')).toEqual({
      ...{ address: 's3://lake/team', parameters: 'region=eu-west-1' },
    });
  });

  it('is refused in a bucket of this name without the files, such as that of another endpoint', async () => {
    await claim();
    await addFile();
    const empty = await newBucket();
    await expect(claim(store, empty)).rejects.toMatchObject(ELSEWHERE);
    expect(await empty.list('')).toEqual([]);
  });

  it('is refused in a bucket of this name that another installation has', async () => {
    await claim();
    await addFile();
    const taken = await newBucket();
    await claim(await newStore(), taken);
    await expect(claim(store, taken)).rejects.toMatchObject(OF_ANOTHER);
  });

  it('marks a bucket again that lost its mark and has the files', async () => {
    await claim();
    const mark = await readMark();
    await addFile();
    await objects.remove(MARK);
    await claim();
    expect(await readMark()).toEqual(mark);
  });

  it.each(['', '{', 'null', '{"installation":7}', `{"installation":"${'x'.repeat(5000)}"}`])(
    'is refused where the mark is %j, and holds again when that is removed',
    async (content) => {
      await claim();
      await addFile();
      await objects.put(MARK, content);
      await expect(claim()).rejects.toMatchObject({ ...OF_ANOTHER, message: expect.stringContaining(MARK) });
      await objects.remove(MARK);
      await claim();
    },
  );

  it('holds once for servers of one store that start at the same time', async () => {
    await Promise.all([claim(), claim(), claim()]);
    const mark = await readMark();
    await claim();
    expect([await readMark(), await names('steelyard-lake-claims')]).toEqual([mark, []]);
  });

  it('is given to one of the stores that start at the same time, or to none', async () => {
    const stores = [store, await newStore(), await newStore()];
    for (let round = 0; round < 10; round += 1) {
      const bucket = await newBucket();
      const claims = await Promise.allSettled(stores.map((one) => claim(one, bucket, `s3://bucket-${round}`)));
      const owners = claims.filter(({ status }) => status === 'fulfilled').length;
      expect(owners).toBeLessThanOrEqual(1);
      for (const one of claims) if (one.status === 'rejected') expect(one.reason).toMatchObject(OF_ANOTHER);
      // A store that was refused has removed its claim.
      if (owners === 0) await claim(store, bucket, `s3://bucket-${round}`);
    }
  });

  it('is refused beside a claim of another installation, and names the folder of the claims', async () => {
    await objects.put('steelyard-lake-claims/of-another', '');
    await expect(claim()).rejects.toMatchObject({
      ...OF_ANOTHER,
      message: expect.stringContaining('steelyard-lake-claims'),
    });
    expect([await names(), await names('steelyard-lake-claims')]).toEqual([['steelyard-lake-claims'], ['of-another']]);
  });

  it('is refused to a move while another installation is about to take the bucket', async () => {
    await objects.put('steelyard-lake-claims/of-another', '');
    const target = { address: ADDRESS, installation: 'own' };
    await expect(assertClaimable(objects, target)).rejects.toMatchObject(OF_ANOTHER);
    await objects.remove('steelyard-lake-claims/of-another');
    // Of a start that ended before it had written the mark.
    await objects.put('steelyard-lake-claims/own', '');
    expect(await assertClaimable(objects, target)).toBeNull();
  });

  it('ends with the mark when the bucket is given back, and lets another store in', async () => {
    await claim();
    const { record } = await findOrAddPlace(store, ADDRESS);
    await objects.put(`steelyard-lake-claims/${record.installation}`, '');
    await removeMark(objects, record);
    await claim(await newStore());
  });
});
