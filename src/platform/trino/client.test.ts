import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { openTrino, type TrinoOptions, type TrinoPage } from './client.ts';

interface Asked {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
type Step = (response: ServerResponse, url: string) => void;

const page =
  (fields: object): Step =>
  (response) => {
    response.end(JSON.stringify({ id: 'q1', ...fields }));
  };
/** Raw JSON, for numbers that JavaScript does not have. */
const raw =
  (text: string): Step =>
  (response) => {
    response.end(text);
  };
const status =
  (code: number): Step =>
  (response) => {
    response.writeHead(code).end();
  };
const reset: Step = (response) => {
  response.socket?.destroy();
};
const failing = (errorName: string, errorType: string) =>
  page({ error: { message: 'why', errorName, errorType, errorCode: 1 } });
const next = (place: string) => ({ nextUri: `https://elsewhere.example/v1/statement/executing/q1/y1/${place}` });
const columns = [{ name: 'a', type: 'bigint', typeSignature: { rawType: 'bigint' } }];
const info = (version: string, starting = false) =>
  raw(JSON.stringify({ nodeVersion: { version }, environment: 'dev', coordinator: true, starting }));

/** A server that plays Trino's protocol: for each path the steps in order, the last of them again and again. */
async function playTrino(steps: Readonly<Record<string, readonly Step[]>>) {
  const asked: Asked[] = [];
  const taken = new Map<string, number>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = request.url ?? '';
    const line = `${request.method} ${url.split('?')[0]}`;
    asked.push({ line, headers: request.headers, body });
    const at = taken.get(line) ?? 0;
    taken.set(line, at + 1);
    const list = { 'GET /v1/info': [info('476')], ...steps }[line] ?? [status(204)];
    list[Math.min(at, list.length - 1)]?.(response, url);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    lines: () => asked.map(({ line }) => line.replace('/v1/statement', '').replace('/executing/q1/y1', '')),
    open: (options: Partial<TrinoOptions> = {}) => openTrino({ url, user: 'ann', catalog: 'lake', ...options }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readAll(pages: AsyncIterable<TrinoPage>): Promise<TrinoPage[]> {
  const all: TrinoPage[] = [];
  for await (const each of pages) all.push(each);
  return all;
}

const statement = 'POST /v1/statement';
const first = 'GET /v1/statement/executing/q1/y1/1';
const second = 'GET /v1/statement/executing/q1/y1/2';
const shown = [{ name: 'a', type: 'bigint' }];

describe('a client of Trino', () => {
  it('follows pages at the configured address and keeps every digit', async () => {
    await using trino = await playTrino({
      [statement]: [page(next('1'))],
      [first]: [
        raw(
          `{"id":"q1","columns":${JSON.stringify(columns)},"data":[[9007199254740993],[1]],"nextUri":"${next('2').nextUri}"}`,
        ),
      ],
      [second]: [page({ columns, data: [[null]] })],
    });
    const client = await trino.open();
    const pages = await readAll(client.query('SELECT a FROM t', { schema: 's', session: { b: 'x,y', c: '1' } }));
    expect(pages).toEqual([
      { columns: shown, rows: [['9007199254740993'], [1]] },
      { columns: shown, rows: [[null]] },
    ]);
    expect(trino.lines()).toEqual(['GET /v1/info', 'POST ', 'GET /1', 'GET /2']);
    expect(trino.asked[1]).toMatchObject({
      body: 'SELECT a FROM t',
      headers: {
        'x-trino-user': 'ann',
        'x-trino-catalog': 'lake',
        'x-trino-schema': 's',
        'x-trino-session': 'b=x%2Cy,c=1',
        'x-trino-source': 'steelyard',
        'x-trino-time-zone': 'UTC',
      },
    });
    expect(trino.asked[1]?.headers.authorization).toBeUndefined();
  });

  it('yields the columns of a result without rows, and nothing without columns', async () => {
    await using trino = await playTrino({
      [statement]: [page({ columns, data: [] }), page({ updateType: 'CREATE TABLE' })],
    });
    const client = await trino.open();
    expect(await readAll(client.query('SELECT'))).toEqual([{ columns: shown, rows: [] }]);
    expect(await readAll(client.query('CREATE TABLE t (a bigint)'))).toEqual([]);
  });

  it('counts the rows of a change', async () => {
    await using trino = await playTrino({
      [statement]: [page(next('1')), page({})],
      [first]: [page({ updateType: 'INSERT', updateCount: 3 })],
    });
    const client = await trino.open();
    expect([await client.execute('INSERT'), await client.execute('CREATE')]).toEqual([3, null]);
  });

  it('requests a page when the caller asks for it, and cancels the query when the caller stops', async () => {
    await using trino = await playTrino({
      [statement]: [page(next('1'))],
      [first]: [page({ columns, data: [[1]], ...next('2') })],
    });
    const client = await trino.open();
    for await (const { rows } of client.query('SELECT')) {
      expect(rows).toEqual([[1]]);
      expect(trino.lines()).toEqual(['GET /v1/info', 'POST ', 'GET /1']);
      break;
    }
    expect(trino.lines().at(-1)).toBe('DELETE /2');
  });

  it('cancels the query on the server when the signal is aborted', async () => {
    const waiting = Promise.withResolvers<void>();
    await using trino = await playTrino({
      [statement]: [page(next('1'))],
      [first]: [() => waiting.resolve()],
    });
    const client = await trino.open();
    const controller = new AbortController();
    const reading = readAll(client.query('SELECT', { signal: controller.signal }));
    await waiting.promise;
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(trino.lines().at(-1)).toBe('DELETE /1');
  });

  it('sends nothing for a signal that is aborted already', async () => {
    await using trino = await playTrino({});
    const client = await trino.open();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(readAll(client.query('SELECT', { signal }))).rejects.toThrow('enough');
    expect(trino.lines()).toEqual(['GET /v1/info']);
  });

  it('retries a busy server and lost connections', async () => {
    await using trino = await playTrino({
      [statement]: [status(503), reset, page(next('1'))],
      [first]: [status(429), status(502), reset, page({ columns, data: [[1]] })],
    });
    const client = await trino.open();
    expect(await readAll(client.query('SELECT'))).toEqual([{ columns: shown, rows: [[1]] }]);
  });

  it('stops to retry after the time for it', async () => {
    await using trino = await playTrino({ [statement]: [page(next('1'))], [first]: [status(503)] });
    const client = await trino.open({ retryMs: 250 });
    await expect(readAll(client.query('SELECT'))).rejects.toMatchObject({
      code: 'trino_unreachable',
      message: expect.stringContaining('it answers with status 503'),
    });
    expect(trino.lines().at(-1)).toBe('DELETE /1');
  });

  it.each([
    ['SYNTAX_ERROR', 'USER_ERROR', 'trino_failed', 'Trino cannot run the statement (SYNTAX_ERROR): why.'],
    ['EXCEEDED_LOCAL_MEMORY_LIMIT', 'INSUFFICIENT_RESOURCES', 'trino_failed', 'raise query.max-memory-per-node'],
    ['QUERY_QUEUE_FULL', 'INSUFFICIENT_RESOURCES', 'trino_failed', 'a resource limit (QUERY_QUEUE_FULL): why'],
    ['GENERIC_INTERNAL_ERROR', 'INTERNAL_ERROR', 'trino_failed', 'Find query q1 in its log'],
    ['ICEBERG_COMMIT_ERROR', 'EXTERNAL', 'trino_failed', '(ICEBERG_COMMIT_ERROR): why'],
    ['SERVER_STARTING_UP', 'INTERNAL_ERROR', 'trino_unreachable', 'Trino is not ready'],
    ['PERMISSION_DENIED', 'USER_ERROR', 'trino_refused', 'Grant it to the user'],
  ])('describes the failure %s', async (errorName, errorType, code, sentence) => {
    await using trino = await playTrino({ [statement]: [page(next('1'))], [first]: [failing(errorName, errorType)] });
    const client = await trino.open();
    await expect(client.execute('SELECT')).rejects.toMatchObject({
      code,
      message: expect.stringContaining(sentence),
      context: { errorName, errorType, queryId: 'q1' },
    });
    expect(trino.lines().at(-1)).toBe('GET /1');
  });

  it.each([401, 403])('reports status %s as a refusal, without a retry', async (code) => {
    await using trino = await playTrino({ [statement]: [status(code)] });
    const client = await trino.open();
    await expect(client.execute('SELECT')).rejects.toMatchObject({ code: 'trino_refused', context: { user: 'ann' } });
    expect(trino.lines()).toHaveLength(2);
  });

  it.each([
    ['a page of another server', raw('<html></html>'), 'it is not JSON'],
    ['a document of another server', raw('{}'), 'a field is missing'],
    ['a redirect', status(302), 'status 302 for POST /v1/statement'],
    ['a next page without an address', page({ nextUri: 'there' }), 'the address of the next page is invalid'],
  ])('reports %s', async (_name, step, sentence) => {
    await using trino = await playTrino({ [statement]: [step] });
    const client = await trino.open();
    await expect(client.execute('SELECT')).rejects.toMatchObject({
      code: 'trino_failed',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('opening a client of Trino', () => {
  it('waits for a coordinator that starts', async () => {
    await using trino = await playTrino({ 'GET /v1/info': [status(503), info('476', true), info('476')] });
    expect((await trino.open()).version).toBe('476');
  });

  it('gives up when the coordinator does not get ready', async () => {
    await using trino = await playTrino({ 'GET /v1/info': [info('476', true)] });
    await expect(trino.open({ startMs: 0 })).rejects.toMatchObject({
      code: 'trino_unreachable',
      message: expect.stringContaining('it is still starting'),
    });
  });

  it.each([
    ['476', null],
    ['470', 'Steelyard is tested with version 476'],
    ['481-e.2', 'has version 481-e.2'],
  ])('accepts version %s', async (version, warning) => {
    await using trino = await playTrino({ 'GET /v1/info': [info(version)] });
    const warn = vi.fn();
    await trino.open({ warn });
    if (warning === null) expect(warn).not.toHaveBeenCalled();
    else expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(warning));
  });

  it.each(['469', 'testversion'])('refuses version %s', async (version) => {
    await using trino = await playTrino({ 'GET /v1/info': [info(version)] });
    await expect(trino.open()).rejects.toMatchObject({ code: 'trino_version_unsupported', context: { version } });
  });

  it('reports an address at which no server listens', async () => {
    const { url } = await closedServer();
    const opening = openTrino({ url, user: 'ann', catalog: 'lake', retryMs: 0 });
    await expect(opening).rejects.toMatchObject({ code: 'trino_unreachable', context: { reason: 'ECONNREFUSED' } });
  });

  it('sends no password without TLS', async () => {
    await using trino = await playTrino({});
    await expect(trino.open({ password: 'env:TRINO_PASSWORD' })).rejects.toThrow('over https only');
    expect(trino.asked).toEqual([]);
  });
});

async function closedServer(): Promise<{ url: string }> {
  await using trino = await playTrino({});
  return { url: trino.url };
}
