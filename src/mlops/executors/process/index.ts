import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, readdir } from 'node:fs/promises';
import { cpus as cpusOf, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, readSystemCode } from '../../../platform/errors/index.ts';
import { createNvidiaSmi, type GpuReader } from '../../../platform/gpus/index.ts';
import {
  chownFolder,
  type Ended,
  type Execution,
  type ExecutionSpec,
  findExecution,
  type OtherUser,
  startExecution,
} from '../../../platform/processes/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import {
  type EndReason,
  type Executor,
  type RunningWork,
  refuseNodes,
  type Work,
  type WorkEnd,
} from '../../compute/index.ts';
import { createDiskWatch } from './disk.ts';
import { listMachineGpus } from './gpus.ts';
import { createRoom, type Machine, type Place, type Room } from './room.ts';

export interface ProcessExecutorDeps {
  /** Environment of every command in addition to its own variables: mainly the paths of programs. */
  readonly environment: Readonly<Record<string, string>>;
  /** User of the commands. Null: the user of the server. */
  readonly user: OtherUser | null;
  readonly clock: Clock;
}

/** Processes and threads that one piece of work may have: what forks without end takes no machine with it. */
const MAX_TASKS = 16_384;
/** Exit code of the shell for the signal that the kernel sends when memory runs out. */
const SIGNALLED = 128;

/**
 * Runs work as processes of this machine, each in a separate process group. Control groups enforce the limits where the
 * kernel permits it. A watchdog that does not need the server ends the work at its deadline.
 */
export function createProcessExecutor({ environment, user, clock }: ProcessExecutorDeps): Executor {
  const nvidiaSmi = createNvidiaSmi({ now: clock.now });
  let room: Promise<Room> | null = null;
  const disk = createDiskWatch();
  const roomOf = () => {
    room ??= describeMachine().then(createRoom);
    return room;
  };

  async function running(work: Work, execution: Execution): Promise<RunningWork> {
    const place = (await roomOf()).occupied(work, readAssignedGpus(work));
    return watched(work, execution, place);
  }

  function watched({ workspace, resources }: Work, execution: Execution, place: Place): RunningWork {
    const maxBytes = resources.diskBytes ?? null;
    const forget = disk.watch({ folder: workspace, maxBytes, exceeded: execution.kill });
    const leave = () => {
      forget();
      place.leave();
    };
    return toRunningWork(execution, leave, readerOf(place.gpus));
  }

  const readerOf = (gpus: readonly number[]) => (gpus.length === 0 ? null : nvidiaSmi.of(gpus.map(String)));

  return {
    engine: 'process',
    // The machine's programs are fixed: an image does not describe them.
    imageDigest: async () => null,
    async buildImage() {
      throw new AppError('executor_cannot', 'The process executor runs steps without an image, so it builds none.');
    },
    missing: async (work) => (await roomOf()).missing(work),
    async start(work) {
      const found = findExecution({ ...work, folder: buildExecutionFolder(work) });
      if (found !== null) return running(work, found);
      refuseNodes('process', work);
      const place = (await roomOf()).enter(work);
      try {
        keepGpus(work, place.gpus);
        if (user !== null) await handOver(work, user);
        const own = user === null ? {} : { HOME: work.workspace, USER: user.name, LOGNAME: user.name };
        const all = { ...environment, ...own, ...work.environment, ...place.environment };
        const runAs = user === null ? {} : { runAs: { user, leaderEnvironment: environment } };
        const execution = startWorkExecution(work, clock, all, runAs);
        return watched(work, execution, place);
      } catch (error) {
        place.leave();
        throw error;
      }
    },
    async find(work) {
      const found = findExecution({ ...work, folder: buildExecutionFolder(work) });
      return found === null ? null : running(work, found);
    },
    // Its folder is its starter's, and nothing else is left of a process.
    remove: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** Kills all commands whose working copies are in a folder, also those of an earlier server; resolves when they have ended. */
export async function killAllCommands(workFolder: string, why: string): Promise<void> {
  const ids = await readdir(workFolder).catch(() => []);
  const found = ids.map((id) =>
    findExecution({ id, graceMs: 0, folder: buildExecutionFolder({ folder: join(workFolder, id) }) }),
  );
  await Promise.all(
    found.map((execution) => {
      execution?.kill(why);
      return execution?.ended;
    }),
  );
}

async function describeMachine(): Promise<Machine> {
  return { cpus: cpusOf().length, memoryBytes: totalmem(), gpus: await listMachineGpus() };
}

function buildExecutionFolder({ folder }: Pick<Work, 'folder'>): string {
  return join(folder, 'execution');
}

const buildGpusPath = ({ folder }: Pick<Work, 'folder'>) => join(folder, 'gpus.json');

/** Which GPUs it has, for a server after this one. */
function keepGpus(work: Work, gpus: readonly number[]): void {
  if (gpus.length > 0) writeFileSync(buildGpusPath(work), JSON.stringify(gpus));
}

function readAssignedGpus(work: Work): readonly number[] | null {
  if (work.resources.gpus.count === 0) return [];
  try {
    return z.array(z.number().int()).parse(JSON.parse(readFileSync(buildGpusPath(work), 'utf8')));
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** The user owns the working copy. In the server's files next to it, the user may traverse folders but read none. */
async function handOver({ folder, workspace }: Work, user: OtherUser): Promise<void> {
  await chmod(folder, 0o711);
  await chownFolder(workspace, user);
}

function startWorkExecution(
  work: Work,
  { now }: Clock,
  environment: Readonly<Record<string, string>>,
  runAs: Pick<ExecutionSpec, 'runAs'>,
): Execution {
  const { cpus, memoryBytes } = work.resources;
  return startExecution({
    id: work.id,
    folder: buildExecutionFolder(work),
    log: join(work.folder, 'output.log'),
    command: work.command,
    cwd: work.workspace,
    environment,
    ...runAs,
    until: work.until,
    now,
    graceMs: work.graceMs,
    output: 'file',
    limits: { cpus, memoryBytes, tasks: MAX_TASKS },
  });
}

function toRunningWork(execution: Execution, left: () => void, gpus: GpuReader | null): RunningWork {
  const usage = ({ cpuSeconds, peakMemoryBytes }: Ended['taken']) => ({ cpuSeconds, peakMemoryBytes });
  return {
    id: execution.id,
    start: execution.start,
    now: execution.now,
    ended: execution.ended.then((ended): WorkEnd => {
      left();
      const { exitCode, stoppedBy, end, taken } = ended;
      const { reason, detail } = decideEndReason(ended);
      return { reason, detail, exitCode, stoppedBy, start: execution.start, end, usage: usage(taken) };
    }),
    extend: async (until) => execution.extend(until),
    stop: async () => execution.stop(),
    usage: async () => usage(execution.taken()),
    gpus,
  };
}

function decideEndReason({ exitCode, stoppedBy, killedFor, taken }: Ended): {
  reason: EndReason;
  detail: string | null;
} {
  if (killedFor !== null) return { reason: 'disk', detail: killedFor };
  if (stoppedBy !== null) return { reason: 'stopped', detail: null };
  // A command may succeed although one of its children was killed for memory.
  if ((taken.outOfMemoryKills ?? 0) > 0 && exitCode !== 0) {
    return { reason: 'out-of-memory', detail: 'It exceeded resources.memory.' };
  }
  if (exitCode === null) {
    return {
      reason: 'lost',
      detail: 'Its process group was killed without an exit record, or the machine was restarted.',
    };
  }
  if (exitCode > SIGNALLED) return { reason: 'signal', detail: `Signal ${exitCode - SIGNALLED} ended it.` };
  return { reason: 'exited', detail: null };
}
