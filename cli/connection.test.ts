import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { main } from './program.ts';
import { capturedIo, type ServedFolder, serveFolder, steelyard, temporaryFolder } from './testing.ts';

const program = fileURLToPath(new URL('../bin/steelyard', import.meta.url));

describe('the server of a data folder', () => {
  let server: ServedFolder;
  beforeAll(async () => {
    server = await serveFolder();
  });
  afterAll(() => server?.[Symbol.asyncDispose]());

  it('says where it listens, to its own user only, and takes that back at the end', async () => {
    const own = await serveFolder();
    const file = join(own.data, 'server.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ url: own.url, pid: process.pid });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await own[Symbol.asyncDispose]();
    expect(existsSync(file)).toBe(false);
  });

  it('is used by commands on its folder', async () => {
    expect(await server.run('price', 'list')).toMatchObject({ code: 0 });
  });

  it('is alone on its folder: a second one is refused with exit 5', async () => {
    const second = await server.run('serve', '--port', '0');
    expect(second).toMatchObject({ code: 5, out: '', err: expect.stringMatching(/^error\[data_folder_in_use\]/) });
    expect(await server.run('price', 'list')).toMatchObject({ code: 0 });
  });

  it('is started for one command when none runs, and gives the folder back', async () => {
    const data = join(temporaryFolder(), 'data');
    for (const _time of [1, 2]) {
      expect(await steelyard(['price', 'list', '--json', '--data', data])).toEqual({
        code: 0,
        out: '{\n  "prices": [],\n  "nextPageToken": null\n}\n',
        err: '',
      });
    }
    expect(existsSync(join(data, 'server.json'))).toBe(false);
  });

  it('is not looked for where a dead process said it was', async () => {
    const data = join(temporaryFolder(), 'data');
    mkdirSync(data);
    const { pid } = spawnSync('true');
    writeFileSync(
      join(data, 'server.json'),
      JSON.stringify({ url: server.url, pid, startedAt: '2026-01-01T00:00:00Z' }),
    );
    expect(await steelyard(['price', 'list', '--data', data])).toMatchObject({ code: 0 });
    expect(existsSync(join(data, 'store.db'))).toBe(true);
  });

  it('is not taken from a damaged file', async () => {
    const data = join(temporaryFolder(), 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'server.json'), '{"url": ');
    expect(await steelyard(['price', 'list', '--data', data])).toMatchObject({ code: 0 });
  });

  it('frees the folder when it is killed', async () => {
    const data = join(temporaryFolder(), 'data');
    const child = spawn(program, ['serve', '--port', '0', '--data', data, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(requireOut(child), 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(join(data, 'server.json'))).toBe(true);
    await using next = await serveFolder(data);
    expect(await next.run('price', 'list')).toMatchObject({ code: 0 });
  });

  it('ends with 0 at SIGTERM', async () => {
    const data = join(temporaryFolder(), 'data');
    const child = spawn(program, ['serve', '--port', '0', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(requireOut(child), 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(join(data, 'server.json'))).toBe(false);
  });

  it('refuses to listen beyond loopback, and a taken port, and a port that is none', async () => {
    const data = join(temporaryFolder(), 'data');
    const { port } = new URL(server.url);
    const start = (...words: string[]) => steelyard(['serve', '--data', data, ...words]);
    expect(await start('--host', '0.0.0.0')).toMatchObject({
      code: 6,
      err: expect.stringContaining('listen_not_allowed'),
    });
    expect(await start('--port', port)).toMatchObject({ code: 5, err: expect.stringContaining('port_in_use') });
    expect(await start('--port', 'http')).toMatchObject({ code: 2, err: expect.stringContaining('config_invalid') });
  });
});

describe('a server that is asked by address', () => {
  it.each([
    ['text', 200, 'hello', 3, 'server_answer_invalid'],
    ['another document', 200, '{"ok": true}', 3, 'server_answer_invalid'],
    ['an error page', 502, '<html>', 3, 'server_answer_invalid'],
    ['a problem that this version does not know', 418, problem('teapot'), 1, 'teapot'],
    ['a problem of ours', 404, problem('policy_not_found'), 4, 'policy_not_found'],
  ])('may answer %s', async (_what, status, body, exit, code) => {
    const { code: ended, err } = await steelyard(['price', 'list', '--url', await answering(status, body)]);
    expect({ ended, error: err.slice(0, code.length + 8) }).toEqual({ ended: exit, error: `error[${code}]:` });
  });

  it('may end in the middle of an answer', async () => {
    const url = await listening((_request, reply) => {
      reply.writeHead(200, { 'content-length': 100 }).write('{"prices": [', () => void reply.destroy());
    });
    const { code, err } = await steelyard(['price', 'list', '--url', url]);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringMatching(/^error\[server_unreachable\]/) });
  });

  it('may say more than this version knows; --json keeps it', async () => {
    const url = await answering(200, '{"prices": [], "nextPageToken": null, "since": "2027"}');
    expect(JSON.parse((await steelyard(['price', 'list', '--json', '--url', url])).out)).toEqual({
      prices: [],
      nextPageToken: null,
      since: '2027',
    });
  });

  it('comes from STEELYARD_URL, which --url overrules', async () => {
    const [first, second] = [
      await answering(200, '{"prices": [], "nextPageToken": null}'),
      await answering(404, problem('policy_not_found')),
    ];
    const { io } = capturedIo({ STEELYARD_URL: second });
    expect(await main(['price', 'list'], io)).toBe(4);
    expect(await main(['price', 'list', '--url', first], io)).toBe(0);
  });
});

function problem(code: string): string {
  return JSON.stringify({ type: 't', title: 't', status: 404, code, detail: 'No.', requestId: 'r' });
}

function answering(status: number, body: string): Promise<string> {
  return listening((_request, reply) => void reply.writeHead(status).end(body));
}

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function requireOut(child: ChildProcess): NonNullable<ChildProcess['stdout']> {
  if (child.stdout === null) throw new Error('stdout is a pipe');
  return child.stdout;
}
