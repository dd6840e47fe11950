import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ended, type Execution, findExecution, startExecution } from '../../../platform/processes/index.ts';

export interface LeasedProcess {
  readonly ended: Promise<{ readonly detail: string }>;
  stop(): Promise<void>;
}

export interface LeasedSpec {
  readonly id: string;
  /** Folder of the process. */
  readonly folder: string;
  readonly command: readonly [program: string, ...words: string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: { readonly cpus: number | null; readonly memoryBytes: number | null };
}

/** Lease of a replica process. After a server is killed, its processes run until their leases expire. */
const LEASE_MS = 30_000;
const RENEW_MS = 5_000;
const GRACE_MS = 5_000;
const MAX_TASKS = 16_384;
const LOG_END_BYTES = 2_000;

/** Starts a process that runs as long as this server renews its lease. After lease expiry its watchdog ends it. */
export async function startLeased({
  id,
  folder,
  command,
  cwd,
  environment,
  limits,
}: LeasedSpec): Promise<LeasedProcess> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const execution = startExecution({
    id,
    folder,
    command,
    cwd,
    environment,
    until: Date.now() + LEASE_MS,
    graceMs: GRACE_MS,
    output: 'file',
    limits: { ...limits, tasks: MAX_TASKS },
  });
  const renewing = setInterval(() => renew(execution), RENEW_MS);
  renewing.unref();
  let isOver = false;
  const ended = execution.ended.then(async (end) => {
    clearInterval(renewing);
    isOver = true;
    const detail = await describeEnd(end, join(folder, 'output.log'));
    await rm(folder, { recursive: true, force: true });
    return { detail };
  });
  return {
    ended,
    async stop() {
      // Skip after the end: the folder of the execution is removed then.
      if (!isOver) execution.stop();
      await ended;
    },
  };
}

/** Uses the clock of the execution, which a change of the system time does not affect. */
function renew(execution: Execution): void {
  try {
    execution.extend(execution.now() + LEASE_MS);
  } catch {
    // The disk may be full: when that lasts, its watchdog ends it, and it is started again.
  }
}

/** Ends what a server before this one left running, and forgets its folders; answers when each has ended, Unix milliseconds. */
export async function endFormer(folder: string): Promise<Map<string, number>> {
  const ends = new Map<string, number>();
  const names = await readdir(folder).catch(() => []);
  const ending = names.map(async (id) => {
    const own = join(folder, id);
    const found = findExecution({ id, folder: own, graceMs: GRACE_MS });
    found?.stop();
    const end = await found?.ended;
    if (end !== undefined) ends.set(id, end.end);
    await rm(own, { recursive: true, force: true });
  });
  await Promise.all(ending);
  return ends;
}

async function describeEnd({ exitCode, stoppedBy, taken }: Ended, log: string): Promise<string> {
  if (stoppedBy !== null) return 'its end was requested';
  const why =
    (taken.outOfMemoryKills ?? 0) > 0
      ? 'it exceeded resources.memory'
      : `it ended with exit code ${exitCode ?? 'unknown'}`;
  const said = (await readLogEnd(log)).trim();
  return said === '' ? why : `${why}; its log ends: ${said}`;
}

async function readLogEnd(file: string): Promise<string> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, LOG_END_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}
