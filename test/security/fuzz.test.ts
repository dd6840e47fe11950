import { connect } from 'node:net';
import fc from 'fast-check';
import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { type DeclaredRoute, listenOn } from '../../src/platform/http/index.ts';
import { testApplication } from '../../src/testing/application.ts';
import { draws } from '../../src/testing/deep.ts';
import { type Databases, findPostgres, runDatabases } from '../support/postgres.ts';
import { sent } from './doors.ts';
import { extremeRequests } from './fuzz-extremes.ts';
import { Document, type Known, requestOf } from './fuzz-requests.ts';

/** Another seed finds other failures; a fixed one makes the suite repeatable. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const REQUESTS_A_ROUTE = Number(process.env.FUZZ_REQUESTS ?? Math.max(5, draws(25)));

const bin = findPostgres();
let postgres: Databases | null = null;
beforeAll(async () => {
  if (bin !== null) postgres = await runDatabases();
});

/**
 * Limit of the processor time of one request over all threads, including the start of a thread: a fifth of the worst
 * request before bodies were bounded.
 */
const MOST_CPU_MS = 1000;

interface Made {
  readonly info: { readonly run_id: string; readonly model_id: string };
}

/** Creates entities so that the requests get further. */
async function furnish(application: Application): Promise<Known> {
  const post = (path: string, body: object) =>
    sent(application, 'POST', `/api/2.0/mlflow/${path}`, {}, body) as Promise<Record<string, unknown>>;
  const run = await post('runs/create', { experiment_id: '0', tags: [{ key: 'a', value: 'b' }] });
  const { run_id } = (run.run as Made).info;
  const metrics = [1, 2, 3].map((step) => ({ key: 'm', value: step / 3, timestamp: step, step }));
  await post('runs/log-batch', { run_id, metrics, params: [{ key: 'p', value: '1' }] });
  await post('registered-models/create', { name: 'model' });
  await post('model-versions/create', { name: 'model', source: `mlflow-artifacts:/0/${run_id}/artifacts/m`, run_id });
  const logged = await post('logged-models', { experiment_id: '0', name: 'lm' });
  const { model_id } = (logged.model as Made).info;
  return {
    run_id: [run_id],
    run_uuid: [run_id],
    runId: [run_id],
    run: [run_id],
    run_ids: [[run_id], run_id],
    experiment_id: ['0', 0],
    experimentId: ['0'],
    experiment_ids: [['0'], '0'],
    model_id: [model_id],
    modelId: [model_id],
    name: ['model'],
    model: ['model'],
    version: ['1', 1],
    key: ['m', 'p', 'a'],
    metric_key: ['m'],
    path: ['0/x', 'm'],
    max_results: [1, 100],
    pageSize: [1],
  };
}

/** Keeps one of the four prefixes of the MLflow API: their handlers are the same. */
function distinct(routes: readonly DeclaredRoute[]): DeclaredRoute[] {
  return routes.filter(({ method, url }) => method !== 'HEAD' && !/^\/(ajax-api|api\/3\.0|assets)\//.test(url));
}

interface Failure {
  readonly route: string;
  readonly status: number;
  readonly request: string;
  readonly answer: string;
}

async function tryOut(application: Application, route: DeclaredRoute, request: InjectOptions): Promise<Failure | null> {
  const answer = await application.http.inject(request).catch((error: unknown) => String(error));
  if (typeof answer === 'string') {
    return { route: `${route.method} ${route.url}`, status: 0, request: JSON.stringify(request).slice(0, 600), answer };
  }
  const html = answer.statusCode >= 400 && String(answer.headers['content-type']).includes('html');
  const refused = answer.statusCode === 501 && answer.body.includes('NOT_IMPLEMENTED');
  if ((answer.statusCode < 500 || refused) && !html) return null;
  return {
    route: `${route.method} ${route.url}`,
    status: answer.statusCode,
    request: JSON.stringify(request).slice(0, 600),
    answer: answer.body.slice(0, 200),
  };
}

describe.each(['sqlite', 'postgres'] as const)('no request makes the server fail, on %s', (engine) => {
  it.skipIf(engine === 'postgres' && bin === null)('nearly right, wrong and raw, on every route', async () => {
    const database = engine === 'sqlite' || postgres === null ? 'sqlite' : await postgres.newDatabase();
    await using application = await testApplication({}, { database });
    const known = await furnish(application);
    const document = Document.parse(await sent(application, 'GET', '/api/openapi.json', {}));
    const failures: Failure[] = [];
    let requests = 0;
    for (const [index, route] of distinct(application.http.declaredRoutes).entries()) {
      const sample = fc.sample(requestOf(route, document, known), { seed: SEED + index, numRuns: REQUESTS_A_ROUTE });
      requests += sample.length;
      for (const request of sample) {
        const failure = await tryOut(application, route, request);
        if (failure !== null) failures.push(failure);
      }
    }
    expect(requests).toBeGreaterThan(1000);
    expect(failures).toEqual([]);
    await tryExtremes(application, document, known);
    expect((await application.http.inject({ url: '/health', headers: { host: 'localhost' } })).body).toBe('OK');
  });
});

/** Deep, wide and large requests of every route: none is answered by 5xx, and none takes the processor for long. */
async function tryExtremes(application: Application, document: Document, known: Known): Promise<void> {
  const failures: Failure[] = [];
  const slow: string[] = [];
  for (const [place, route] of distinct(application.http.declaredRoutes).entries()) {
    for (const request of extremeRequests(route, { document, known, place })) {
      const timed = async () => {
        // Of this thread, which is the event loop: jobs in other threads and the engine's are not of the request.
        const before = process.threadCpuUsage();
        const failure = await tryOut(application, route, request);
        const { user, system } = process.threadCpuUsage(before);
        if (failure !== null) failures.push(failure);
        return (user + system) / 1000;
      };
      const first = await timed();
      // Twice: a collection of garbage, or a job that runs just then, is no fault of the request.
      const cpuMs = first > MOST_CPU_MS ? Math.min(first, await timed()) : first;
      if (cpuMs > MOST_CPU_MS) {
        slow.push(`${route.method} ${route.url} ${cpuMs} ms ${String(request.payload ?? request.url).slice(0, 400)}`);
      }
    }
  }
  expect(failures).toEqual([]);
  expect(slow.join('\n')).toBe('');
}

describe('bytes that are no HTTP', () => {
  it('are answered by 4xx or silence, never by a page, and the server lives', async () => {
    await using application = await testApplication();
    const { port } = new URL(await listenOn(application.http, { host: '127.0.0.1', port: 0 }));
    const noise = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          ...['GET\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'POST /api/v1/apply HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
          ...['GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n', 'GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n'],
          ...[
            `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
            `GET / HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
          ],
          ...['POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nzz\r\n'],
          ...[
            'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n',
            'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n',
          ],
        )
        .map((text) => Buffer.from(text, 'latin1')),
    );
    for (const bytes of fc.sample(noise, { seed: SEED, numRuns: 150 })) {
      const said = await exchange(Number(port), bytes);
      expect(said).toMatch(/^$|^HTTP\/1\.1 [234]/);
      if (/^HTTP\/1\.1 4/.test(said)) expect(said.toLowerCase()).not.toContain('content-type: text/html');
    }
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });
});

async function exchange(port: number, bytes: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    said += text;
  });
  socket.on('error', () => undefined); // the server may hang up while we still talk
  socket.end(bytes);
  await new Promise((resolve) => socket.on('close', resolve));
  return said;
}
