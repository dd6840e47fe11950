import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal } from './kernel.ts';

/** Limits for all processes of a group together; null: no limit. */
export interface Limits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  /** Processes and threads at one time. */
  readonly tasks: number | null;
}

/** Resource usage of the group; null where the kernel does not report it. */
export interface ResourceUsage {
  readonly cpuSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  /** How many of them were ended for memory. */
  readonly outOfMemoryKills: number | null;
}

/** A group of processes that the kernel meters and limits (Linux control groups); a process cannot leave it by forking. */
export interface ControlGroup {
  /** Folders whose `cgroup.procs` a process writes its id to, in order to be in the group. */
  readonly folders: readonly string[];
  taken(): ResourceUsage;
  /** Kills all its processes, until the group is empty. */
  kill(): void;
  /** Removes the group; false while it has processes. */
  remove(): boolean;
}

const ROOT = '/sys/fs/cgroup';
const PARENT = 'steelyard';
const PERIOD_US = 100_000;
/** Maximum rounds of killing: a process that forks during one round is found in the next. */
const LOOKS = 50;

type Kernel = 'v1' | 'v2';

/** The group of this name, made or found again; null where the kernel has none or does not let us. */
export function openControlGroup(name: string, limits: Limits): ControlGroup | null {
  try {
    return existsSync(join(ROOT, 'cgroup.controllers')) ? makeV2(name, limits) : makeV1(name, limits);
  } catch {
    return null;
  }
}

/** The group of this name as it was made before; null when there is none. */
export function findControlGroup(name: string): ControlGroup | null {
  const kernel: Kernel = existsSync(join(ROOT, 'cgroup.controllers')) ? 'v2' : 'v1';
  const folders = listGroupFolders(kernel, name).filter((folder) => existsSync(folder));
  return folders.length === 0 ? null : createControlGroup(kernel, folders);
}

const CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids'];

function listGroupFolders(kernel: Kernel, name: string): string[] {
  return kernel === 'v2'
    ? [join(ROOT, PARENT, name)]
    : CONTROLLERS.map((controller) => join(ROOT, controller, PARENT, name));
}

function makeV1(name: string, { memoryBytes, cpus, tasks }: Limits): ControlGroup {
  const folders = listGroupFolders('v1', name);
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const [memory = '', cpu = '', , pids = ''] = folders;
  if (memoryBytes !== null) {
    writeFileSync(join(memory, 'memory.limit_in_bytes'), String(memoryBytes));
    // Where swap is counted, memory beyond the limit would go to swap and the limit would have no effect.
    writeWhereItIs(join(memory, 'memory.memsw.limit_in_bytes'), String(memoryBytes));
  }
  if (cpus !== null) {
    writeFileSync(join(cpu, 'cpu.cfs_period_us'), String(PERIOD_US));
    writeFileSync(join(cpu, 'cpu.cfs_quota_us'), String(Math.max(1_000, Math.round(cpus * PERIOD_US))));
  }
  if (tasks !== null) writeWhereItIs(join(pids, 'pids.max'), String(tasks));
  return createControlGroup('v1', folders);
}

function makeV2(name: string, { memoryBytes, cpus, tasks }: Limits): ControlGroup {
  const parent = join(ROOT, PARENT);
  mkdirSync(parent, { recursive: true });
  for (const folder of [ROOT, parent]) {
    writeFileSync(join(folder, 'cgroup.subtree_control'), '+memory +cpu +pids');
  }
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  if (memoryBytes !== null) {
    writeFileSync(join(folder, 'memory.max'), String(memoryBytes));
    writeWhereItIs(join(folder, 'memory.swap.max'), '0');
  }
  if (cpus !== null) writeFileSync(join(folder, 'cpu.max'), `${Math.round(cpus * PERIOD_US)} ${PERIOD_US}`);
  if (tasks !== null) writeFileSync(join(folder, 'pids.max'), String(tasks));
  return createControlGroup('v2', [folder]);
}

function createControlGroup(kernel: Kernel, folders: readonly string[]): ControlGroup {
  const [first = ''] = folders;
  return {
    folders,
    taken: () => (kernel === 'v2' ? readTakenV2(first) : readTakenV1(folders)),
    kill() {
      for (let look = 0; look < LOOKS; look += 1) {
        const inside = readMembers(first);
        if (inside.length === 0) return;
        for (const pid of inside) sendSignal(pid, 'SIGKILL');
      }
    },
    remove() {
      try {
        for (const folder of folders) if (existsSync(folder)) rmdirSync(folder);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function readMembers(folder: string): number[] {
  return (read(join(folder, 'cgroup.procs')) ?? '').split('\n').filter(Boolean).map(Number);
}

function readTakenV1([memory = '', , accounting = '']: readonly string[]): ResourceUsage {
  const nanoseconds = parseNumber(read(join(accounting, 'cpuacct.usage')));
  return {
    cpuSeconds: nanoseconds === null ? null : nanoseconds / 1e9,
    peakMemoryBytes: parseNumber(read(join(memory, 'memory.max_usage_in_bytes'))),
    outOfMemoryKills: readField(read(join(memory, 'memory.oom_control')), 'oom_kill'),
  };
}

function readTakenV2(folder: string): ResourceUsage {
  const microseconds = readField(read(join(folder, 'cpu.stat')), 'usage_usec');
  return {
    cpuSeconds: microseconds === null ? null : microseconds / 1e6,
    peakMemoryBytes: parseNumber(read(join(folder, 'memory.peak'))),
    outOfMemoryKills: readField(read(join(folder, 'memory.events')), 'oom_kill'),
  };
}

/** Of lines `name value`. */
function readField(text: string | null, name: string): number | null {
  const line = text?.split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? null : parseNumber(line.slice(name.length));
}

function parseNumber(text: string | null): number | null {
  const value = Number(text ?? Number.NaN);
  return text === null || text.trim() === '' || Number.isNaN(value) ? null : value;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** A limit that only some kernels have. */
function writeWhereItIs(file: string, text: string): void {
  if (existsSync(file)) writeFileSync(file, text);
}
