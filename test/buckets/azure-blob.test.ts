import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bucket, type BucketLocation, openBucket } from '../../src/platform/buckets/index.ts';
import { listAll, remoteBucketSuite } from '../../src/platform/buckets/suite.testing.ts';
import { type BlobServer, startAzurite } from '../support/azurite.ts';

type Given = Partial<Extract<BucketLocation, { type: 'azureBlob' }>>;

describe('Azure Blob', () => {
  let server: BlobServer;
  beforeAll(async () => {
    server = await startAzurite();
  });
  afterAll(() => server?.stop());

  const inAnHour = () => new Date(Date.now() + 3600_000);
  const open = (container: string, given: Given, secret: string) =>
    openBucket({ type: 'azureBlob', container, ...given }, { SECRET: secret });
  const byString = (container: string, given: Given = {}) =>
    open(container, { connectionString: 'env:SECRET', ...given }, server.connectionString);
  const bySas = (container: string, sas: string) =>
    open(container, { accountUrl: server.accountUrl, sasToken: 'env:SECRET' }, sas);
  const failureOf = (bucket: Bucket) => listAll(bucket.list('')).catch((error: unknown) => error);

  remoteBucketSuite('Azurite', async () => {
    const container = await server.newContainer();
    return {
      put: (key, content) => server.put(container, key, content),
      putStream: (key, content) => server.put(container, key, content),
      open: () => byString(container),
      openMissing: () => byString('no-such-container'),
      openBelow: (prefix) => byString(container, { prefix }),
      openWithWrongCredentials: () => {
        const accountKey = { accountUrl: server.accountUrl, accountKey: 'env:SECRET' };
        return open(container, accountKey, Buffer.from('another key').toString('base64'));
      },
    };
  });

  it('reads with a SAS for read and list, with and without its question mark, and never shows it', async () => {
    const container = await server.newContainer();
    await server.put(container, 'a', 'x');
    const sas = server.sas(container, 'rl', inAnHour());
    for (const given of [sas, `?${sas}`]) {
      await using bucket = await bySas(container, given);
      const [listed] = await listAll(bucket.list(''));
      (await bucket.read('a', listed?.etag)).destroy();
      expect(bucket.shown).toBe(`${server.accountUrl}/${container}`);
    }
  });

  it('reads with the key of the account', async () => {
    const container = await server.newContainer();
    await server.put(container, 'a', 'x');
    await using bucket = await open(
      container,
      { account: server.account, accountUrl: server.accountUrl, accountKey: 'env:SECRET' },
      server.accountKey,
    );
    expect(await listAll(bucket.list(''))).toHaveLength(1);
  });

  it('says that a SAS has expired, is wrong, or allows too little', async () => {
    const container = await server.newContainer();
    await server.put(container, 'a', 'x');
    const good = server.sas(container, 'rl', inAnHour());
    const cases: [string, RegExp][] = [
      [server.sas(container, 'rl', new Date(Date.now() - 60_000)), /SAS token has expired \(2/],
      [good.replace(/sig=[^&]+/, 'sig=AAAA'), /SAS token is wrong/],
      [server.sas(container, 'r', inAnHour()), /lack a permission; grant the role/],
    ];
    for (const [sas, message] of cases) {
      await using bucket = await bySas(container, sas);
      const failure = await failureOf(bucket);
      expect(failure).toMatchObject({ code: 'bucket_access_denied', message: expect.stringMatching(message) });
      expect(String(failure)).not.toContain('sig=');
    }
  });

  it('says that a connection string cannot be read, without repeating it', async () => {
    const opening = open('c', { connectionString: 'env:SECRET' }, 'AccountKey=hush');
    await expect(opening).rejects.toMatchObject({
      code: 'secret_unresolved',
      message: expect.not.stringContaining('hush'),
    });
  });
});
