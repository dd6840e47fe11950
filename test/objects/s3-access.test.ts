import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Objects, openRemoteObjects } from '../../src/platform/objects/index.ts';
import { readObjectText } from '../../src/platform/objects/suite.testing.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { findMoto, type S3Server, type S3User, startS3, statement } from '../support/moto.ts';

const there = findMoto() !== null || process.env.CI !== undefined;
const PIECE = Buffer.alloc(9 * 1024 ** 2);

describe.skipIf(!there)('a bucket for artifacts (skipped where moto_server is not installed)', () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server?.stop());

  function open(bucket: string, user: S3User = server): Promise<Objects> {
    const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
    const address = `s3://${bucket}/team?region=us-east-1&endpoint=${server.endpoint}&${keys}`;
    const environment = { KEY: user.accessKeyId, SECRET: user.secretAccessKey };
    return openRemoteObjects(address, { clock: systemClock, environment });
  }

  /** The statements of the policy in docs/artifacts.md. */
  function documented(bucket: string): object[] {
    const text = readFileSync(new URL('../../docs/artifacts.md', import.meta.url), 'utf8');
    const [, policy = ''] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
    return JSON.parse(policy.replaceAll('acme-artifacts', bucket)).Statement;
  }

  it('needs no more rights than the documented policy gives', async () => {
    const bucket = await server.newBucket();
    await using objects = await open(bucket, await server.newUser(statement(...documented(bucket))));
    await objects.put('a/small', 'x');
    await objects.put('a/large', PIECE);
    await objects.rename('a/small', 'b/small');
    expect(await readObjectText(objects, 'b/small')).toBe('x');
    const upload = await objects.direct?.beginUpload('c', '0'.repeat(32));
    if (upload !== undefined) await objects.direct?.abortUpload(upload);
    expect((await objects.list('')).map(({ name }) => name)).toEqual(['a', 'b']);
    await objects.remove('a');
    expect(await server.keys(bucket)).toEqual(['team/b/small']);
  });

  it('is refused at the start when it may be read and not written, with the right that is missing', async () => {
    const bucket = await server.newBucket();
    const reading = documented(bucket).map((each) => {
      const { Action: actions } = each as { Action: string | string[] };
      return { ...each, Action: [actions].flat().filter((action) => action !== 's3:PutObject') };
    });
    await expect(open(bucket, await server.newUser(statement(...reading)))).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringContaining('allow s3:PutObject'),
    });
  });

  it('is refused at the start when it is not there, and when the credentials are wrong', async () => {
    await expect(open('no-such-bucket')).rejects.toMatchObject({
      code: 'bucket_not_found',
      message: expect.stringContaining('s3://no-such-bucket'),
    });
    const bucket = await server.newBucket();
    const wrong = { accessKeyId: server.accessKeyId, secretAccessKey: 'hush' };
    await expect(open(bucket, wrong)).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringMatching(/wrong/),
    });
  });

  it('that is gone while the server runs is no missing artifact', async () => {
    const bucket = await server.newBucket();
    await using objects = await open(bucket);
    await server.removeBucket(bucket);
    const askings = [
      () => objects.size('a'),
      () => objects.open('a'),
      () => objects.list('a'),
      () => objects.put('a', 'x'),
      () => objects.remove('a'),
    ];
    for (const ask of askings) await expect(ask()).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it('has no upload left of a put that breaks off', async () => {
    const bucket = await server.newBucket();
    await using objects = await open(bucket);
    const broken = (async function* () {
      yield PIECE;
      throw new Error('connection lost');
    })();
    await expect(objects.put('k', Readable.from(broken))).rejects.toThrow('connection lost');
    expect(await server.uploads(bucket)).toEqual(new Map());
  });
});
