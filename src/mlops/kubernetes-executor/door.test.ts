import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type FastifyInstance, fastify } from 'fastify';
import { pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '../../platform/archives/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { testClock } from '../../platform/jobs/fixtures.testing.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Work } from '../compute/executor.ts';
import { createWorkspaceDoor, type WorkspaceDoor } from './door.ts';
import type { DoorAddresses } from './manifest.ts';

let door: WorkspaceDoor;
let http: FastifyInstance;
let work: Work;
let addresses: DoorAddresses;
const clock = testClock();

beforeEach(async () => {
  door = createWorkspaceDoor({ clock, maxUploadBytes: 1_000_000 });
  http = fastify();
  http.setErrorHandler((error, _request, reply) =>
    reply.status(error instanceof AppError ? error.meaning.status : 500).send(),
  );
  await http.register(async (app: FastifyInstance) => door.plugin(app));
  work = buildWork('w-1');
  addresses = await door.admit(work);
});

function buildWork(id: string): Work {
  const folder = mkdtempSync(join(tmpdir(), 'door-'));
  mkdirSync(join(folder, 'workspace'));
  return {
    id,
    folder,
    workspace: join(folder, 'workspace'),
    command: ['true'],
    image: 'i',
    environment: {},
    resources: { cpus: null, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false },
    outputs: ['out.txt', 'made/deep'],
    labels: {},
    until: clock.now() + DAY_MS,
    graceMs: 1_000,
  };
}

async function buildTar(...entries: [name: string, content: string][]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of entries) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

const post = async (url: string, payload: Buffer | string) =>
  (await http.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/octet-stream' } }))
    .statusCode;
const inWorkspace = (path: string) => join(work.workspace, path);

describe('the door of pods', () => {
  it('gives the workspace as a tar', async () => {
    writeFileSync(inWorkspace('a.txt'), 'hello');
    const { rawPayload } = await http.inject({ method: 'GET', url: addresses.in });
    const to = mkdtempSync(join(tmpdir(), 'door-'));
    await unpack(Readable.from([rawPayload]), to);
    expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('hello');
  });

  it('takes the outputs that the work names, in place of what was there, and nothing else', async () => {
    writeFileSync(inWorkspace('out.txt'), 'old');
    const tar = await buildTar(['./out.txt', 'new'], ['made/deep/b.txt', 'b'], ['other.txt', 'c']);
    expect(await post(addresses.out, tar)).toBe(204);
    expect(readFileSync(inWorkspace('out.txt'), 'utf8')).toBe('new');
    expect(readFileSync(inWorkspace('made/deep/b.txt'), 'utf8')).toBe('b');
    expect(existsSync(inWorkspace('other.txt'))).toBe(false);
    expect(await door.refusal(work)).toBeNull();
  });

  it.each<[string, () => Promise<Buffer>]>([
    ['a path that climbs', () => buildTar(['out.txt', 'x'], ['../../escaped.txt', 'x'])],
    ['an absolute path', () => buildTar(['/tmp/escaped.txt', 'x'])],
    ['what breaks off', async () => (await buildTar(['out.txt', 'x'.repeat(5_000)])).subarray(0, 2_000)],
    ['more than is taken', () => buildTar(['out.txt', 'x'.repeat(1_000_001)])],
  ])('takes nothing of %s, and the work says why', async (_, tar) => {
    writeFileSync(inWorkspace('out.txt'), 'old');
    expect(await post(addresses.out, await tar())).toBe(204);
    expect(readFileSync(inWorkspace('out.txt'), 'utf8')).toBe('old');
    expect(await door.refusal(work)).toMatch(/^Its outputs were refused: /);
  });

  it('follows no link of the workspace out of it', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'door-'));
    symlinkSync(outside, inWorkspace('made'));
    expect(await post(addresses.out, await buildTar(['made/deep/b.txt', 'b']))).toBe(204);
    expect(existsSync(join(outside, 'deep'))).toBe(false);
    expect(await door.refusal(work)).toContain('is not in the working folder');
  });

  it('keeps what the pod says of its end, and no other words', async () => {
    const end = { exitCode: 3, start: 1, end: 2, cpuNanoseconds: null, peakMemoryBytes: null, oomKills: null };
    expect(await post(addresses.end, 'words')).toBe(400);
    expect(await post(addresses.end, JSON.stringify({ ...end, more: 'x'.repeat(5_000) }))).toBe(413);
    expect(await door.result(work, 0)).toBeNull();
    expect(await post(addresses.end, JSON.stringify(end))).toBe(204);
    expect(await door.result(work, 0)).toEqual(end);
  });

  it('opens by the address of this work and this purpose alone, and not for ever', async () => {
    const other = await door.admit(buildWork('w-2'));
    const moved = (address: string, from: string, to: string) => address.replace(from, to);
    const later = String(work.until + 1_000 * DAY_MS);
    const wrong = [
      moved(other.in, 'w-2', 'w-1'),
      moved(addresses.out, 'outputs', 'workspace'),
      moved(addresses.in, 'w-1', 'w-3'),
      addresses.in.replace(/expires=\d+/, `expires=${later}`),
      addresses.in.replace(/signature=.*/, 'signature='),
      addresses.in.replace(/\?.*/, ''),
    ];
    for (const url of wrong) {
      const answer = await http.inject({ method: 'GET', url });
      expect([url, answer.statusCode]).not.toEqual([url, 200]);
    }
    expect((await http.inject({ method: 'GET', url: addresses.in })).statusCode).toBe(200);
    door.shut(work.id);
    expect((await http.inject({ method: 'GET', url: addresses.in })).statusCode).not.toBe(200);
  });

  it('lends a folder by its own address until it is taken back, the same after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'door-'));
    writeFileSync(join(folder, 'weight'), '5');
    const lent = { id: 'serve-a', folder, keyFile: join(mkdtempSync(join(tmpdir(), 'door-')), 'keys', 'a.key') };
    const address = await door.lend(lent);
    const other = await door.lend({ ...lent, id: 'serve-b', keyFile: `${lent.keyFile}.b` });
    const ask = async (url: string) => (await http.inject({ method: 'GET', url })).statusCode;
    expect((await http.inject({ method: 'GET', url: address })).body).toContain('weight');
    expect(await ask(address.replace(/signature=.*/, 'signature='))).toBe(404);
    expect(await ask(other.replace('serve-b', 'serve-a'))).toBe(404);
    door.takeBack('serve-a');
    expect([await ask(address), await ask(other)]).toEqual([404, 200]);
    const second = createWorkspaceDoor({ clock, maxUploadBytes: 1 });
    expect(await second.lend(lent)).toBe(address);
  });

  it('knows its addresses again after a restart', async () => {
    const second = createWorkspaceDoor({ clock, maxUploadBytes: 1 });
    expect(await second.admit(work)).toEqual(addresses);
  });
});
