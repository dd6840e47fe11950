import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Linux statistics of a process and all of its descendants. A process that ended in the meantime counts zero. */
export interface ProcessFacts {
  readonly processes: number;
  /** Resident memory, shared pages counted in every process that maps them. */
  readonly residentBytes: number;
  /** Resident memory, shared pages divided among the processes that map them. */
  readonly proportionalBytes: number;
  /** Highest resident memory so far, of the first process alone. */
  readonly peakResidentBytes: number;
  /** User and system time of all processes so far. */
  readonly cpuMs: number;
}

/** Linux counts processor time in hundredths of a second, whatever the kernel's own tick (getconf CLK_TCK). */
const MS_A_TICK = 10;

/** `leader` was spawned detached, so it leads a session that its children belong to. */
export function processFacts(leader: number): ProcessFacts {
  const pids = sessionMembers(leader);
  const sum = (read: (pid: number) => number) => pids.reduce((total, pid) => total + read(pid), 0);
  return {
    processes: pids.length,
    residentBytes: sum((pid) => kilobytes(pid, 'status', 'VmRSS')),
    proportionalBytes: sum((pid) => kilobytes(pid, 'smaps_rollup', 'Pss')),
    peakResidentBytes: kilobytes(leader, 'status', 'VmHWM'),
    cpuMs: sum((pid) => (Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0)) * MS_A_TICK),
  };
}

function sessionMembers(leader: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid)[3] === String(leader));
}

/** Fields of /proc/PID/stat from the third on; the second, a name, may itself contain blanks. */
function statOf(pid: number): string[] {
  const text = readProcess(pid, 'stat');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function kilobytes(pid: number, file: string, field: string): number {
  const value = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readProcess(pid, file))?.[1];
  return Number(value ?? 0) * 1024;
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${basename(file)}`, 'utf8');
  } catch {
    return '';
  }
}
