import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fastify } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { testClock } from '../../platform/jobs/fixtures.testing.ts';
import { type Objects, openObjects } from '../../platform/objects/index.ts';
import { replyWithMlflowError } from '../wire/index.ts';
import { textAt, valueAt } from '../wire/testing.ts';
import { multipartRoutes } from './mlflow-multipart.ts';
import { createMultipart } from './multipart.ts';

const clock = testClock();
const base = '/api/2.0/mlflow-artifacts/mpu';
const folder = '0/run/artifacts';

let objects: Objects;
let room: ReturnType<typeof serve>;

beforeEach(async () => {
  objects = await openObjects(mkdtempSync(join(tmpdir(), 'multipart-')));
  room = serve();
});

function serve() {
  const multipart = createMultipart({ objects, clock, maxUploadBytes: 1024 ** 3 });
  const http = fastify();
  http.setErrorHandler(replyWithMlflowError);
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const bodyOf = (request: { body: unknown; raw: Readable }) =>
    request.body instanceof Readable ? request.body : request.raw;
  const writes = { check: async () => undefined };
  multipartRoutes(http, { multipart, writes, bodyOf, limited: (content) => content });
  const ask = async (step: string, message: object, at = folder) => {
    const answer = await http.inject({ method: 'POST', url: `${base}/${step}/${at}`, payload: message });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  };
  const put = async (url: string, payload: string) => {
    const { pathname, search } = new URL(url);
    const answer = await http.inject({ method: 'PUT', url: pathname + search, payload });
    return { status: answer.statusCode, etag: String(answer.headers.etag) };
  };
  return { multipart, ask, put };
}

async function begin(parts: number, path = '/home/user/big.bin') {
  const { body } = await room.ask('create', { path, num_parts: parts });
  const urls = Array.from({ length: parts }, (_, index) => textAt(body.credentials, String(index), 'url'));
  return { upload_id: textAt(body, 'upload_id'), path, urls, body };
}

async function content(key: string): Promise<string | null> {
  if ((await objects.size(key)) === null) return null;
  return (await (await objects.open(key)).content.toArray()).join('');
}

describe('multipart uploads', () => {
  it('become one artifact of all parts in order, whichever came first', async () => {
    const { upload_id, path, urls, body } = await begin(3);
    expect(valueAt(body, 'credentials', 0)).toMatchObject({ part_number: 1, headers: {} });
    const parts = [];
    for (const part_number of [3, 1, 2]) {
      const { etag } = await room.put(urls[part_number - 1] ?? '', `part ${part_number};`);
      parts.push({ part_number, etag, url: 'ignored' });
    }
    expect(await content('artifacts/0/run/artifacts/big.bin')).toBeNull();
    expect(await room.ask('complete', { path, upload_id, parts })).toEqual({ status: 200, body: {} });
    expect(await content('artifacts/0/run/artifacts/big.bin')).toBe('part 1;part 2;part 3;');
    expect(await objects.list(`multipart/${upload_id}`)).toMatchObject([{ name: 'upload.json' }]);
    // A client that did not get the first answer asks again, and a late abort takes nothing away.
    expect((await room.ask('complete', { path, upload_id, parts })).status).toBe(200);
    await room.ask('abort', { path, upload_id });
    expect(await content('artifacts/0/run/artifacts/big.bin')).toBe('part 1;part 2;part 3;');
  });

  it('go on after a restart', async () => {
    const { upload_id, path, urls } = await begin(1);
    room = serve();
    const { etag } = await room.put(urls[0] ?? '', 'x');
    room = serve();
    expect((await room.ask('complete', { path, upload_id, parts: [{ part_number: 1, etag }] })).status).toBe(200);
  });

  it('leave no part behind when the server ended before it removed them, once they are asked for again', async () => {
    const { upload_id, path, urls } = await begin(1);
    const { etag } = await room.put(urls[0] ?? '', 'x');
    const parts = [{ part_number: 1, etag }];
    await room.ask('complete', { path, upload_id, parts });
    await objects.put(`multipart/${upload_id}/1.${etag}`, 'x');
    expect((await room.ask('complete', { path, upload_id, parts })).status).toBe(200);
    expect(await objects.list(`multipart/${upload_id}`)).toMatchObject([{ name: 'upload.json' }]);
  });

  it('take of a part that came twice the one that the end names', async () => {
    const { upload_id, path, urls } = await begin(1);
    const first = await room.put(urls[0] ?? '', 'first');
    await room.put(urls[0] ?? '', 'second');
    await room.ask('complete', { path, upload_id, parts: [{ part_number: 1, etag: first.etag }] });
    expect(await content('artifacts/0/run/artifacts/big.bin')).toBe('first');
  });

  it('leave what was there when a part is missing or another than was said', async () => {
    await objects.put('artifacts/0/run/artifacts/big.bin', 'old');
    const { upload_id, path, urls } = await begin(2);
    const { etag } = await room.put(urls[0] ?? '', 'x');
    const wrong = [
      [],
      [{ part_number: 1, etag }],
      [
        { part_number: 1, etag },
        { part_number: 2, etag },
      ],
      [
        { part_number: 1, etag },
        { part_number: 1, etag },
      ],
      [
        { part_number: 1, etag },
        { part_number: 2, etag: '../../upload.json' },
      ],
    ];
    for (const parts of wrong) {
      expect(await room.ask('complete', { path, upload_id, parts })).toMatchObject({
        status: 400,
        body: { error_code: 'INVALID_PARAMETER_VALUE' },
      });
    }
    expect(await content('artifacts/0/run/artifacts/big.bin')).toBe('old');
  });

  it('are gone with all their parts once they are aborted', async () => {
    const { upload_id, path, urls } = await begin(1);
    await room.put(urls[0] ?? '', 'x');
    expect((await room.ask('abort', { path, upload_id })).status).toBe(200);
    expect(await objects.list('multipart')).toEqual([]);
    expect((await room.put(urls[0] ?? '', 'x')).status).toBe(404);
    expect((await room.ask('complete', { path, upload_id, parts: [] })).status).toBe(404);
  });

  it('expire after a day, parts and addresses with them', async () => {
    const { urls } = await begin(1);
    await room.put(urls[0] ?? '', 'x');
    clock.forward(24 * 3600_000 - 1);
    const { urls: younger } = await begin(1);
    expect(await room.multipart.clear()).toBe(0);
    clock.forward(1);
    expect((await room.put(urls[0] ?? '', 'x')).status).toBe(404);
    expect(await room.multipart.clear()).toBe(1);
    expect((await room.put(younger[0] ?? '', 'x')).status).toBe(200);
  });

  it('let nobody put anything without the signature of that part', async () => {
    const [one, other] = [await begin(2), await begin(2)];
    const [first = '', second = ''] = one.urls;
    const forged = [
      first.replace(/signature=./, (text) => (text.endsWith('0') ? 'signature=1' : 'signature=0')),
      first.replace(/&signature=.*/, ''),
      first.replace(/expires=\d+/, 'expires=99999999999999'),
      first.replace('/1?', '/2?'),
      first.replace('/1?', '/3?'),
      second.replace(one.upload_id, other.upload_id),
      first.replace(one.upload_id, '..'),
    ];
    for (const url of forged) expect([404, 400]).toContain((await room.put(url, 'x')).status);
    expect((await objects.list(`multipart/${one.upload_id}`)).map(({ name }) => name)).toEqual(['upload.json']);
  });

  it.each([
    ['a folder that climbs', '0/%252e%252e/x', 'x', 1],
    ['a name that is a folder', folder, '/home/user/', 1],
    ['a name that climbs', folder, '..', 1],
    ['no part', folder, 'x', 0],
    ['too many parts', folder, 'x', 10_001],
  ])('refuse %s', async (_, at, path, num_parts) => {
    expect((await room.ask('create', { path, num_parts }, at)).status).toBe(400);
    expect(await objects.list('multipart')).toEqual([]);
  });

  it('end only where they began', async () => {
    const { upload_id, path } = await begin(1);
    expect((await room.ask('abort', { path, upload_id }, '0/other/artifacts')).status).toBe(400);
    expect((await room.ask('abort', { path: 'other.bin', upload_id })).status).toBe(400);
    expect(await objects.size(`multipart/${upload_id}/upload.json`)).toBeGreaterThan(0);
  });
});
