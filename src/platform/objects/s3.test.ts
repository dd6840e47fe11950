import { describe, expect, it } from 'vitest';
import { type Answer, refuse, startMisbehaving } from '../buckets/misbehaving.testing.ts';
import { testClock } from '../jobs/fixtures.testing.ts';
import { HOUR_MS } from '../units/durations.ts';
import { openRemoteObjects } from './index.ts';

const environment = { KEY: 'AKIAIOSFODNN7EXAMPLE', SECRET: 'hush' };

function open(endpoint: string, clock = testClock()) {
  const keys = 'accessKeyId=env:KEY&secretAccessKey=env:SECRET';
  return openRemoteObjects(`s3://b/team?region=us-east-1&endpoint=${endpoint}&${keys}`, { clock, environment });
}

function xml(body: string): Answer {
  return (_, response) =>
    response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`);
}

const buildUploadsAnswer = (ages: Readonly<Record<string, number>>, now: number): Answer => {
  const uploads = Object.entries(ages).map(
    ([id, hours]) =>
      `<Upload><Key>team/${id}</Key><UploadId>${id}</UploadId><Initiated>${new Date(now - hours * HOUR_MS).toISOString()}</Initiated></Upload>`,
  );
  return xml(`<ListMultipartUploadsResult>${uploads.join('')}</ListMultipartUploadsResult>`);
};

/** As S3 answers an opening; `others` come first. */
function s3Answers(others: Readonly<Record<string, Answer>> = {}): Answer {
  return (request, response) => {
    const { searchParams } = request.url;
    const asked = [...searchParams.keys()].find((name) => Object.hasOwn(others, `${request.method} ${name}`));
    const other = asked === undefined ? others[request.method] : others[`${request.method} ${asked}`];
    if (other !== undefined) return other(request, response);
    if (searchParams.has('list-type'))
      return xml('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>')(request, response);
    if (request.method === 'POST')
      return xml('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>')(
        request,
        response,
      );
    if (request.method === 'DELETE') return void response.writeHead(204).end();
    return xml('<ListMultipartUploadsResult/>')(request, response);
  };
}

describe('a bucket of S3 for objects', () => {
  it('is cleared at its opening of uploads that nobody can end any more, and of no others', async () => {
    const clock = testClock();
    const uploads = buildUploadsAnswer({ young: 1, day: 24, old: 26, older: 900 }, clock.now());
    await using server = await startMisbehaving(s3Answers({ 'GET uploads': uploads }));
    await using _objects = await open(server.address, clock);
    const aborted = server.requests.filter(({ method }) => method === 'DELETE').map(({ url }) => url.pathname);
    expect(aborted).toEqual(['/b/team/.incoming/check', '/b/team/old', '/b/team/older']);
  });

  it('takes an end whose answer was lost for an end', async () => {
    const gone = refuse(404, 'NoSuchUpload');
    let mark = '';
    const begun: Answer = ({ headers }, response) => {
      mark = String(headers['x-amz-meta-steelyard-upload']);
      xml('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>')(
        {} as never,
        response,
      );
    };
    const part: Answer = (_, response) => response.writeHead(200, { etag: '"e"' }).end();
    const head: Answer = (_, response) =>
      response.writeHead(200, { 'content-length': 9, 'x-amz-meta-steelyard-upload': mark }).end();
    const answers = { 'POST uploads': begun, 'PUT partNumber': part, 'POST uploadId': gone, HEAD: head };
    await using server = await startMisbehaving(s3Answers(answers));
    await using objects = await open(server.address);
    const content = Buffer.alloc(9 * 1024 ** 2);
    expect(await objects.put('k', content)).toMatchObject({ sizeBytes: content.length });
    mark = 'of another upload';
    const other = s3Answers({
      ...answers,
      'POST uploads': xml('<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'),
    });
    await using replaced = await startMisbehaving(other);
    await using objectsThere = await open(replaced.address);
    await expect(objectsThere.put('k', content)).rejects.toMatchObject({ code: 'upload_not_found' });
  });

  it('repeats a piece that was refused for now', async () => {
    let tries = 0;
    const part: Answer = (request, response) => {
      tries += 1;
      if (tries === 1) refuse(503, 'SlowDown')(request, response);
      else response.writeHead(200, { etag: '"e"' }).end();
    };
    const done = xml('<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>');
    await using server = await startMisbehaving(s3Answers({ 'PUT partNumber': part, 'POST uploadId': done }));
    await using objects = await open(server.address);
    await objects.put('k', Buffer.alloc(8 * 1024 ** 2));
    expect(tries).toBe(2);
  });
});
