import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Field of /proc/PID/stat, counted after the command's name: when the kernel started the process, in its ticks since boot. */
const START_TIME = 19;

/**
 * Start time of a process in the kernel's format; null when there is no such process. Process id and start time together identify a
 * process: ids alone are reused.
 */
export function readBirth(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; its parent has only not reaped it yet.
    return fields[0] === 'Z' ? null : (fields[START_TIME] ?? null);
  } catch {
    return process.platform === 'linux' ? null : readBirthByPs(pid);
  }
}

function readBirthByPs(pid: number): string | null {
  try {
    const told = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return told.replace(/\n$/, '').replaceAll(' ', '_');
  } catch {
    return null;
  }
}

/** By which the processes of an execution are known, those too that left the group of their parents. */
const EXECUTION = 'STEELYARD_EXECUTION';

export function buildExecutionMark(id: string): string {
  return `${EXECUTION}=${id}`;
}

/** Id of the execution of a process; null where it has none, or where its environment is not readable. */
export function readExecutionId(pid: number): string | null {
  try {
    const words = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
    return words.find((word) => word.startsWith(buildExecutionMark('')))?.slice(buildExecutionMark('').length) || null;
  } catch {
    return null;
  }
}

/** Sends a signal to a process, or to a whole group when `pid` is negative; false when there is no such process or group. */
export function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/**
 * Kills every process that carries the mark in its environment: those that left the group of their parents too. Where the
 * kernel does not show environments (it does on Linux), only the group can be found.
 */
export function killMarked(mark: string): void {
  // A process that forks during one round is found in the next.
  for (let look = 0; look < 3; look += 1) {
    const found = findMarked(mark);
    if (found.length === 0) return;
    for (const pid of found) sendSignal(pid, 'SIGKILL');
  }
}

/** Living processes that carry the mark in their environment. */
export function findMarked(mark: string): number[] {
  if (process.platform !== 'linux') return [];
  const wanted = Buffer.from(`${mark}\0`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && hasMark(pid, wanted) && readBirth(pid) !== null);
}

function hasMark(pid: number, mark: Buffer): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    const at = environment.indexOf(mark);
    return at === 0 || (at > 0 && environment[at - 1] === 0);
  } catch {
    return false;
  }
}
