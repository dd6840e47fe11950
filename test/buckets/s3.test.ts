import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bucket, type BucketLocation, openBucket } from '../../src/platform/buckets/index.ts';
import { listAll, remoteBucketSuite } from '../../src/platform/buckets/suite.testing.ts';
import { findMoto, type S3Server, type S3User, startS3, statement } from '../support/moto.ts';

type Given = Partial<Extract<BucketLocation, { type: 's3' }>>;

const there = findMoto() !== null || process.env.CI !== undefined;

describe.skipIf(!there)('S3 (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());
  afterEach(() => vi.unstubAllEnvs());

  const credentials = { accessKeyId: 'env:KEY', secretAccessKey: 'env:SECRET' };
  /** Opens with the key of a user, by way of references into an environment of the test's own. */
  function open(bucket: string, given: Given = {}, user: S3User = server, more: Record<string, string> = {}) {
    const environment = { KEY: user.accessKeyId, SECRET: user.secretAccessKey, ...more };
    return openBucket({ type: 's3', bucket, endpoint: server.endpoint, credentials, ...given }, environment);
  }

  remoteBucketSuite("moto's S3", async () => {
    const bucket = await server.newBucket();
    return {
      put: (key, content) => server.put(bucket, key, content),
      putStream: (key, content, sizeBytes) => server.put(bucket, key, content, sizeBytes),
      open: () => open(bucket),
      openMissing: () => open('no-such-bucket'),
      openBelow: (prefix) => open(bucket, { prefix }),
      openWithWrongCredentials: () => open(bucket, {}, { accessKeyId: server.accessKeyId, secretAccessKey: 'hush' }),
    };
  });

  /** The policy in docs/buckets.md. */
  const reader = (bucket: string): object => {
    const text = readFileSync(new URL('../../docs/buckets.md', import.meta.url), 'utf8');
    const [, policy = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    return JSON.parse(policy.replaceAll('acme-bills', bucket));
  };
  const failureOf = (bucket: Bucket) => listAll(bucket.list('')).catch((error: unknown) => error);

  it('needs no more rights than the documented policy gives', async () => {
    const bucket = await server.newBucket();
    await server.put(bucket, 'a', 'x');
    await using mine = await open(bucket, {}, await server.newUser(reader(bucket)));
    const [listed] = await listAll(mine.list(''));
    expect((await mine.read('a', listed?.etag)).destroy()).toBeDefined();
  });

  it('says which right is missing', async () => {
    const bucket = await server.newBucket();
    await server.put(bucket, 'a', 'x');
    await using none = await open(bucket, {}, await server.newUser(reader('another')));
    expect(await failureOf(none)).toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('allow s3:ListBucket'),
    });
    await expect(none.read('a')).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('allow s3:GetObject'),
    });
  });

  it('says that an access key id is not known', async () => {
    const bucket = await server.newBucket();
    await using unknown = await open(bucket, {}, { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'hush' });
    expect(await failureOf(unknown)).toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('access key id is unknown to the service'),
    });
  });

  it('takes on a role, and says when it may not', async () => {
    const bucket = await server.newBucket();
    await server.put(bucket, 'a', 'x');
    const condition = { StringEquals: { 'sts:ExternalId': 'ours' } };
    const trust = statement({
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: condition,
    });
    const roleArn = await server.newRole(reader(bucket), trust);
    const user = await server.newUser(statement({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: roleArn }));
    await using direct = await open(bucket, {}, user);
    expect(await failureOf(direct)).toMatchObject({ code: 'bucket_access_denied' });
    await using through = await open(bucket, { assumeRole: { roleArn, externalId: 'ours' } }, user);
    expect(await failureOf(through)).toMatchObject([{ key: 'a' }]);
    const nobody = await server.newUser(reader('another'));
    await using refused = await open(bucket, { assumeRole: { roleArn, externalId: 'ours' } }, nobody);
    expect(await failureOf(refused)).toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining(roleArn),
    });
  });

  it("uses the machine's own credentials where none are named, and says when it has none", async () => {
    const bucket = await server.newBucket();
    await server.put(bucket, 'a', 'x');
    const { endpoint } = server;
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretAccessKey);
    await using own = await openBucket({ type: 's3', bucket, endpoint });
    expect(await failureOf(own)).toMatchObject([{ key: 'a' }]);
    const none = { AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/no', AWS_SHARED_CREDENTIALS_FILE: '/no' };
    for (const [name, value] of Object.entries(none)) vi.stubEnv(name, value);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    await using without = await openBucket({ type: 's3', bucket, endpoint });
    expect(await failureOf(without)).toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('credentials are missing'),
    });
  });
});
