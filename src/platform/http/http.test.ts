import type { FastifyInstance } from 'fastify';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import { createLog, createTelemetry } from '../telemetry/index.ts';
import { createHttp, handle, listenOn, localAccess, noRecorder, type Plugin } from './index.ts';

const getThing = endpoint({
  method: 'GET',
  path: '/api/v1/things/:thing',
  scope: 'platform.read',
  summary: 'A thing',
  params: z.strictObject({ thing: z.string().max(5).describe('Name') }),
  query: z.strictObject({ times: z.coerce.number().int().default(1).describe('How often') }),
  response: z.strictObject({ thing: z.string().describe('Name, repeated') }),
  errors: ['budget_not_found'],
});

const putThing = endpoint({
  method: 'PUT',
  path: '/api/v1/things/:thing',
  scope: 'platform.write',
  summary: 'Change a thing',
  params: getThing.params,
  body: z.strictObject({ size: z.number().describe('Size') }),
  response: z.strictObject({ size: z.number().describe('Size') }),
  errors: [],
});

const routes = [
  handle(getThing, ({ params, query }) => {
    if (params.thing === 'none') throw new AppError('budget_not_found', 'There is no such thing.', { thing: 'none' });
    if (params.thing === 'bug') throw new TypeError('secret internals');
    if (params.thing === 'full') throw Object.assign(new Error('write'), { code: 'ENOSPC' });
    return { thing: params.thing.repeat(query.times) };
  }),
  handle(putThing, ({ body }) => body),
];

const open = (plugins: readonly Plugin[] = []) =>
  createHttp({
    config: { allowedHosts: 'steelyard.example, other.example', maxUploadBytes: 10 },
    log: createLog('silent'),
    telemetry: createTelemetry(),
    access: localAccess,
    writes: noRecorder,
    routes,
    plugins,
  });

let app: FastifyInstance;
beforeEach(async () => {
  app = await open();
  onTestFinished(() => app.close());
});

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { host: 'localhost', ...headers } });

describe('a route', () => {
  it('answers what its schema says, with defaults filled in', async () => {
    expect((await get('/api/v1/things/ab?times=2')).json()).toEqual({ thing: 'abab' });
    expect((await get('/api/v1/things/ab')).json()).toEqual({ thing: 'ab' });
  });

  it.each([
    ['/api/v1/things/toolong', 'thing'],
    ['/api/v1/things/ab?times=x', 'times'],
    ['/api/v1/things/ab?tmes=2', 'tmes'],
  ])('refuses %s and names %s', async (url, name) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', detail: expect.stringContaining(name) });
  });

  it('turns an expected failure into its problem document and keeps a bug opaque', async () => {
    expect((await get('/api/v1/things/none')).json()).toMatchObject({
      status: 404,
      code: 'budget_not_found',
      thing: 'none',
    });
    const bug = await get('/api/v1/things/bug');
    expect([bug.statusCode, bug.json()]).toMatchObject([500, { code: 'internal' }]);
    expect(bug.body).not.toContain('secret internals');
  });

  it('says that the disk is full when it is', async () => {
    expect((await get('/api/v1/things/full')).json()).toMatchObject({ status: 507, code: 'storage_full' });
  });

  it('takes JSON only, so that no plain form of another site can write', async () => {
    const put = (contentType: string, payload: string) =>
      app.inject({
        method: 'PUT',
        url: '/api/v1/things/a',
        headers: { host: 'localhost', 'content-type': contentType },
        payload,
      });
    expect((await put('text/plain', '{"size":1}')).json()).toMatchObject({ status: 415 });
    expect((await put('application/x-www-form-urlencoded', 'size=1')).json()).toMatchObject({ status: 415 });
    expect((await put('application/json', '{"size":')).json()).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await put('application/json', '{"size":1}')).json()).toEqual({ size: 1 });
  });
});

describe('the server', () => {
  it('does not start with a route that says not who may call it', async () => {
    const careless: Plugin = (scope) => void scope.get('/open', async () => 'everything');
    await expect(open([careless])).rejects.toThrow('declares no scope');
  });

  it.each(['localhost', 'localhost:4610', '127.0.0.1:1', '[::1]:4610', 'steelyard.example', 'OTHER.example:80'])(
    'answers to the host %s',
    async (host) => expect((await get('/api/v1/things/ab', { host })).statusCode).toBe(200),
  );

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])('refuses the host %j', async (host) => {
    expect((await get('/api/v1/things/ab', { host })).json()).toMatchObject({
      status: 403,
      code: 'host_not_allowed',
    });
  });

  it.each([
    ['another origin', { origin: 'http://evil.example' }],
    ['the same host at another port', { origin: 'http://localhost:9999' }],
    ['a sandboxed page', { origin: 'null' }],
  ])('refuses %s', async (_what, headers) => {
    expect((await get('/api/v1/things/ab', headers)).json()).toMatchObject({
      code: 'origin_not_allowed',
      detail: expect.stringMatching(/^Cross-origin request blocked/),
    });
  });

  it('lets a page of its own origin call', async () => {
    expect(
      (await get('/api/v1/things/ab', { host: 'localhost:4610', origin: 'http://localhost:4610' })).statusCode,
    ).toBe(200);
  });

  it('sends headers that keep browsers from guessing, framing and loading from elsewhere', async () => {
    const { headers } = await get('/api/v1/things/ab');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('listens on loopback only while there are no accounts', async () => {
    await expect(listenOn(app, { host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'listen_not_allowed' });
    const url = await listenOn(app, { host: '127.0.0.1', port: 0 });
    const second = await open();
    onTestFinished(() => second.close());
    const taken = listenOn(second, { host: '127.0.0.1', port: Number(new URL(url).port) });
    await expect(taken).rejects.toMatchObject({ code: 'port_in_use' });
  });
});
