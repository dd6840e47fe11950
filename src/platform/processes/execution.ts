import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ControlGroup,
  findControlGroup,
  type Limits,
  openControlGroup,
  type ResourceUsage,
} from './control-group.ts';
import { readUptimeMs, UPTIME_STEP_MS } from './even-time.ts';
import { buildExecutionMark, killMarked, readBirth, sendSignal } from './kernel.ts';
import { buildCommandAs, type OtherUser } from './other-user.ts';
import { LEADER, WATCHDOG } from './scripts.ts';

export interface ExecutionSpec {
  /** Names it for ever; it is in the environment of the command and of all that it starts. */
  readonly id: string;
  /** Folder of this execution, created when it does not exist: it holds the state that survives this process. */
  readonly folder: string;
  readonly command: readonly [program: string, ...words: string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** User that runs the command, and the minimal environment of its leader; default: the user of this process. */
  readonly runAs?: { readonly user: OtherUser; readonly leaderEnvironment: Readonly<Record<string, string>> };
  /** Deadline, Unix milliseconds. */
  readonly until: number;
  /** Clock for the start time, in Unix milliseconds; default: the clock of the machine. */
  readonly now?: () => number;
  /** Grace period between the stop request and the kill, in milliseconds. */
  readonly graceMs: number;
  /** `file`: its output goes to `output.log` in the folder; `inherit`: to the output of this process. */
  readonly output: 'file' | 'inherit';
  /** The file that its output goes to; default: `output.log` in the folder. */
  readonly log?: string;
  /** Limits for the command and all processes that it starts; enforced where the kernel can (see `bounded`). Default: no limits. */
  readonly limits?: Limits;
}

export interface Ended {
  /** Exit code as a shell reports it: 128 + the number of the signal that ended it; null when it was killed with its leader. */
  readonly exitCode: number | null;
  /** Source of the stop request; null when it ended without one. */
  readonly stoppedBy: 'starter' | 'watchdog' | null;
  /** Reason of a kill without a stop request; null otherwise. */
  readonly killedFor: string | null;
  /** Unix milliseconds. */
  readonly end: number;
  readonly taken: ResourceUsage;
}

/** A command in a separate process group. It ends in time even if this process dies. */
export interface Execution {
  readonly id: string;
  readonly start: number;
  /** Current time of the execution, Unix milliseconds: monotonic from its start on, even when the clock of the machine is set (on Linux). */
  now(): number;
  /** Whether the kernel meters its usage and enforces its limits. */
  readonly bounded: boolean;
  /** Resource usage so far. */
  taken(): ResourceUsage;
  /** Resolves when the command and all that it started are gone. */
  readonly ended: Promise<Ended>;
  /** Extends its deadline (Unix milliseconds). The watchdog has the new deadline before this returns. */
  extend(until: number): void;
  /** Sends a stop request, and kills it after its grace period; idempotent. */
  stop(): void;
  /** Kills it immediately. The reason is stored in its folder, for a later `findExecution`. */
  kill(why: string): void;
}

const NOT_COUNTED: ResourceUsage = { cpuSeconds: null, peakMemoryBytes: null, outOfMemoryKills: null };
/** Bytes of a file output that are kept, from its beginning and from its end. */
const KEPT_BYTES = { first: 48 * 1024 * 1024, last: 1024 * 1024 };

/** Polling interval for a process that is not a child of this process, in milliseconds. */
const LOOK_MS = 200;

/** Errors: those of `spawn` when the shell cannot be started, and of the file system. */
export function startExecution(spec: ExecutionSpec): Execution {
  // The leader stays with the server, so the user of the command cannot change its files.
  mkdirSync(spec.folder, { recursive: true, mode: 0o700 });
  const begun: Start = { start: Math.round((spec.now ?? Date.now)()), upMs: readUptimeMs() };
  writeUntil(spec.folder, spec.until, begun);
  const group = spec.limits === undefined ? null : openControlGroup(spec.id, spec.limits);
  const leader = spawnLeader(spec, group);
  const pid = leader.pid;
  if (pid === undefined) throw new Error(`sh cannot be started in ${spec.cwd}`);
  writeFileSync(
    join(spec.folder, 'started'),
    `${pid} ${readBirth(pid) ?? 'gone'} ${begun.upMs ?? '-'} ${begun.start}\n`,
  );
  const watchdog = spawnWatchdog(spec.folder, pid, spec.graceMs, buildExecutionMark(spec.id));
  const exit = new Promise<void>((resolve) => {
    leader.once('exit', () => resolve());
  });
  const { id, folder, graceMs } = spec;
  return createExecution({ id, folder, pid, graceMs, exit, watchdog, group, seenAlive: true });
}

/** An execution that this process or an earlier user of its folder started; null when there was none. It may have ended long ago. */
export function findExecution({
  id,
  folder,
  graceMs,
}: Pick<ExecutionSpec, 'id' | 'folder' | 'graceMs'>): Execution | null {
  const started = read(folder, 'started') ?? read(folder, 'leader');
  if (started === null) return null;
  const [word, birth = ''] = started.split(' ');
  const pid = Number(word);
  const exit = waitUntilGone(folder, pid, birth);
  const lives = readBirth(pid) === birth;
  // The starter may have been killed before it started a watchdog; a second watchdog only sleeps.
  if (lives) spawnWatchdog(folder, pid, graceMs, buildExecutionMark(id));
  const known = { id, folder, pid, graceMs, exit, watchdog: null, group: findControlGroup(id) };
  return createExecution({ ...known, seenAlive: lives });
}

interface ExecutionParts {
  readonly id: string;
  readonly folder: string;
  readonly pid: number;
  readonly graceMs: number;
  /** Resolves when the leader is gone. */
  readonly exit: Promise<void>;
  readonly watchdog: ChildProcess | null;
  readonly group: ControlGroup | null;
  /** Whether it was alive at the first check, so that its end is observed. */
  readonly seenAlive: boolean;
}

function createExecution({ id, folder, pid, graceMs, exit, watchdog, group, seenAlive }: ExecutionParts): Execution {
  let killing: NodeJS.Timeout | undefined;
  let killedFor: string | null = null;
  const kill = () => {
    sendSignal(-pid, 'SIGKILL');
    if (group === null) killMarked(buildExecutionMark(id));
    else group.kill();
  };
  const taken = () => group?.taken() ?? NOT_COUNTED;
  const started = readStart(folder);
  const ended = exit.then(() => {
    clearTimeout(killing);
    // Kills the watchdog together with its `sleep`. A watchdog that has sent a stop request records the kill, and then exits without help.
    if (watchdog?.pid !== undefined && read(folder, 'stopped') !== 'watchdog') sendSignal(-watchdog.pid, 'SIGKILL');
    // Processes that the command left running, in its group or outside, would otherwise run forever.
    kill();
    const why = killedFor ?? read(folder, 'killed-for');
    const end = { ...readEnd(folder, started, seenAlive), killedFor: why, taken: taken() };
    group?.remove();
    return end;
  });
  return {
    id,
    start: started.start,
    now: () => toInstant(started, readUptimeMs()) ?? Date.now(),
    bounded: group !== null,
    taken,
    ended,
    extend: (until) => writeUntil(folder, until, started),
    stop() {
      if (killing !== undefined) return;
      if (read(folder, 'stopped') === null) writeFileSync(join(folder, 'stopped'), 'starter\n');
      sendSignal(-pid, 'SIGTERM');
      killing = setTimeout(kill, graceMs);
    },
    kill(why) {
      try {
        writeFileSync(join(folder, 'killed-for'), `${why}\n`);
      } catch {
        // A full disk may be the reason for the kill; then the reason is lost after a restart.
      }
      killedFor = why;
      kill();
    },
  };
}

function spawnLeader(
  { id, folder, command, cwd, environment, output, runAs, log = join(folder, 'output.log') }: ExecutionSpec,
  group: ControlGroup | null,
): ChildProcess {
  const out = output === 'inherit' ? 'inherit' : openSync(log, 'a', 0o600);
  const marked = { ...environment, STEELYARD_EXECUTION: id };
  const run = runAs === undefined ? command : buildCommandAs(runAs.user, folder, command, marked);
  const kept = output === 'inherit' ? { first: 0, last: 0 } : KEPT_BYTES;
  const words = [folder, log, group?.folders.join(' ') ?? '', String(kept.first), String(kept.last)];
  try {
    return spawn('/bin/sh', ['-c', LEADER, 'steelyard-leader', ...words, ...run], {
      cwd,
      env: runAs === undefined ? marked : { ...runAs.leaderEnvironment, STEELYARD_EXECUTION: id },
      detached: true,
      // A terminal serves only its foreground group: a read from it by the command would fail or stop the command.
      stdio: [output === 'inherit' && !process.stdin.isTTY ? 'inherit' : 'ignore', out, out],
    });
  } finally {
    if (out !== 'inherit') closeSync(out);
  }
}

function spawnWatchdog(folder: string, leader: number, graceMs: number, mark: string): ChildProcess {
  const words = [folder, String(leader), String(Math.ceil(graceMs)), mark];
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'steelyard-watchdog', ...words], {
    detached: true,
    stdio: 'ignore',
  });
  watchdog.unref();
  return watchdog;
}

/** An instant by the clock of the machine and in milliseconds since boot; the latter null where the kernel does not report it. */
interface Start {
  readonly start: number;
  readonly upMs: number | null;
}

/** Unix milliseconds of a moment since the machine was started, counted from a start; null where one of them is not known. */
function toInstant({ start, upMs }: Start, thenMs: number | null): number | null {
  return upMs === null || thenMs === null ? null : Math.round(start + thenMs - upMs);
}

/** The watchdog may read at any moment. */
function writeUntil(folder: string, until: number, { start, upMs }: Start): void {
  writeWhole(join(folder, 'until'), `${Math.floor(until)}\n`);
  // Never before the deadline: the start may be a step later than it was read.
  if (upMs !== null) writeWhole(join(folder, 'deadline'), `${Math.floor(upMs + UPTIME_STEP_MS + until - start)}\n`);
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** A starter that was killed in the moment of the start left no word, but the leader did. */
function readStart(folder: string): Start {
  const file = read(folder, 'started') === null ? 'leader' : 'started';
  const [, , up, start] = read(folder, file)?.split(' ') ?? [];
  return { start: parseNumberWord(start) ?? statSync(join(folder, file)).mtimeMs, upMs: parseNumberWord(up) };
}

/** Null where the kernel shows none, or a server before this one kept none. */
function parseNumberWord(word: string | undefined): number | null {
  return word === undefined || word === '' || word === '-' ? null : Number(word);
}

/** Resolves when the leader with this birth is gone. */
async function waitUntilGone(folder: string, pid: number, birth: string): Promise<void> {
  while (read(folder, 'exit') === null && readBirth(pid) === birth) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
  }
}

function readEnd(folder: string, started: Start, seenAlive: boolean): Omit<Ended, 'taken' | 'killedFor'> {
  const [status, up] = read(folder, 'exit')?.split(' ') ?? [];
  const stopped = read(folder, 'stopped');
  // Killed with its leader, it left no word; its watchdog did.
  const even = toInstant(started, parseNumberWord(status === undefined ? (read(folder, 'killed') ?? undefined) : up));
  return {
    exitCode: status === undefined ? null : Number(status),
    stoppedBy: stopped === 'starter' || stopped === 'watchdog' ? stopped : null,
    end:
      even ??
      readWriteTime(folder, 'exit') ??
      readWriteTime(folder, 'killed') ??
      computeLastMoment(folder, started, seenAlive),
  };
}

/** End of a command killed with its leader, which left no end time: now, or, if it was not seen alive, its deadline at the latest. */
function computeLastMoment(folder: string, started: Start, seenAlive: boolean): number {
  const until = seenAlive ? Number.POSITIVE_INFINITY : Number(read(folder, 'until') ?? Number.POSITIVE_INFINITY);
  return Math.max(started.start, Math.min(toInstant(started, readUptimeMs()) ?? Date.now(), until));
}

function readWriteTime(folder: string, name: string): number | null {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function read(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return null;
  }
}
