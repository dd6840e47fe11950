import { join } from 'node:path';
import { createOneAtATime, type OneAtATime } from '../../../platform/concurrency/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { createNvidiaSmi } from '../../../platform/gpus/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { type Executor, type RunningWork, refuseNodes, type Work, type WorkEnd } from '../../compute/index.ts';
import { buildConnection, type DaemonAddress } from './address.ts';
import { type BeginDeps, createAndStart, removeContainer, watch } from './begin.ts';
import { buildContainerName, LABEL } from './container.ts';
import { connectDaemon } from './daemon.ts';
import { isStatus } from './failures.ts';
import { type FollowedContainer, follow, type StartedContainer } from './follow.ts';
import { build, resolveDigest } from './images.ts';
import { readEnd, readStarted, readUsage, writeEnd } from './kept.ts';
import { buildLostEnd } from './outcome.ts';
import { toLook } from './talk.ts';
import { UNKNOWN_USAGE } from './usage.ts';
import { createWatchdogKeeper, WATCHDOG } from './watchdog.ts';
import { openWatchList } from './watched.ts';

export interface DockerDeps extends DaemonAddress {
  /** Network of containers, as `docker network ls` names it, or `none` or `host`. */
  readonly network: string;
  /** Model of the GPUs of the engine's machine, as work names it; null: unknown, and work that names one is refused. */
  readonly gpuModel: string | null;
  /** Folder in the data folder, used by the watchdog alone; created if missing. */
  readonly folder: string;
  /** Shared with other components of this process that choose GPUs of the engine. Default: a separate one. */
  readonly alone?: OneAtATime;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Runs work in containers of a Docker Engine, on this machine or another. The engine is not called until there is work
 * for it. Errors: `config_invalid` when its address or its certificates are invalid.
 */
export function createDockerExecutor({
  address,
  certificates,
  network,
  gpuModel,
  folder,
  alone = createOneAtATime(),
  clock,
  log,
}: DockerDeps): Executor {
  buildConnection({ address, certificates });
  const closing = new AbortController();
  const daemon = connectDaemon({ address, certificates });
  const list = openWatchList(join(folder, WATCHDOG.list));
  const nvidiaSmi = createNvidiaSmi({ now: clock.now });
  const deps: BeginDeps = {
    daemon,
    list,
    keepWatchdog: createWatchdogKeeper(folder),
    clock,
    log,
    network,
    gpuModel,
    readerOf: address.startsWith('unix:') ? nvidiaSmi.of : null,
    closing: closing.signal,
    alone,
  };
  const begins = new Map<string, Promise<RunningWork>>();
  const followed = new Map<string, FollowedContainer>();

  function attend(begun: StartedContainer): RunningWork {
    const following = follow(deps, begun);
    followed.set(begun.work.id, following);
    following.done.finally(() => followed.delete(begun.work.id));
    return following.running;
  }

  async function lookUp(work: Work): Promise<RunningWork | null> {
    const known = followed.get(work.id);
    if (known !== undefined) return known.running;
    const end = readEnd(work.folder);
    if (end !== null) return toEndedWork(work, end);
    const found = await adopt(deps, work);
    if (found === null) return null;
    return 'end' in found ? toEndedWork(work, found.end) : (followed.get(work.id)?.running ?? attend(found.begun));
  }

  async function beginOrFind(work: Work): Promise<RunningWork> {
    const known = await lookUp(work);
    if (known !== null) return known;
    refuseNodes('docker', work);
    const beginning = await createAndStart(deps, work);
    return 'end' in beginning ? toEndedWork(work, beginning.end) : attend(beginning.begun);
  }

  return {
    engine: 'docker',
    async imageDigest(image) {
      if (image === null) throw new AppError('image_missing', 'No image is set, which Docker requires.');
      return resolveDigest(daemon, image);
    },
    buildImage: (request) => build(daemon, { ...request, network }),
    start(work) {
      const going = begins.get(work.id);
      if (going !== undefined) return going;
      const beginning = beginOrFind(work).finally(() => begins.delete(work.id));
      begins.set(work.id, beginning);
      return beginning;
    },
    find: (work) => begins.get(work.id) ?? lookUp(work),
    async remove({ id }) {
      await removeContainer(daemon, id);
      list.remove(id);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await Promise.all([...followed.values()].map(({ done }) => done));
    },
  };
}

/** Work of an earlier server process. Null: it never started, or neither the engine nor the work's folder has a record of it. */
async function adopt(deps: BeginDeps, work: Work): Promise<{ begun: StartedContainer } | { end: WorkEnd } | null> {
  const found = await inspect(deps, work.id);
  const started = readStarted(work.folder);
  if (found === null) {
    if (started === null) return null;
    const detail = 'The Docker Engine no longer has the container.';
    const end = buildLostEnd({
      start: started,
      now: deps.clock.now(),
      usage: readUsage(work.folder) ?? UNKNOWN_USAGE,
      detail,
    });
    writeEnd(work.folder, end);
    return { end };
  }
  const { began, remains } = toLook(found.State);
  if (!began) return null;
  const container = found.Id;
  if (remains === null) {
    if (deps.list.read(work.id) === null) watch(deps, work, container);
    await deps.keepWatchdog();
  }
  const gpus = (found.Config.Labels[LABEL.gpus] ?? '').split(',').filter((gpu) => gpu !== '');
  return { begun: { work, container, start: started ?? Date.parse(found.State.StartedAt), gpus } };
}

async function inspect({ daemon }: BeginDeps, id: string) {
  try {
    const found = await daemon.ask((api) => api.getContainer(buildContainerName(id)).inspect());
    return found.Config.Labels[LABEL.work] === id ? found : null;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

function toEndedWork(work: Work, end: WorkEnd): RunningWork {
  return {
    id: work.id,
    start: end.start,
    ended: Promise.resolve(end),
    extend: async () => undefined,
    stop: async () => undefined,
    usage: async () => end.usage,
  };
}
