import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../platform/errors/index.ts';
import type { Work, WorkEnd } from '../../compute/index.ts';
import {
  buildCannotError,
  buildContainer,
  buildContainerName,
  checkCan,
  freeGpus,
  LABEL,
  toCreateFailure,
  WORK_FOLDER,
} from './container.ts';
import type { Daemon } from './daemon.ts';
import { classifyStartFailure, isStatus, parseRefusal } from './failures.ts';
import { createArchive, send } from './folder-archive.ts';
import type { FollowDeps, StartedContainer } from './follow.ts';
import { resolveDigest } from './images.ts';
import { KEPT, makeFolder, writeEnd, writeStarted } from './kept.ts';
import { UNKNOWN_USAGE } from './usage.ts';

export interface BeginDeps extends FollowDeps {
  readonly network: string;
  readonly gpuModel: string | null;
  /** Serializes the assignment of GPUs. */
  readonly alone: <T>(act: () => Promise<T>) => Promise<T>;
}

/** Started work, or the end of work that never started. */
export type StartResult = { readonly begun: StartedContainer } | { readonly end: WorkEnd };

interface CreatedContainer {
  readonly container: string;
  /** GPUs of the engine that other containers held when the GPUs of this one were chosen. */
  readonly heldGpus: number;
  readonly gpus: readonly string[];
}

/**
 * Creates a container, copies its files into it and starts it. After a failure the container is removed.
 * Errors: those of `Executor.start`.
 */
export async function createAndStart(deps: BeginDeps, work: Work): Promise<StartResult> {
  const { image } = work;
  if (image === null) throw new AppError('image_missing', `The work "${work.id}" has no image, which Docker requires.`);
  const { NCPU: cpus, MemTotal: memoryBytes } = await deps.daemon.ask((api) => api.info());
  checkCan(work, { cpus, memoryBytes, gpuModel: deps.gpuModel });
  const digest = await resolveDigest(deps.daemon, image);
  makeFolder(work.folder);
  // Left by a server that was killed before it started the container.
  await removeContainer(deps.daemon, work.id);
  const made = await make(deps, work, digest);
  try {
    await fill(deps, work, made.container);
    return await startContainer(deps, work, made);
  } catch (error) {
    await undo(deps, work);
    throw error;
  }
}

/** If the engine is unreachable, the container cannot be removed and may have started: it stays on the watchdog's list, and can be adopted. */
async function undo({ daemon, list, log }: BeginDeps, work: Work): Promise<void> {
  try {
    await removeContainer(daemon, work.id);
    list.remove(work.id);
    rmSync(join(work.folder, KEPT.started), { force: true });
  } catch (error) {
    log.warn({ err: error, work: work.id }, 'cannot remove a container that was not started; retry follows');
  }
}

function make(deps: BeginDeps, work: Work, image: string): Promise<CreatedContainer> {
  const { count } = work.resources.gpus;
  if (count === 0) return create(deps, work, image, []);
  return deps.alone(async () => create(deps, work, image, await listReservedGpus(deps.daemon)));
}

async function create(
  { daemon, network }: BeginDeps,
  work: Work,
  image: string,
  held: readonly string[],
): Promise<CreatedContainer> {
  const gpus = freeGpus(work.resources.gpus.count, held);
  try {
    const { id } = await daemon.ask((api) => api.createContainer(buildContainer(work, image, { network, gpus })));
    return { container: id, heldGpus: held.length, gpus };
  } catch (error) {
    throw toCreateFailure(error);
  }
}

/** GPUs that containers of this server hold, each as the text of its label. */
export async function listReservedGpus(daemon: Daemon): Promise<string[]> {
  const filters = { label: [LABEL.gpus], status: ['created', 'running', 'paused'] };
  const found = await daemon.ask((api) => api.listContainers({ all: true, filters }));
  return found.map(({ Labels: labels }) => labels[LABEL.gpus] ?? '').filter((gpus) => gpus !== '');
}

/** Sends the workspace. Any user of the image may change it: no other program runs in the container. */
async function fill({ daemon, closing }: BeginDeps, work: Work, container: string): Promise<void> {
  const opens = { file: 0o666, folder: 0o777 };
  const archive = createArchive({ folder: work.workspace, prefix: WORK_FOLDER.slice(1), opens });
  const question = { path: '/', abortSignal: closing };
  await send(archive, (body) => daemon.ask((api) => api.getContainer(container).putArchive(body, question), null));
}

async function startContainer(deps: BeginDeps, work: Work, made: CreatedContainer): Promise<StartResult> {
  const { container, heldGpus: held, gpus } = made;
  const start = deps.clock.now();
  writeStarted(work.folder, start);
  watch(deps, work, container);
  await deps.keepWatchdog();
  try {
    await deps.daemon.ask((api) => api.getContainer(container).start(), null);
  } catch (error) {
    const end = toStartEnd(error, work, start, held);
    await removeContainer(deps.daemon, work.id);
    deps.list.remove(work.id);
    writeEnd(work.folder, end);
    return { end };
  }
  // A watchdog may have polled before the container started and, with the deadline over, removed the entry from its list.
  if (deps.list.read(work.id) === null) watch(deps, work, container);
  await deps.keepWatchdog();
  const began = await readStartTime(deps, container, start);
  writeStarted(work.folder, began);
  return { begun: { work, container, start: began, gpus } };
}

/**
 * Start time of a container by this server's clock: the engine's time, limited to the interval between the request and
 * its answer, because the engine's clock may differ.
 */
async function readStartTime({ daemon, clock }: BeginDeps, container: string, asked: number): Promise<number> {
  const answered = clock.now();
  const found = await daemon.ask((api) => api.getContainer(container).inspect()).catch(() => null);
  return found === null ? asked : Math.min(answered, Math.max(asked, Date.parse(found.State.StartedAt)));
}

/** Puts work on the list of the watchdog. */
export function watch({ list, daemon }: FollowDeps, work: Work, container: string): void {
  const stopped = join(work.folder, KEPT.stopped);
  list.write(work.id, { ...daemon.where, container, until: work.until, graceMs: work.graceMs, killAt: null, stopped });
}

/** End of work that failed to start. Errors of the engine that are not the end of the work are thrown. */
function toStartEnd(error: unknown, work: Work, start: number, held: number): WorkEnd {
  const refusal = parseRefusal(error);
  if (refusal === null) throw error;
  const failure = classifyStartFailure(refusal, work.command[0]);
  if (failure.kind === 'cannot') throw buildCannotError(failure.detail, error);
  if (failure.kind === 'no-gpu' && held === 0) throw buildCannotError(failure.detail, error);
  if (failure.kind === 'no-gpu') {
    const detail = `Other work holds GPUs of the engine, and too few GPUs are free: ${failure.detail}`;
    throw new AppError('executor_quota', detail, { work: work.id }, { cause: error });
  }
  const { exitCode, detail } = failure;
  return { reason: 'not-started', exitCode, stoppedBy: null, start, end: start, detail, usage: UNKNOWN_USAGE };
}

/** Removes the container of some work, also a running one. A missing container, or one of another owner, is ignored. */
export async function removeContainer(daemon: Daemon, id: string): Promise<void> {
  try {
    const { Id: container, Config: config } = await daemon.ask((api) =>
      api.getContainer(buildContainerName(id)).inspect(),
    );
    if (config.Labels[LABEL.work] !== id) return;
    await daemon.ask((api) => api.getContainer(container).remove({ force: true, v: true }), null);
  } catch (error) {
    // 409: another client is removing it.
    if (!isStatus(error, 404, 409)) throw error;
  }
}
