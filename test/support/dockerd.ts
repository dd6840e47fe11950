import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';
import { pack } from 'tar-stream';

/** A dedicated, real Docker Engine, with images that need no registry. */
export interface Dockerd extends AsyncDisposable {
  readonly address: string;
  readonly version: string;
  readonly api: Docker;
  /** Image with busybox and the links of its commands. */
  readonly image: string;
  /** Ends it as a crash does. Its containers stay, as far as it was started with `--live-restore`. */
  kill(): Promise<void>;
  /** Starts it again after `kill`. */
  start(): Promise<void>;
  /** Processes of this machine that run in the container of this name. */
  processesOf(name: string): number[];
  /** Names of its containers, also of those that have ended. */
  containers(): Promise<string[]>;
}

const DOCKERD = ['/usr/sbin/dockerd', '/usr/bin/dockerd'];
const BUSYBOX = '/bin/busybox';
const READY_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 30_000;

/** The engine's program; null where it, busybox, or the rights of root are not there. */
export function findDockerd(): string | null {
  if (process.getuid?.() !== 0 || !existsSync(BUSYBOX)) return null;
  return DOCKERD.find((path) => existsSync(path)) ?? null;
}

/**
 * Starts an engine in a new folder, without networks except `none` and `host`; disposing ends and removes all of it.
 */
export async function startDockerd({ options = [] }: { options?: readonly string[] } = {}): Promise<Dockerd> {
  const program = findDockerd();
  if (program === null) throw new Error('dockerd is not there: apt-get install docker.io busybox-static, and be root');
  const folder = mkdtempSync(join(tmpdir(), 'dockerd-'));
  const socket = join(folder, 'docker.sock');
  const api = new Docker({ socketPath: socket });
  let server = await begin(program, folder, options, api);
  const image = 'busybox:test';
  await importBusybox(api, image);
  const { Version: version } = await api.version();
  const kill = async () => {
    server.kill('SIGKILL');
    await ended(server);
  };
  return {
    address: `unix://${socket}`,
    version,
    api,
    image,
    kill,
    async start() {
      server = await begin(program, folder, options, api);
    },
    processesOf: (name) => processesOf(join(folder, 'data', 'containers'), name),
    async containers() {
      const found = await api.listContainers({ all: true });
      return found.flatMap(({ Names: names }) => names).map((name) => name.slice(1));
    },
    async [Symbol.asyncDispose]() {
      await end(api, server, folder);
    },
  };
}

async function begin(program: string, folder: string, options: readonly string[], api: Docker): Promise<ChildProcess> {
  // Files of a killed engine; their process ids may belong to other processes by now.
  for (const name of ['docker.pid', 'docker.sock', 'exec/containerd/containerd.pid'])
    rmSync(join(folder, name), { force: true });
  const words = [
    ...['--host', `unix://${join(folder, 'docker.sock')}`, '--pidfile', join(folder, 'docker.pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--exec-opt', 'native.cgroupdriver=cgroupfs'],
    ...options,
  ];
  const server = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4_000);
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(api))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await end(api, server, folder);
      throw new Error(`dockerd did not get ready: ${said}`);
    }
    await pause(100);
  }
  return server;
}

async function answers(api: Docker): Promise<boolean> {
  try {
    await api.ping();
    return true;
  } catch {
    return false;
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  await new Promise<void>((resolve) => server.once('exit', () => resolve()));
}

async function importBusybox(api: Docker, image: string): Promise<void> {
  const archive = pack();
  const commands = execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(BUSYBOX));
  for (const name of commands) {
    if (name !== 'busybox') archive.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  }
  archive.entry({ name: 'tmp', type: 'directory', mode: 0o1777 });
  archive.entry({ name: 'etc/passwd', mode: 0o644 }, 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n');
  archive.finalize();
  const [repo = '', tag = ''] = image.split(':');
  const answer = await api.importImage(Readable.from(archive), { repo, tag });
  for await (const told of answer) if (String(told).includes('"error"')) throw new Error(String(told));
}

function processesOf(containers: string, name: string): number[] {
  const id = readdirSync(containers).find((found) => nameOf(join(containers, found)) === `/${name}`);
  if (id === undefined) return [];
  return pids().filter((pid) => textOf(`/proc/${pid}/cgroup`).includes(id));
}

function nameOf(container: string): unknown {
  const text = textOf(join(container, 'config.v2.json'));
  return text === '' ? null : JSON.parse(text).Name;
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process has ended
  }
}

/** Containers first: without their engine they would not end. */
async function end(api: Docker, server: ChildProcess, folder: string): Promise<void> {
  for (const { Id: id } of await api.listContainers({ all: true }).catch(() => [])) {
    await api
      .getContainer(id)
      .remove({ force: true })
      .catch(() => undefined);
  }
  server.kill('SIGTERM');
  await Promise.race([ended(server), pause(ENDS_WITHIN_MS, undefined, { ref: false })]);
  server.kill('SIGKILL');
  // containerd and the parents of containers: only their command lines contain this folder.
  for (const pid of pids()) {
    if (pid !== process.pid && textOf(`/proc/${pid}/cmdline`).includes(`${folder}/`)) killQuietly(pid);
  }
  for (const place of mountsUnder(folder)) execFileSync('umount', ['--lazy', place]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // the process has ended
  }
}

/** The innermost first. */
function mountsUnder(folder: string): string[] {
  return textOf('/proc/mounts')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`))
    .toReversed();
}
