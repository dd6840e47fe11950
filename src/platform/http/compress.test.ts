import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog, createTelemetry } from '../telemetry/index.ts';
import { createHttp, listenOn, localAccess, noRecorder } from './index.ts';

const LONG = 'a line of text, as often as it takes\n'.repeat(200);
const JSON_TYPE = 'application/json; charset=utf-8';
const CSV_TYPE = 'text/csv; charset=utf-8';

describe('compression of answers', () => {
  let app: FastifyInstance;
  let url: string;
  const live = { content: new PassThrough() };
  beforeAll(async () => {
    app = await createHttp({
      config: { allowedHosts: '', maxUploadBytes: 10 },
      log: createLog('silent'),
      telemetry: createTelemetry(),
      access: localAccess,
      writes: noRecorder,
      routes: [],
      plugins: [
        (scope) => {
          const open = { config: { scope: 'open' } } as const;
          const text = (path: string, type: string, content: string, headers = {}) =>
            scope.get(path, open, (_request, reply) => reply.type(type).headers(headers).send(content));
          text('/long', JSON_TYPE, LONG);
          text('/short', JSON_TYPE, '{}');
          text('/image', 'image/png', LONG);
          text('/drawing', 'image/svg+xml', LONG);
          text('/signed', JSON_TYPE, LONG, { 'cache-control': 'no-store' });
          text('/part', JSON_TYPE, LONG, { 'accept-ranges': 'bytes' });
          text('/packed', JSON_TYPE, LONG, { 'content-encoding': 'br' });
          text('/tagged', JSON_TYPE, LONG, { etag: '"1"', vary: 'origin' });
          scope.post('/secret', { config: { scope: 'open', audit: 'bare' } }, (_request, reply) =>
            reply.type(JSON_TYPE).send(LONG),
          );
          scope.get('/rows', open, (_request, reply) => reply.type(CSV_TYPE).send(Readable.from([LONG, LONG])));
          scope.get('/broken', open, (_request, reply) => reply.type(CSV_TYPE).send(Readable.from(failing(LONG))));
          for (const [path, type] of [
            ['/live', CSV_TYPE],
            ['/events', 'text/event-stream'],
          ] as const) {
            scope.get(path, open, (_request, reply) => {
              live.content = new PassThrough();
              return reply.type(type).send(live.content);
            });
          }
        },
      ],
    });
    url = await listenOn(app, { host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app.close());

  const ask = (path: string, accepted = 'gzip', method: 'GET' | 'HEAD' | 'POST' = 'GET') =>
    app.inject({ method, url: path, headers: { host: 'localhost', 'accept-encoding': accepted } });

  it.each(['/long', '/drawing', '/rows'])('sends %s by gzip, and says that it depends on the request', async (path) => {
    const answer = await ask(path);
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(answer.rawPayload.length).toBeLessThan(LONG.length / 5);
    const plain = await ask(path, 'identity');
    expect(plain.headers).toMatchObject({ vary: 'Accept-Encoding' });
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(gunzipSync(answer.rawPayload).toString()).toBe(plain.body);
  });

  it.each(['/short', '/image', '/signed', '/part'])('sends %s as it is', async (path) => {
    expect((await ask(path)).headers).not.toHaveProperty('content-encoding');
  });

  it('leaves what is compressed already', async () => {
    expect(await ask('/packed')).toMatchObject({ body: LONG, headers: { 'content-encoding': 'br' } });
  });

  it('does not compress the answer of a route that receives a secret', async () => {
    expect(await ask('/secret', 'gzip', 'POST')).toMatchObject({ statusCode: 200, body: LONG });
  });

  it('weakens an entity tag and keeps the other names of Vary', async () => {
    expect((await ask('/tagged')).headers).toMatchObject({ etag: 'W/"1"', vary: 'origin, Accept-Encoding' });
    expect((await ask('/tagged', 'identity')).headers).toMatchObject({ etag: '"1"', vary: 'origin, Accept-Encoding' });
  });

  it('sends no body for HEAD', async () => {
    const answer = await ask('/long', 'gzip', 'HEAD');
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
  });

  const open = async (path: string): Promise<IncomingMessage> => {
    const sent = httpRequest(`${url}${path}`, { headers: { 'accept-encoding': 'gzip' } }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  };

  it('holds back no part of a stream that is still being written', async () => {
    const opening = open('/live');
    await expect.poll(() => live.content.listenerCount('data') + live.content.listenerCount('readable')).not.toBe(0);
    live.content.write('first line\n');
    const answer = await opening;
    expect(answer.headers['content-encoding']).toBe('gzip');
    const [first] = await once(answer.pipe(createGunzip()), 'data');
    expect(String(first)).toBe('first line\n');
    live.content.end();
    await once(answer, 'close');
  });

  it('sends events as they are', async () => {
    const opening = open('/events');
    await expect.poll(() => live.content.listenerCount('data') + live.content.listenerCount('readable')).not.toBe(0);
    live.content.write('data: 1\n\n');
    const answer = await opening;
    expect(answer.headers).not.toHaveProperty('content-encoding');
    const [first] = await once(answer, 'data');
    expect(String(first)).toBe('data: 1\n\n');
    live.content.end();
    await once(answer, 'close');
  });

  it('answers a failure before the first byte as a problem that is not marked as compressed', async () => {
    const answer = await ask('/broken');
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect([answer.statusCode, answer.json()]).toMatchObject([500, { code: 'internal' }]);
  });

  it('tears the answer when its content fails, and lets the content go when the reader leaves', async () => {
    const begin = async () => {
      const opening = open('/live');
      await expect.poll(() => live.content.listenerCount('data') + live.content.listenerCount('readable')).not.toBe(0);
      live.content.write(LONG);
      return { answer: await opening, content: live.content };
    };
    const torn = await begin();
    torn.content.destroy(new Error('the disk is gone'));
    await expect(once(torn.answer.resume(), 'end')).rejects.toThrow(/aborted/);
    const left = await begin();
    left.answer.destroy();
    await expect.poll(() => left.content.destroyed).toBe(true);
  });
});

async function* failing(content: string) {
  yield content;
  throw new Error('the disk is gone');
}
