import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ControlGroup, controlGroup, findControlGroup, type Limits, type Taken } from './control-group.ts';
import { uptimeMs } from './even-time.ts';
import { birthOf, killMarked, markOf, signal } from './kernel.ts';
import { commandAs, type OtherUser } from './other-user.ts';
import { LEADER, WATCHDOG } from './scripts.ts';

export interface ExecutionSpec {
  /** Names it for ever; it is in the environment of the command and of all that it starts. */
  readonly id: string;
  /** Its own, made when it is not there: what stays of it lies here. */
  readonly folder: string;
  readonly command: readonly [program: string, ...words: string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whom the command runs as, with what little of an environment its leader has; default: the user of this process. */
  readonly runAs?: { readonly user: OtherUser; readonly leaderEnvironment: Readonly<Record<string, string>> };
  /** Unix milliseconds at which it must have ended. */
  readonly until: number;
  /** Tells when it begins, in Unix milliseconds; default: the clock of the machine. */
  readonly now?: () => number;
  /** Milliseconds from being asked to end to being killed. */
  readonly graceMs: number;
  /** `file`: its output goes to `output.log` in the folder; `inherit`: to where ours goes. */
  readonly output: 'file' | 'inherit';
  /** The file that its output goes to; default: `output.log` in the folder. */
  readonly log?: string;
  /** What it may take, with all that it starts; held where the kernel can hold it (see `bounded`). Default: no limits. */
  readonly limits?: Limits;
}

export interface Ended {
  /** As the shell says it: 128 + the number of the signal that ended it; null when it was killed with its leader. */
  readonly exitCode: number | null;
  /** Who asked it to end; null when it ended by itself. */
  readonly stoppedBy: 'starter' | 'watchdog' | null;
  /** Why it was killed without being asked to end; null when it was not. */
  readonly killedFor: string | null;
  /** Unix milliseconds. */
  readonly end: number;
  readonly taken: Taken;
}

/** A command in a process group of its own, that ends in time whatever becomes of us. */
export interface Execution {
  readonly id: string;
  readonly start: number;
  /** Unix milliseconds of its own time: from its start on they go evenly, also when the clock of the machine is set (on Linux). */
  now(): number;
  /** Whether the kernel counts what it takes and holds its limits. */
  readonly bounded: boolean;
  /** What it has taken until now. */
  taken(): Taken;
  /** Resolves when the command and all that it started are gone. */
  readonly ended: Promise<Ended>;
  /** Gives it until then, Unix milliseconds; the watchdog is told before this returns. */
  extend(until: number): void;
  /** Asks it to end, and kills it when its grace is over; a second call changes nothing. */
  stop(): void;
  /** Kills it at once; why is kept with it, so that whoever finds it later knows. */
  kill(why: string): void;
}

const NOT_COUNTED: Taken = { cpuSeconds: null, peakMemoryBytes: null, outOfMemoryKills: null };
/** Of an output that goes to a file, so much is kept from its beginning and from its end, in bytes. */
const KEPT_BYTES = { first: 48 * 1024 * 1024, last: 1024 * 1024 };

/** How often one that is not our child is looked at, in milliseconds. */
const LOOK_MS = 200;

/** Errors: those of `spawn` when the shell cannot be started, and of the file system. */
export function startExecution(spec: ExecutionSpec): Execution {
  // The leader stays with the server, so the user of the command cannot change its files.
  mkdirSync(spec.folder, { recursive: true, mode: 0o700 });
  const begun: Start = { start: Math.round((spec.now ?? Date.now)()), upMs: uptimeMs() };
  writeUntil(spec.folder, spec.until, begun);
  const group = spec.limits === undefined ? null : controlGroup(spec.id, spec.limits);
  const leader = spawnLeader(spec, group);
  const pid = leader.pid;
  if (pid === undefined) throw new Error(`sh cannot be started in ${spec.cwd}`);
  writeFileSync(join(spec.folder, 'started'), `${pid} ${birthOf(pid) ?? 'gone'} ${begun.upMs ?? '-'} ${begun.start}\n`);
  const watchdog = spawnWatchdog(spec.folder, pid, spec.graceMs, markOf(spec.id));
  const exit = new Promise<void>((resolve) => {
    leader.once('exit', () => resolve());
  });
  const { id, folder, graceMs } = spec;
  return execution({ id, folder, pid, graceMs, exit, watchdog, group, seenAlive: true });
}

/** One that was started before, by us or by whoever had its folder; null when none ever was. It may have ended long ago. */
export function findExecution({
  id,
  folder,
  graceMs,
}: Pick<ExecutionSpec, 'id' | 'folder' | 'graceMs'>): Execution | null {
  const started = read(folder, 'started') ?? read(folder, 'leader');
  if (started === null) return null;
  const [word, birth = ''] = started.split(' ');
  const pid = Number(word);
  const exit = goneFrom(folder, pid, birth);
  const lives = birthOf(pid) === birth;
  // Whoever started it may have been killed before it had one; a second is one more that sleeps.
  if (lives) spawnWatchdog(folder, pid, graceMs, markOf(id));
  const known = { id, folder, pid, graceMs, exit, watchdog: null, group: findControlGroup(id) };
  return execution({ ...known, seenAlive: lives });
}

interface Known {
  readonly id: string;
  readonly folder: string;
  readonly pid: number;
  readonly graceMs: number;
  /** Resolves when the leader is gone. */
  readonly exit: Promise<void>;
  readonly watchdog: ChildProcess | null;
  readonly group: ControlGroup | null;
  /** Whether it was alive when it was looked at first, so that its end is seen. */
  readonly seenAlive: boolean;
}

function execution({ id, folder, pid, graceMs, exit, watchdog, group, seenAlive }: Known): Execution {
  let killing: NodeJS.Timeout | undefined;
  let killedFor: string | null = null;
  const kill = () => {
    signal(-pid, 'SIGKILL');
    if (group === null) killMarked(markOf(id));
    else group.kill();
  };
  const taken = () => group?.taken() ?? NOT_COUNTED;
  const started = startOf(folder);
  const ended = exit.then(() => {
    clearTimeout(killing);
    // With the sleep that it is in. One that asked the command to end writes down when it killed it, and then ends by itself.
    if (watchdog?.pid !== undefined && read(folder, 'stopped') !== 'watchdog') signal(-watchdog.pid, 'SIGKILL');
    // What it left running, in its group or out of it, would run for ever and for nobody.
    kill();
    const why = killedFor ?? read(folder, 'killed-for');
    const end = { ...endOf(folder, started, seenAlive), killedFor: why, taken: taken() };
    group?.remove();
    return end;
  });
  return {
    id,
    start: started.start,
    now: () => timeIn(started, uptimeMs()) ?? Date.now(),
    bounded: group !== null,
    taken,
    ended,
    extend: (until) => writeUntil(folder, until, started),
    stop() {
      if (killing !== undefined) return;
      if (read(folder, 'stopped') === null) writeFileSync(join(folder, 'stopped'), 'starter\n');
      signal(-pid, 'SIGTERM');
      killing = setTimeout(kill, graceMs);
    },
    kill(why) {
      try {
        writeFileSync(join(folder, 'killed-for'), `${why}\n`);
      } catch {
        // The disk may be full, which is why; then nobody knows after a restart.
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
  const run = runAs === undefined ? command : commandAs(runAs.user, folder, command, marked);
  const kept = output === 'inherit' ? { first: 0, last: 0 } : KEPT_BYTES;
  const words = [folder, log, group?.folders.join(' ') ?? '', String(kept.first), String(kept.last)];
  try {
    return spawn('/bin/sh', ['-c', LEADER, 'steelyard-leader', ...words, ...run], {
      cwd,
      env: runAs === undefined ? marked : { ...runAs.leaderEnvironment, STEELYARD_EXECUTION: id },
      detached: true,
      // A terminal answers no group but its own: whoever reads from it there would fail or be stopped.
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

/** When something was, by the clock of the machine and since the machine was started; null where the kernel does not say that. */
interface Start {
  readonly start: number;
  readonly upMs: number | null;
}

/** Unix milliseconds of a moment since the machine was started, counted from a start; null where one of them is not known. */
function timeIn({ start, upMs }: Start, thenMs: number | null): number | null {
  return upMs === null || thenMs === null ? null : Math.round(start + thenMs - upMs);
}

/** The watchdog may read at any moment. */
function writeUntil(folder: string, until: number, { start, upMs }: Start): void {
  writeWhole(join(folder, 'until'), `${Math.floor(until)}\n`);
  if (upMs !== null) writeWhole(join(folder, 'deadline'), `${Math.floor(upMs + until - start)}\n`);
}

function writeWhole(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** A starter that was killed in the moment of the start left no word, but the leader did. */
function startOf(folder: string): Start {
  const file = read(folder, 'started') === null ? 'leader' : 'started';
  const [, , up, start] = read(folder, file)?.split(' ') ?? [];
  return { start: numberIn(start) ?? statSync(join(folder, file)).mtimeMs, upMs: numberIn(up) };
}

/** Null where the kernel shows none, or a server before this one kept none. */
function numberIn(word: string | undefined): number | null {
  return word === undefined || word === '' || word === '-' ? null : Number(word);
}

/** Resolves when the leader with this birth is gone. */
async function goneFrom(folder: string, pid: number, birth: string): Promise<void> {
  while (read(folder, 'exit') === null && birthOf(pid) === birth) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
  }
}

function endOf(folder: string, started: Start, seenAlive: boolean): Omit<Ended, 'taken' | 'killedFor'> {
  const [status, up] = read(folder, 'exit')?.split(' ') ?? [];
  const stopped = read(folder, 'stopped');
  // Killed with its leader, it left no word; its watchdog did.
  const even = timeIn(started, numberIn(status === undefined ? (read(folder, 'killed') ?? undefined) : up));
  return {
    exitCode: status === undefined ? null : Number(status),
    stoppedBy: stopped === 'starter' || stopped === 'watchdog' ? stopped : null,
    end: even ?? writtenAt(folder, 'exit') ?? writtenAt(folder, 'killed') ?? lastMoment(folder, started, seenAlive),
  };
}

/** Killed with its leader, it left no word: it ended just now, or, where nobody saw it alive, when its time was over at the latest. */
function lastMoment(folder: string, started: Start, seenAlive: boolean): number {
  const until = seenAlive ? Number.POSITIVE_INFINITY : Number(read(folder, 'until') ?? Number.POSITIVE_INFINITY);
  return Math.max(started.start, Math.min(timeIn(started, uptimeMs()) ?? Date.now(), until));
}

function writtenAt(folder: string, name: string): number | null {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? null;
}

function read(folder: string, name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8').trim();
  } catch {
    return null;
  }
}
