import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { tryLockFolder } from '../src/platform/store/folder-lock.ts';
import { openLeases } from './connection/leases.ts';
import { readServerFile, type ServerFile } from './connection/server-file.ts';
import { serveFolder, steelyard, temporaryFolder } from './testing.ts';

const program = fileURLToPath(new URL('../bin/steelyard', import.meta.url));
const SLOW = { timeout: 60_000 };

const newFolder = () => join(temporaryFolder(), 'data');

/** A team to apply, and the words that apply it. */
function team(name: string): string[] {
  const file = join(temporaryFolder(), 'team.yaml');
  writeFileSync(file, `apiVersion: steelyard/v1\nkind: Team\nmetadata: {name: ${name}}\nspec: {}\n`);
  return ['apply', '-f', file];
}

function start(...words: string[]) {
  const child: ChildProcess = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = Promise.all([once(child, 'close'), text(child.stdout as never), text(child.stderr as never)]);
  return { child, ended: ended.then(([[code], out, err]) => ({ code: code as number, out, err })) };
}

const teamsIn = async (data: string) => {
  const { out } = await steelyard(['team', 'list', '--json', '--data', data]);
  return (JSON.parse(out) as { teams: { name: string }[] }).teams.map(({ name }) => name).toSorted();
};

async function temporaryServer(data: string): Promise<ServerFile> {
  await expect.poll(() => readServerFile(data)?.endsWith, { timeout: 30_000, interval: 5 }).toBe('command');
  return readServerFile(data) as ServerFile;
}

it('eight commands at once without a server all work', SLOW, async () => {
  const data = newFolder();
  const names = Array.from({ length: 8 }, (_, at) => `team-${at}`);
  const ended = await Promise.all(names.map((name) => steelyard([...team(name), '--data', data])));
  expect(ended.map(({ code, err }) => ({ code, err }))).toEqual(names.map(() => ({ code: 0, err: '' })));
  expect(await teamsIn(data)).toEqual(names);
  expect([existsSync(join(data, 'server.json')), tryLockFolder(data)?.[Symbol.dispose]()]).toEqual([false, undefined]);
});

it(
  'two processes at once share one server, whose address only their user may read; a kill blocks nobody',
  SLOW,
  async () => {
    const data = newFolder();
    const [one, other] = [start('price', 'list', '--data', data), start('price', 'list', '--data', data)];
    const { pid } = await temporaryServer(data);
    expect(statSync(join(data, 'server.json')).mode & 0o777).toBe(0o600);
    process.kill(pid, 'SIGKILL');
    const [killed, survivor] = one.child.pid === pid ? [one, other] : [other, one];
    await killed.ended;
    expect(await survivor.ended).toMatchObject({ code: 0 });
    expect(await steelyard(['price', 'list', '--data', data])).toMatchObject({ code: 0 });
  },
);

it('serve and apply started together work in both orders', SLOW, async () => {
  const data = newFolder();
  const first = start(...team('before'), '--data', data);
  const serving = start('serve', '--port', '0', '--data', data);
  const second = start(...team('after'), '--data', data);
  expect(await first.ended).toMatchObject({ code: 0 });
  expect(await second.ended).toMatchObject({ code: 0 });
  await expect.poll(() => readServerFile(data)?.pid, { timeout: 30_000 }).toBe(serving.child.pid);
  expect(await teamsIn(data)).toEqual(['after', 'before']);
  serving.child.kill('SIGTERM');
  expect(await serving.ended).toMatchObject({ code: 0 });
});

it('a command waits for a process that starts on its folder, as long as --wait says', async () => {
  const data = newFolder();
  using lock = tryLockFolder(data);
  expect(lock).not.toBeNull();
  const refused = { code: 5, err: expect.stringMatching(/^error\[data_folder_in_use\].*after 0\.1 s.*--wait/s) };
  expect(await steelyard(['price', 'list', '--data', data, '--wait', '0.1'])).toMatchObject(refused);
  expect(await steelyard(['serve', '--port', '0', '--data', data, '--wait', '0.1'])).toMatchObject(refused);
  expect(await steelyard(['price', 'list', '--data', data, '--wait', 'long'])).toMatchObject({ code: 2 });
  const waiting = steelyard(['price', 'list', '--data', data]);
  lock?.[Symbol.dispose]();
  expect(await waiting).toMatchObject({ code: 0 });
});

it('serve is refused at once where another serve has the folder', async () => {
  await using server = await serveFolder();
  expect(await steelyard(['serve', '--port', '0', '--data', server.data, '--wait', '600'])).toMatchObject({ code: 5 });
});

it('a command reaches the server of its folder while the store of that server does not respond', async () => {
  const data = newFolder();
  using _lock = tryLockFolder(data);
  const answers = new Map([
    ['/health', 'OK; the store has not responded for 9 s'],
    ['/api/v1/prices', '{"prices": [], "nextPageToken": null}'],
  ]);
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', url === '/health' ? 'text/plain' : 'application/json');
    response.end(answers.get(url.split('?')[0] ?? ''));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const file = { url: `http://127.0.0.1:${port}`, pid: process.pid, startedAt: '2026-01-01T00:00:00Z' };
  writeFileSync(join(data, 'server.json'), JSON.stringify(file));
  expect(await steelyard(['price', 'list', '--data', data, '--wait', '1'])).toMatchObject({ code: 0 });
});

it('a command does not end its server while a call of another one is under way', async () => {
  const data = newFolder();
  expect(await steelyard(['price', 'list', '--data', data])).toMatchObject({ code: 0 });
  using leases = openLeases(data);
  expect(leases.take()).toBe(true);
  let isOver = false;
  const ended = steelyard(['price', 'list', '--data', data]).finally(() => {
    isOver = true;
  });
  await temporaryServer(data);
  await expect.poll(() => existsSync(join(data, 'server.json')), { timeout: 10_000 }).toBe(false);
  expect([isOver, tryLockFolder(data)]).toEqual([false, null]);
  leases.release();
  expect(await ended).toMatchObject({ code: 0 });
  expect(readFileSync(join(data, 'clients.db')).length).toBe(0);
});
