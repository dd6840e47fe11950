import { buffer, text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../secrets/index.ts';
import { type Bucket, openBucket } from './index.ts';
import { type Answer, hangUp, type MisbehavingServer, refuse, serve, startMisbehaving } from './misbehaving.testing.ts';
import { listAll } from './suite.testing.ts';

const CREDENTIALS = { accessKeyId: 'env:KEY', secretAccessKey: 'env:SECRET' };
const ENVIRONMENT = {
  KEY: 'AKIAIOSFODNN7EXAMPLE',
  SECRET: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'x',
};
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const whole = serve({ content: CONTENT, etag: '"1"' });

const page: Answer = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<ListBucketResult><IsTruncated>false</IsTruncated><EncodingType>url</EncodingType><Contents><Key>a+%2B</Key>
    <LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;1&quot;</ETag><Size>7</Size></Contents></ListBucketResult>`);
};

function open(server: MisbehavingServer, environment: Environment = ENVIRONMENT): Promise<Bucket> {
  return openBucket({ type: 's3', bucket: 'bills', endpoint: server.address, credentials: CREDENTIALS }, environment);
}

describe.concurrent('S3 that misbehaves', () => {
  it.each([
    ['503 SlowDown', refuse(503, 'SlowDown')],
    ['429', refuse(429, 'TooManyRequests')],
    ['500', refuse(500, 'InternalError')],
    ['a dropped connection', hangUp],
  ])('is asked again after %s, and answers in the end', async (_, failing) => {
    await using server = await startMisbehaving(failing, failing, page);
    await using bucket = await open(server);
    const modifiedAt = Date.parse('2026-01-02T03:04:05Z');
    expect(await listAll(bucket.list(''))).toEqual([{ key: 'a +', sizeBytes: 7, etag: '"1"', modifiedAt }]);
    expect(server.requests).toHaveLength(3);
  });

  it('continues a body that is cut off, from where it was and with the same version', async () => {
    const cut = serve({ content: CONTENT, etag: '"1"', cutAfterBytes: 100_000 });
    await using server = await startMisbehaving(cut, cut, refuse(503, 'SlowDown'), whole);
    await using bucket = await open(server);
    expect((await buffer(await bucket.read('a'))).equals(CONTENT)).toBe(true);
    const asked = server.requests.map(({ headers }) => [headers.range, headers['if-match']]);
    expect(asked).toEqual([
      [undefined, undefined],
      ['bytes=100000-', '"1"'],
      ['bytes=200000-', '"1"'],
      ['bytes=200000-', '"1"'],
    ]);
  });

  it('fails when the object changes between two parts of a read', async () => {
    const cut = serve({ content: CONTENT, etag: '"1"', cutAfterBytes: 100_000 });
    await using server = await startMisbehaving(cut, serve({ content: CONTENT, etag: '"2"' }));
    await using bucket = await open(server);
    await expect(buffer(await bucket.read('a'))).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('fails when the server passes over the condition or the range', async () => {
    const careless: Answer = ({ headers }, response) =>
      whole({ ...request, headers: { range: headers.range } }, response);
    const request = { method: 'GET', url: new URL('http://x') };
    await using server = await startMisbehaving(careless);
    await using bucket = await open(server);
    await expect(bucket.read('a', '"other"')).rejects.toMatchObject({ code: 'bucket_object_changed' });
    const cut = serve({ content: CONTENT, etag: '"1"', cutAfterBytes: 100_000 });
    await using rangeless = await startMisbehaving(cut, (_, response) => whole({ ...request, headers: {} }, response));
    await using second = await open(rangeless);
    await expect(buffer(await second.read('a'))).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it('gives up a body that never becomes whole, and does not just end', async () => {
    const cut = serve({ content: CONTENT, etag: '"1"', cutAfterBytes: 100_000 });
    await using server = await startMisbehaving(cut, hangUp);
    await using bucket = await open(server);
    await expect(buffer(await bucket.read('a'))).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it.each([
    ['expired', 403, 'ExpiredToken', /have expired; renew/],
    ['expired, as S3 says it', 400, 'ExpiredToken', /have expired; renew/],
    ['of nobody', 403, 'InvalidAccessKeyId', /access key id is unknown to the service/],
    ['a wrong secret', 403, 'SignatureDoesNotMatch', /secret access key is wrong/],
    ['of a wrong session', 400, 'InvalidToken', /session token is wrong/],
    ['not allowed', 403, 'AccessDenied', /lack a permission; allow s3:ListBucket/],
    ['signed by a wrong clock', 403, 'RequestTimeTooSkewed', /clock of this server/],
  ])('says which credentials are refused: %s', async (_, status, code, message) => {
    await using server = await startMisbehaving(refuse(status, code));
    await using bucket = await open(server);
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({
      code: 'bucket_access_denied',
      message: expect.stringMatching(message),
    });
    expect(server.requests.length).toBeLessThan(4);
  });

  it('shows no credential in an error, whatever the server says', async () => {
    const { KEY, SECRET } = ENVIRONMENT;
    const told = `User ${KEY} is not authorized</Message><AWSAccessKeyId>${KEY}</AWSAccessKeyId><Message>${SECRET}`;
    for (const code of ['AccessDenied', 'SignatureDoesNotMatch', 'Strange']) {
      await using server = await startMisbehaving(refuse(403, code, told));
      await using bucket = await open(server);
      const failure: unknown = await listAll(bucket.list('')).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'bucket_access_denied' });
      const shown = inspect(failure, { depth: 10, showHidden: true });
      for (const hidden of [KEY, SECRET, 'Signature=']) expect(shown).not.toContain(hidden);
    }
  });

  it.each([
    ['HTML', 200, '<html><body>Welcome</body></html>'],
    ['nothing', 200, ''],
    [
      'a page that has a next one but does not name it',
      200,
      '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    ],
  ])('is not S3: %s', async (_, status, body) => {
    await using server = await startMisbehaving((_request, response) => response.writeHead(status).end(body));
    await using bucket = await open(server);
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it('says that nobody listens', async () => {
    await using server = await startMisbehaving(page);
    // Port 1 is reserved: another test cannot be given it, as it can the port of a server that has ended.
    await using bucket = await open({ ...server, address: 'http://127.0.0.1:1' });
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({
      code: 'bucket_unreachable',
      message: expect.stringMatching(/^s3:\/\/bills .*\(ECONNREFUSED\)/),
    });
  });

  it('leaves a body that is not read to its end, without a connection left behind', async () => {
    const content = Buffer.alloc(8_000_000);
    await using server = await startMisbehaving(serve({ content, etag: '"1"' }));
    await using bucket = await open(server);
    for (let round = 0; round < 60; round += 1) (await bucket.read('a')).destroy();
    for await (const chunk of await bucket.read('a')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(server.requests).toHaveLength(61);
  });

  it('asks for secrets that can be found', async () => {
    await using server = await startMisbehaving(page);
    await expect(open(server, { KEY: 'x' })).rejects.toMatchObject({ code: 'secret_unresolved' });
  });

  it('reads an object whose stored encoding is gzip as it is stored', async () => {
    await using server = await startMisbehaving((_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': 8, 'content-encoding': 'gzip' }).end('not gzip');
    });
    await using bucket = await open(server);
    expect(await text(await bucket.read('a'))).toBe('not gzip');
  });
});
