import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Executor, Resources, Work } from '../../src/mlops/compute/executor.ts';
import { createDockerExecutor, type DockerDeps } from '../../src/mlops/executors/docker/index.ts';
import { describeExecutor, SOON } from '../../src/mlops/executors/suite.testing.ts';
import { createLog } from '../../src/platform/telemetry/index.ts';
import { systemClock } from '../../src/platform/units/index.ts';
import { type Dockerd, findDockerd, startDockerd } from '../support/dockerd.ts';
import { onFreePort } from '../support/free-port.ts';

const there = findDockerd() !== null || process.env.CI !== undefined;
const MIB = 1024 * 1024;
const ANY: Resources = { cpus: null, memoryBytes: null, gpus: { count: 0, model: null }, instance: null, spot: false };
const FOREVER = 'echo begun; while :; do sleep 0.1; done';

describe.skipIf(!there)('the Docker engine (skipped where dockerd, busybox-static or root is missing)', () => {
  let engine: Dockerd;
  let data: string;
  let count = 0;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'steelyard-data-'));
    engine = await startDockerd({ options: ['--live-restore'] });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    rmSync(data, { recursive: true, force: true });
  });

  const watchdogFolder = () => join(data, 'docker');
  const settings = (over: Partial<DockerDeps> = {}) => ({
    address: engine.address,
    certificates: null,
    network: 'none',
    gpuModel: null,
    folder: watchdogFolder(),
    ...over,
  });
  const open = (over: Partial<DockerDeps> = {}) =>
    createDockerExecutor({ ...settings(over), clock: systemClock, log: createLog('silent') });

  function work(script: string, over: Partial<Work> = {}): Work {
    count += 1;
    const id = `docker-${count}-${Date.now().toString(36)}`;
    const folder = join(data, id);
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace, { recursive: true });
    return {
      id,
      folder,
      workspace,
      command: ['sh', '-c', script],
      image: engine.image,
      environment: {},
      resources: ANY,
      outputs: [],
      labels: { team: 'search', run: 'abc' },
      until: Date.now() + 300_000,
      graceMs: 5_000,
      ...over,
    };
  }
  const logOf = ({ folder }: Work) => {
    const path = join(folder, 'output.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const containerOf = ({ id }: Work) => engine.api.getContainer(`steelyard-${id}`);
  const watchdogs = () => processesWith('watchdog-process', watchdogFolder());

  describeExecutor('a Docker Engine', async () => ({
    open: async () => open(),
    image: engine.image,
    path: null,
    left: (id) => engine.processesOf(`steelyard-${id}`),
  }));

  describe('for work', () => {
    let executor: Executor;
    beforeAll(() => {
      executor = open();
    });
    afterAll(() => executor?.[Symbol.asyncDispose]());
    afterEach(async () => {
      for (const name of await engine.containers()) await engine.api.getContainer(name).remove({ force: true });
    });

    it('has a container with its labels, no rights and the network of the setting, and removes it', async () => {
      const one = work(FOREVER, { resources: { ...ANY, cpus: 0.5, memoryBytes: 64 * MIB } });
      const running = await executor.start(one);
      const { Config: config, HostConfig: host } = await containerOf(one).inspect();
      expect(config.Labels).toMatchObject({
        'steelyard.work': one.id,
        'steelyard.team': 'search',
        'steelyard.run': 'abc',
      });
      expect(host).toMatchObject({ Privileged: false, NetworkMode: 'none', Memory: 64 * MIB, NanoCpus: 500_000_000 });
      expect(host.SecurityOpt).toEqual(['no-new-privileges']);
      await running.stop();
      await running.ended;
      await executor.remove(one);
      await executor.remove(one);
      expect(await engine.containers()).toEqual([]);
      expect(await (await executor.find(one))?.ended).toMatchObject({ reason: 'stopped' });
    });

    it('of an image that nobody has, or of none, is refused', async () => {
      await expect(executor.start(work('true', { image: null }))).rejects.toMatchObject({ code: 'image_missing' });
      await expect(executor.start(work('true', { image: 'no/such:1' }))).rejects.toMatchObject({
        code: 'image_not_found',
      });
      await expect(executor.imageDigest(`sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'image_not_found' });
      await expect(executor.imageDigest('Not An Image')).rejects.toMatchObject({ code: 'image_not_found' });
      await expect(executor.imageDigest(null)).rejects.toMatchObject({ code: 'image_missing' });
      expect(await executor.imageDigest(engine.image)).toMatch(/^sha256:[0-9a-f]{64}$/);
    });

    it.each<[string, Partial<Resources>, RegExp]>([
      ['GPUs', { gpus: { count: 1, model: null } }, /could not select device driver/],
      ['memory', { memoryBytes: 1024 ** 5 }, /requests \d+ bytes of memory/],
      ['CPUs', { cpus: 100_000 }, /requests \d+ CPUs/],
      ['so little memory', { memoryBytes: 1024 }, /[Mm]inimum memory/],
    ])('that asks for %s that cannot be had is refused, and nothing is left of it', async (_, resources, why) => {
      const one = work('true', { resources: { ...ANY, ...resources } });
      await expect(executor.start(one)).rejects.toMatchObject({
        code: 'executor_cannot',
        message: expect.stringMatching(why),
      });
      expect(await engine.containers()).toEqual([]);
      expect(await executor.find(one)).toBeNull();
    });

    it('that asks for GPUs while others hold some is told to wait', async () => {
      const labels = { 'steelyard.gpus': '0,1' };
      await engine.api.createContainer({ name: 'other', Image: engine.image, Cmd: ['true'], Labels: labels });
      const one = work('true', { resources: { ...ANY, gpus: { count: 1, model: null } } });
      await expect(executor.start(one)).rejects.toMatchObject({ code: 'executor_quota' });
      expect(await engine.containers()).toEqual(['other']);
    });

    it('in a network that the engine has not is refused, with the setting that names it', async () => {
      await using lost = open({ network: 'nowhere' });
      await expect(lost.start(work('true'))).rejects.toMatchObject({
        code: 'executor_cannot',
        message: expect.stringMatching(/dockerNetwork/),
      });
      expect(await engine.containers()).toEqual([]);
    });

    it.each([['no-such-command'], ['/tmp']])('whose command %s cannot be run did not begin', async (command) => {
      const one = work('', { command: [command] });
      const end = await (await executor.start(one)).ended;
      expect(end).toMatchObject({ reason: 'not-started', stoppedBy: null, detail: expect.stringContaining(command) });
    });

    it('gives a name in the engine that is not ours to whoever has it', async () => {
      const one = work('true');
      await engine.api.createContainer({ name: `steelyard-${one.id}`, Image: engine.image, Cmd: ['true'] });
      await expect(executor.start(one)).rejects.toThrow();
      await executor.remove(one);
      expect(await engine.containers()).toEqual([`steelyard-${one.id}`]);
    });

    it('whose container somebody removed while no server looked is lost, and says so', async () => {
      const first = open();
      const one = work(FOREVER);
      await first.start(one);
      await first[Symbol.asyncDispose]();
      await containerOf(one).remove({ force: true });
      expect(await (await executor.find(one))?.ended).toMatchObject({ reason: 'lost', exitCode: null });
      await executor.remove(one);
    });

    it('asked for twice at once runs once', async () => {
      const one = work('echo begun; sleep 1');
      const [first, second] = await Promise.all([executor.start(one), executor.start(one)]);
      expect(second).toBe(first);
      expect(await first.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(logOf(one)).toBe('begun\n');
    });

    it('that was made and never started, by a server that died, is begun', async () => {
      const one = work('echo begun');
      const labels = { 'steelyard.work': one.id };
      await engine.api.createContainer({
        name: `steelyard-${one.id}`,
        Image: engine.image,
        Cmd: ['true'],
        Labels: labels,
      });
      expect(await executor.find(one)).toBeNull();
      expect(await (await executor.start(one)).ended).toMatchObject({ exitCode: 0 });
      expect(logOf(one)).toBe('begun\n');
    });

    it('as another user than root may change its files', async () => {
      const one = work('id -u; echo more >> a.txt; mkdir -p sub/deep; mv sub/b.txt sub/deep/', {
        outputs: ['a.txt', 'sub'],
      });
      mkdirSync(join(one.workspace, 'sub'));
      writeFileSync(join(one.workspace, 'a.txt'), 'some\n', { mode: 0o644 });
      writeFileSync(join(one.workspace, 'sub/b.txt'), '');
      const image = await imageAs('nobody');
      expect(await (await executor.start({ ...one, image })).ended).toMatchObject({ exitCode: 0 });
      expect(logOf(one)).toBe('65534\n');
      expect(readFileSync(join(one.workspace, 'a.txt'), 'utf8')).toBe('some\nmore\n');
      expect(readdirSync(join(one.workspace, 'sub/deep'))).toEqual(['b.txt']);
    });

    async function imageAs(user: string): Promise<string> {
      const folder = mkdtempSync(join(data, 'image-'));
      writeFileSync(join(folder, 'Dockerfile'), `FROM ${engine.image}\nUSER ${user}\n`);
      return executor.buildImage({ folder, dockerfile: 'Dockerfile', log: join(folder, 'build.log') });
    }

    it('that comes back with links brings none, and says so', async () => {
      const script =
        'mkdir made; ln -s /etc/passwd made/link; echo a > made/a; ln made/a made/b; ln -s /etc all; mkfifo pipe';
      const one = work(script, { outputs: ['made', 'all', 'pipe'] });
      const outside = join(data, 'outside');
      mkdirSync(outside, { recursive: true });
      const end = await (await executor.start(one)).ended;
      expect(end).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(end.detail).toMatch(/"made".*made\/link.*"all".*all.*"pipe".*pipe/);
      expect(readdirSync(join(one.workspace, 'made')).toSorted()).toEqual(['a', 'b']);
      expect(readdirSync(one.workspace)).toEqual(['made']);
      expect(readdirSync(one.folder).filter((name) => name.startsWith('outputs-'))).toEqual([]);
    });

    it('does not write where a link of its own workspace leads', async () => {
      const one = work('rm way; mkdir way; echo bad > way/there.txt', { outputs: ['way/there.txt'] });
      const outside = mkdtempSync(join(data, 'outside-'));
      writeFileSync(join(outside, 'there.txt'), 'good');
      symlinkSync(outside, join(one.workspace, 'way'));
      await (await executor.start(one)).ended;
      expect(readFileSync(join(outside, 'there.txt'), 'utf8')).toBe('good');
      expect(readFileSync(join(one.workspace, 'way/there.txt'), 'utf8')).toBe('bad\n');
      expect(lstatSync(join(one.workspace, 'way')).isDirectory()).toBe(true);
    });

    it('carries large files both ways without taking them into memory', async () => {
      const one = work('cat big > back; rm big', { outputs: ['back'] });
      writeFileSync(join(one.workspace, 'big'), Buffer.alloc(300 * MIB, 'x'));
      globalThis.gc?.();
      const before = process.memoryUsage.rss();
      let most = before;
      const looking = setInterval(() => {
        most = Math.max(most, process.memoryUsage.rss());
      }, 20);
      onTestFinished(() => clearInterval(looking));
      expect(await (await executor.start(one)).ended).toMatchObject({ exitCode: 0, detail: null });
      expect(statSync(join(one.workspace, 'back')).size).toBe(300 * MIB);
      expect((most - before) / MIB).toBeLessThan(150);
    });
  });

  describe('builds images', () => {
    let executor: Executor;
    beforeAll(() => {
      executor = open();
    });
    afterAll(() => executor?.[Symbol.asyncDispose]());

    function context(files: Record<string, string>) {
      const folder = mkdtempSync(join(data, 'context-'));
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, path, '..'), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      return { folder, dockerfile: 'Dockerfile', log: join(folder, '..', `build-${++count}.log`) };
    }

    it('of a folder, without what .dockerignore leaves out, and work runs on them', async () => {
      const request = context({
        Dockerfile: `FROM ${engine.image}\nCOPY . /app\nRUN echo built by the engine && ls -R /app > /files`,
        'a.txt': 'a',
        '.env': 'SECRET=1',
        'logs/one.log': '1',
        'logs/keep.log': '2',
        '.dockerignore': '.env\nlogs\n!logs/keep.log\nDockerfile\n.dockerignore\n',
      });
      const image = await executor.buildImage(request);
      expect(image).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(readFileSync(request.log, 'utf8')).toContain('built by the engine');
      const one = work('cd /app; find . -type f | sort', { image });
      expect(await (await executor.start(one)).ended).toMatchObject({ exitCode: 0 });
      const files = logOf(one).trim().split('\n');
      expect(files).toContain('./a.txt');
      expect(files).toContain('./logs/keep.log');
      expect(files).not.toContain('./.env');
      expect(files).not.toContain('./logs/one.log');
      await executor.remove(one);
      expect(await executor.buildImage(request)).toBe(image);
    });

    it('or says with the last lines why not', async () => {
      const request = context({ Dockerfile: `FROM ${engine.image}\nRUN echo before the failure && false` });
      const failed = await executor.buildImage(request).catch((error: unknown) => error);
      expect(failed).toMatchObject({
        code: 'image_build_failed',
        message: expect.stringMatching(/returned a non-zero code: 1/),
      });
      expect(JSON.stringify(failed)).toContain('before the failure');
      const nowhere = { ...request, folder: join(data, 'nowhere') };
      await expect(executor.buildImage(nowhere)).rejects.toMatchObject({ code: 'image_build_failed' });
      await expect(executor.buildImage(context({}))).rejects.toMatchObject({ code: 'image_build_failed' });
    });
  });

  it('stops twenty at once by their limits, one of which is deaf, and its watchdog ends with the last', async () => {
    await using executor = open();
    const deaf = 'trap "" TERM; echo begun; while :; do sleep 0.1; done';
    const works = Array.from({ length: 20 }, (_, index) => work(index === 7 ? deaf : FOREVER, { graceMs: 2_000 }));
    const runnings = await Promise.all(works.map((one) => executor.start(one)));
    expect(watchdogs()).toHaveLength(1);
    await Promise.all(works.map((one) => expect.poll(() => logOf(one), SOON).toContain('begun')));
    const until = Date.now() + 6_000;
    await Promise.all(runnings.map((running) => running.extend(until)));
    const ends = await Promise.all(runnings.map(({ ended }) => ended));
    for (const [index, end] of ends.entries()) {
      expect(end).toMatchObject({ reason: 'stopped', stoppedBy: 'watchdog', exitCode: index === 7 ? 137 : 143 });
      expect(end.end).toBeGreaterThanOrEqual(until - 2_500);
      expect(end.end).toBeLessThan(until + 3_000);
    }
    for (const one of works) await executor.remove(one);
    expect(await engine.containers()).toEqual([]);
    await expect.poll(watchdogs, SOON).toEqual([]);
  });

  it('ends work in time when its server was killed, and the next server knows who did', async () => {
    const ends = work(FOREVER, { until: Date.now() + 8_000, graceMs: 1_000 });
    const byItself = work('sleep 2; echo done > out.txt', {
      until: Date.now() + 8_000,
      graceMs: 1_000,
      outputs: ['out.txt'],
    });
    await killedServer([ends, byItself]);
    expect(watchdogs()).toHaveLength(1);
    await expect.poll(watchdogs, SOON).toEqual([]);
    await using next = open();
    expect(await (await next.find(ends))?.ended).toMatchObject({
      reason: 'stopped',
      stoppedBy: 'watchdog',
      exitCode: 143,
    });
    expect(await (await next.find(byItself))?.ended).toMatchObject({ reason: 'exited', stoppedBy: null, exitCode: 0 });
    expect(readFileSync(join(byItself.workspace, 'out.txt'), 'utf8')).toBe('done\n');
    for (const one of [ends, byItself]) await next.remove(one);
  });

  it('goes on with the log of a server that was killed, without a gap and without a line twice', async () => {
    const lines = 'i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.01; done';
    const one = work(lines);
    await killedServer([one]);
    await using next = open();
    expect(await (await next.find(one))?.ended).toMatchObject({ reason: 'exited', exitCode: 0 });
    expect(logOf(one)).toBe(Array.from({ length: 400 }, (_, index) => `line ${index + 1}\n`).join(''));
    await next.remove(one);
  });

  it('starts another watchdog when somebody ends the one it has', async () => {
    await using executor = open();
    const one = work(FOREVER, { until: Date.now() + 300_000, graceMs: 500 });
    const running = await executor.start(one);
    const [pid = 0] = watchdogs();
    process.kill(pid, 'SIGKILL');
    await expect.poll(watchdogs, SOON).toEqual([]);
    await running.extend(Date.now() + 3_000);
    expect(watchdogs()).toHaveLength(1);
    expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'watchdog' });
    await executor.remove(one);
  });

  /** Starts work in a separate server process, which is then killed. */
  async function killedServer(works: readonly Work[]): Promise<void> {
    const server = spawn(process.execPath, ['--input-type=module', '--eval', SERVER], {
      env: { ...process.env, SETTINGS: JSON.stringify(settings()), WORKS: JSON.stringify(works) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout, 'data');
    server.kill('SIGKILL');
    await once(server, 'exit');
  }

  describe('that goes away', () => {
    it('is not reachable for what begins, and what runs is seen to its end', async () => {
      await using executor = open();
      const one = work('i=0; while [ $i -lt 80 ]; do i=$((i+1)); echo line $i; sleep 0.1; done; echo out > out.txt', {
        outputs: ['out.txt'],
      });
      const running = await executor.start(one);
      await expect.poll(() => logOf(one), SOON).toContain('line 5\n');
      await engine.kill();
      await expect(executor.start(work('true'))).rejects.toMatchObject({ code: 'executor_unreachable' });
      await expect(executor.find(work('true'))).rejects.toMatchObject({ code: 'executor_unreachable' });
      await expect(executor.imageDigest(engine.image)).rejects.toMatchObject({ code: 'executor_unreachable' });
      await engine.start();
      expect(await running.ended).toMatchObject({ reason: 'exited', exitCode: 0, stoppedBy: null });
      expect(logOf(one)).toBe(Array.from({ length: 80 }, (_, index) => `line ${index + 1}\n`).join(''));
      expect(readFileSync(join(one.workspace, 'out.txt'), 'utf8')).toBe('out\n');
      await executor.remove(one);
    });

    it('is told to stop work when it is back', async () => {
      await using executor = open();
      const one = work('trap "echo asked; exit 0" TERM; echo begun; while :; do sleep 0.1; done', { graceMs: 60_000 });
      const running = await executor.start(one);
      await expect.poll(() => logOf(one), SOON).toContain('begun');
      await engine.kill();
      await running.stop();
      await engine.start();
      expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'starter', exitCode: 0 });
      expect(logOf(one)).toBe('begun\nasked\n');
      await executor.remove(one);
    });
  });

  it('is reached by TLS in both directions, by the watchdog too, and by nobody else', async () => {
    const certificates = makeCertificates(mkdtempSync(join(data, 'certificates-')));
    const strangers = makeCertificates(mkdtempSync(join(data, 'certificates-')));
    await onFreePort(async (port) => {
      const options = [
        ...['--host', `tcp://127.0.0.1:${port}`, '--tlsverify', '--tlscacert', join(certificates, 'ca.pem')],
        ...['--tlscert', join(certificates, 'cert.pem'), '--tlskey', join(certificates, 'key.pem')],
      ];
      await using other = await startDockerd({ options });
      const place = { address: `tcp://127.0.0.1:${port}`, folder: join(data, 'tls') };
      await using executor = open({ ...place, certificates });
      const one = work(FOREVER, { image: other.image, graceMs: 1_000 });
      const running = await executor.start(one);
      await running.extend(Date.now() + 3_000);
      expect(await running.ended).toMatchObject({ reason: 'stopped', stoppedBy: 'watchdog' });
      await executor.remove(one);
      await using stranger = open({ ...place, certificates: strangers });
      await expect(stranger.imageDigest(other.image)).rejects.toMatchObject({ code: 'executor_unreachable' });
      await using bare = open(place);
      await expect(bare.imageDigest(other.image)).rejects.toThrow();
    });
  });

  it('that ends its containers when it starts again is told of as it was', async () => {
    await using other = await startDockerd();
    await using executor = open({ address: other.address, folder: join(data, 'other') });
    const one = work(FOREVER);
    const running = await executor.start(one);
    await expect.poll(() => logOf(one), SOON).toContain('begun');
    await other.kill();
    await other.start();
    expect(await running.ended).toMatchObject({ reason: 'signal', exitCode: 143, stoppedBy: null });
    await executor.remove(one);
    expect(await other.containers()).toEqual([]);
  });
});

const docker = new URL('../../src/mlops/executors/docker/index.ts', import.meta.url);
/** A server that starts work, reports it, and lives until it is killed. */
const SERVER = `
  const { createDockerExecutor } = await import(${JSON.stringify(docker.href)});
  const log = { warn() {}, error: console.error };
  const executor = createDockerExecutor({ ...JSON.parse(process.env.SETTINGS), clock: { now: () => Date.now() }, log });
  await Promise.all(JSON.parse(process.env.WORKS).map((work) => executor.start(work)));
  console.log('begun');
`;

/** Creates a certificate authority, and one certificate of it for both ends. */
function makeCertificates(folder: string): string {
  const at = (name: string) => join(folder, `${name}.pem`);
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  const openssl = (...words: readonly string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
  openssl('req', '-x509', ...key, '-keyout', at('ca-key'), '-out', at('ca'), '-days', '2', '-subj', '/CN=authority');
  const name = ['-subj', '/CN=engine', '-addext', 'subjectAltName=IP:127.0.0.1'];
  openssl('req', ...key, '-keyout', at('key'), '-out', at('request'), ...name);
  const by = ['-CA', at('ca'), '-CAkey', at('ca-key'), '-CAcreateserial', '-copy_extensions', 'copyall', '-days', '2'];
  openssl('x509', '-req', '-in', at('request'), ...by, '-out', at('cert'));
  return folder;
}

/** Processes whose command lines contain all of these words. */
function processesWith(...words: readonly string[]): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => words.every((word) => commandOf(pid).includes(word)))
    .map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}
