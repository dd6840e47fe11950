import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { type Access, createHttp, localAccess, noRecorder } from '../http/index.ts';
import { createLog, createTelemetry } from '../telemetry/index.ts';
import { openWebApp } from './index.ts';

const BROWSER = { host: 'localhost', accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const askingForAccounts: Access = {
  admit(_request, scope) {
    if (scope !== 'open') throw new AppError('not_authenticated', 'Log in first.');
  },
};

describe('the built web app', () => {
  let local: FastifyInstance;
  let withAccounts: FastifyInstance;
  beforeAll(async () => {
    const bundle = mkdtempSync(join(tmpdir(), 'steelyard-web-'));
    mkdirSync(join(bundle, 'assets'));
    const files = {
      'index.html': '<title>Steelyard</title>',
      'assets/page-1.js': 'as it is',
      'assets/page-1.js.br': 'by Brotli',
      'assets/page-1.js.gz': 'by gzip',
      'assets/font-1.woff2': 'font',
    };
    for (const [name, content] of Object.entries(files)) writeFileSync(join(bundle, name), content);
    const web = await openWebApp(bundle);
    const serve = (access: Access) =>
      createHttp({
        config: { allowedHosts: '', maxUploadBytes: 10 },
        log: createLog('silent'),
        telemetry: createTelemetry(),
        access,
        writes: noRecorder,
        routes: [],
        plugins: [web.plugin],
        notFoundPage: web.notFoundPage,
      });
    local = await serve(localAccess);
    withAccounts = await serve(askingForAccounts);
  });
  afterAll(async () => {
    await local.close();
    await withAccounts.close();
  });

  it.each([
    ['gzip, deflate, br', 'br', 'by Brotli'],
    ['gzip', 'gzip', 'by gzip'],
    ['identity', undefined, 'as it is'],
  ])('sends a script to a client that accepts %s by %s', async (accepted, encoding, body) => {
    const answer = await local.inject({
      url: '/assets/page-1.js',
      headers: { host: 'localhost', 'accept-encoding': accepted },
    });
    expect(answer).toMatchObject({
      body,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'Accept-Encoding',
      },
    });
    expect(answer.headers['content-encoding']).toBe(encoding);
  });

  it('serves a compressed copy under no address of its own, and a font as it is', async () => {
    const headers = { host: 'localhost', 'accept-encoding': 'br' };
    expect((await local.inject({ url: '/assets/page-1.js.br', headers })).statusCode).toBe(404);
    expect((await local.inject({ url: '/assets/font-1.woff2', headers })).headers).not.toHaveProperty('vary');
  });

  it.each([
    ['/', 'identity', '<title>Steelyard</title>'],
    ['/costs/by-team', 'br', '<title>Steelyard</title>'],
    ['/assets/page-1.js', 'br', 'by Brotli'],
    ['/assets/font-1.woff2', 'br', 'font'],
  ])('answers 304 for %s to a client that has it, by %s', async (url, accepted, body) => {
    const headers = { host: 'localhost', 'accept-encoding': accepted };
    const first = await local.inject({ url, headers });
    expect([first.statusCode, first.body, first.headers['content-length']]).toEqual([200, body, `${body.length}`]);
    const again = await local.inject({ url, headers: { ...headers, 'if-none-match': String(first.headers.etag) } });
    expect([again.statusCode, again.body, again.headers['cache-control']]).toEqual([
      304,
      '',
      first.headers['cache-control'],
    ]);
    const other = await local.inject({ url, headers: { ...headers, 'if-none-match': 'W/"other"' } });
    expect([other.statusCode, other.body]).toEqual([200, body]);
    const head = await local.inject({ method: 'HEAD', url, headers });
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', first.headers.etag]);
    expect(first.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('gives each compressed copy its own version', async () => {
    const versions = ['br', 'gzip', 'identity'].map(async (accepted) => {
      const headers = { host: 'localhost', 'accept-encoding': accepted };
      return (await local.inject({ url: '/assets/page-1.js', headers })).headers.etag;
    });
    expect(new Set(await Promise.all(versions)).size).toBe(3);
  });

  it('answers a browser at an unknown address with the page, whatever version it names', async () => {
    const answer = await local.inject({ url: '/nope', headers: { ...BROWSER, 'if-none-match': '*' } });
    expect([answer.statusCode, answer.body]).toEqual([404, '<title>Steelyard</title>']);
  });

  it.each([
    '/../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/assets/',
    '/.env',
  ])('refuses %s', async (url) => {
    const answer = await local.inject({ url, headers: { host: 'localhost' } });
    expect(answer.statusCode).toBe(404);
  });

  it.each(['/nope', '/nope/deeper?x=1'])('opens the app with status 404 for a browser at %s', async (url) => {
    const answer = await local.inject({ url, headers: BROWSER });
    expect(answer).toMatchObject({ statusCode: 404, body: '<title>Steelyard</title>' });
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  it.each([
    ['/nope', '*/*', 'GET'],
    ['/nope', 'application/json', 'GET'],
    ['/nope', 'text/html', 'POST'],
    ['/api/v1/nope', 'text/html', 'GET'],
    ['/assets/old-page.js', 'text/html', 'GET'],
  ] as const)('answers %s to a client of %s by %s with a problem', async (url, accept, method) => {
    const answer = await local.inject({ method, url, headers: { host: 'localhost', accept } });
    expect([answer.statusCode, answer.json()]).toMatchObject([404, { code: 'route_not_found' }]);
  });

  it('opens the app for a browser that has not logged in, and nothing for other clients', async () => {
    expect(await withAccounts.inject({ url: '/nope', headers: BROWSER })).toMatchObject({
      statusCode: 404,
      body: '<title>Steelyard</title>',
    });
    const answer = await withAccounts.inject({ url: '/nope', headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.json()]).toMatchObject([401, { code: 'not_authenticated' }]);
    expect((await withAccounts.inject({ url: '/api/v1/runs', headers: BROWSER })).statusCode).toBe(401);
  });

  it('answers an unknown address as a problem while no app is built', async () => {
    const { notFoundPage } = await openWebApp(join(tmpdir(), 'steelyard-no-such-bundle'));
    expect(notFoundPage).toBeUndefined();
  });
});
