import { buffer, text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Bucket, openBucket } from './index.ts';
import { type Answer, hangUp, type MisbehavingServer, refuse, serve, startMisbehaving } from './misbehaving.testing.ts';
import { listAll } from './suite.testing.ts';

const SIGNATURE = 'c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJlc2lnbmE9';
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const whole = serve({ content: CONTENT, etag: '"0x1"' });
const cut = serve({ content: CONTENT, etag: '"0x1"', cutAfterBytes: 100_000 });

const blob = (name: string, more = '') =>
  `<Blob><Name>${name}</Name><Properties><Last-Modified>Fri, 02 Jan 2026 03:04:05 GMT</Last-Modified><Etag>0x1</Etag>
  <Content-Length>7</Content-Length></Properties>${more}</Blob>`;
const page: Answer = (_, response) => {
  const folder = blob('folder', '<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata>');
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://x/" ContainerName="bills">
    <Blobs>${blob('a')}${folder}${blob('folder/')}</Blobs><NextMarker /></EnumerationResults>`);
};

function open(server: MisbehavingServer, expires = '2999-01-01'): Promise<Bucket> {
  const accountUrl = `${server.address}/account`;
  const environment = { SAS: `sv=2026-01-01&se=${expires}&sr=c&sp=rl&sig=${SIGNATURE}` };
  return openBucket({ type: 'azureBlob', container: 'bills', accountUrl, sasToken: 'env:SAS' }, environment);
}

describe.concurrent('Azure Blob that misbehaves', () => {
  it.each([
    ['503 ServerBusy', refuse(503, 'ServerBusy')],
    ['429', refuse(429, 'TooManyRequests')],
    ['500', refuse(500, 'InternalError')],
    ['a dropped connection', hangUp],
  ])('is asked again after %s, and answers in the end; folders are no objects', async (_, failing) => {
    await using server = await startMisbehaving(failing, failing, page);
    await using bucket = await open(server);
    const modifiedAt = Date.parse('2026-01-02T03:04:05Z');
    expect(await listAll(bucket.list(''))).toEqual([{ key: 'a', sizeBytes: 7, etag: '0x1', modifiedAt }]);
    expect(server.requests).toHaveLength(3);
  });

  it('continues a body that is cut off, from where it was and with the same version', async () => {
    await using server = await startMisbehaving(cut, cut, refuse(503, 'ServerBusy'), whole);
    await using bucket = await open(server);
    expect((await buffer(await bucket.read('a'))).equals(CONTENT)).toBe(true);
    const asked = server.requests.map(({ headers }) => [headers['x-ms-range'], headers['if-match']]);
    expect(asked).toEqual([
      [undefined, undefined],
      ['bytes=100000-', '"0x1"'],
      ['bytes=200000-', '"0x1"'],
      ['bytes=200000-', '"0x1"'],
    ]);
  });

  it('fails when the object changes between two parts of a read', async () => {
    await using server = await startMisbehaving(cut, serve({ content: CONTENT, etag: '"0x2"' }));
    await using bucket = await open(server);
    await expect(buffer(await bucket.read('a'))).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('fails when the server passes over the condition or the range', async () => {
    const careless: Answer = (request, response) => whole({ ...request, headers: {} }, response);
    await using server = await startMisbehaving(cut, careless);
    await using bucket = await open(server);
    await expect(buffer(await bucket.read('a'))).rejects.toMatchObject({ code: 'bucket_unreachable' });
    await expect(bucket.read('a', '0xother')).rejects.toMatchObject({ code: 'bucket_object_changed' });
  });

  it('gives up a body that never becomes whole, and does not just end', async () => {
    await using server = await startMisbehaving(cut, refuse(400, 'Strange'));
    await using bucket = await open(server);
    await expect(buffer(await bucket.read('a'))).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it.each([
    ['an expired SAS', 403, 'AuthenticationFailed', '2020-01-01', /SAS token has expired \(2020-01-01\)/],
    ['a wrong SAS', 403, 'AuthenticationFailed', '2999-01-01', /SAS token is wrong/],
    ['a role that is missing', 403, 'AuthorizationPermissionMismatch', '2999-01-01', /Storage Blob Data Reader/],
    ['a firewall', 403, 'AuthorizationFailure', '2999-01-01', /network rules/],
    ['a code of tomorrow', 403, 'AuthorizationNovelty', '2999-01-01', /lack a permission/],
    ['nobody', 401, 'NoAuthenticationInformation', '2999-01-01', /credentials are missing/],
  ])('says which credentials are refused, once, and shows none: %s', async (_, status, code, expires, message) => {
    await using server = await startMisbehaving(refuse(status, code, `of sig=${SIGNATURE}`));
    await using bucket = await open(server, expires);
    const failure: unknown = await listAll(bucket.list('')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'bucket_access_denied', message: expect.stringMatching(message) });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(SIGNATURE);
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ['HTML', '<html><body>Welcome</body></html>'],
    ['nothing', ''],
    ['half a page', '<EnumerationResults ContainerName="bills"><Blobs><Blob>'],
  ])('is not Azure: %s', async (_, body) => {
    await using server = await startMisbehaving((_request, response) =>
      response.writeHead(200, { 'content-type': 'application/xml' }).end(body),
    );
    await using bucket = await open(server);
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it('is not followed to another address, where it would hand over what it was asked with', async () => {
    await using elsewhere = await startMisbehaving(page);
    await using server = await startMisbehaving((_, response) =>
      response.writeHead(302, { location: `${elsewhere.address}/account/bills` }).end(),
    );
    await using bucket = await open(server);
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({ code: 'bucket_unreachable' });
    expect(elsewhere.requests).toEqual([]);
  });

  it('says that nobody listens', async () => {
    await using server = await startMisbehaving(page);
    // Port 1 is reserved: another test cannot be given it, as it can the port of a server that has ended.
    await using bucket = await open({ ...server, address: 'http://127.0.0.1:1' });
    await expect(listAll(bucket.list(''))).rejects.toMatchObject({
      code: 'bucket_unreachable',
      message: expect.stringMatching(/could not be reached \(ECONNREFUSED\)/),
    });
  });

  it('reads an object whose stored encoding is gzip as it is stored', async () => {
    await using server = await startMisbehaving((_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': 8, 'content-encoding': 'gzip' }).end('not gzip');
    });
    await using bucket = await open(server);
    expect(await text(await bucket.read('a'))).toBe('not gzip');
  });
});
