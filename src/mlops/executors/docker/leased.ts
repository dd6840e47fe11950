import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OneAtATime } from '../../../platform/concurrency/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { ContainerSpec, LeasedContainer, LeasedContainers } from '../../compute/index.ts';
import { buildConnection, type DaemonAddress } from './address.ts';
import { listReservedGpus } from './begin.ts';
import { buildCannotError, checkCan, freeGpus, LABEL, toCreateFailure } from './container.ts';
import { connectDaemon, type Daemon } from './daemon.ts';
import { isStatus, parseRefusal } from './failures.ts';
import { createArchive, send } from './folder-archive.ts';
import { resolveDigest } from './images.ts';
import { buildLeasedContainer, checkReach, findAddress, type Reach, toStartError } from './leased-container.ts';
import { buildLease, followContainer, type LifeDeps } from './leased-life.ts';
import { createWatchdogKeeper, WATCHDOG } from './watchdog.ts';
import { openWatchList } from './watched.ts';

export interface LeasedContainersDeps extends DaemonAddress {
  readonly reach: Reach;
  /** Model of the GPUs of the engine's machine; null: unknown. */
  readonly gpuModel: string | null;
  /** Data folder for the watchdog, shared with work. */
  readonly folder: string;
  /** Permanent id of this server. Containers left by an earlier process are found by it. */
  readonly server: string;
  readonly alone: OneAtATime;
  readonly log: Log;
}

interface StartDeps
  extends LifeDeps,
    Pick<LeasedContainersDeps, 'reach' | 'gpuModel' | 'server' | 'alone' | 'folder'> {}

/** Containers on a lease. Containers left by an earlier process are removed immediately, or as soon as the engine is reachable. */
export function openLeasedContainers(deps: LeasedContainersDeps): LeasedContainers {
  const { address, certificates, folder, server, log } = deps;
  buildConnection({ address, certificates });
  const closing = new AbortController();
  const daemon = connectDaemon({ address, certificates });
  const list = openWatchList(join(folder, WATCHDOG.list));
  const own: StartDeps = { ...deps, daemon, list, keepWatchdog: createWatchdogKeeper(folder), closing: closing.signal };
  let isCleared = false;
  const clearing = clear(own)
    .then(() => {
      isCleared = true;
    })
    .catch((error: unknown) => {
      if (!closing.signal.aborted)
        log.warn({ err: error, server }, 'cannot list the containers of an earlier server yet');
    });
  return {
    async start(spec) {
      checkReach(deps.reach, address);
      // Until the engine has answered once, this call reports that the engine is unreachable.
      if (!isCleared) await daemon.ask((api) => api.ping());
      await clearing;
      if (!isCleared) await clear(own);
      isCleared = true;
      return start(own, spec);
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** Removes containers left by this server or by an earlier process on the same data folder. Their state is unknown. */
async function clear({ daemon, server, list, closing }: StartDeps): Promise<void> {
  const filters = { label: [`${LABEL.server}=${server}`] };
  const found = await daemon.askPatiently((api) => api.listContainers({ all: true, filters }), closing);
  await Promise.all(
    found.map(async ({ Id: id, Names: names }) => {
      await remove(daemon, id);
      for (const name of names) list.remove(name.replace(/^\/steelyard-/, ''));
    }),
  );
}

async function remove(daemon: Daemon, container: string): Promise<void> {
  try {
    await daemon.ask((api) => api.getContainer(container).remove({ force: true, v: true }), null);
  } catch (error) {
    // 409: another client is removing it.
    if (!isStatus(error, 404, 409)) throw error;
  }
}

async function start(deps: StartDeps, spec: ContainerSpec): Promise<LeasedContainer> {
  const { daemon, gpuModel, reach, list, folder } = deps;
  const { NCPU: cpus, MemTotal: memoryBytes } = await daemon.ask((api) => api.info());
  const resources = { ...spec.resources, instance: null, spot: false };
  checkCan({ resources, outputs: [] }, { cpus, memoryBytes, gpuModel });
  const image = await resolveDigest(daemon, spec.image, spec.notFetched);
  const made = await make(deps, spec, image);
  const stopped = join(folder, 'stopped', spec.id);
  try {
    await fill(deps, spec, made.container);
    mkdirSync(join(folder, 'stopped'), { recursive: true });
    list.write(spec.id, buildLease(daemon, spec, made.container, stopped, Date.now()));
    await deps.keepWatchdog();
    await startContainer(deps, spec, made);
    const address = await findAddress(daemon, made.container, spec, reach);
    const life = followContainer(deps, spec, made.container, stopped);
    if (address !== null) return { address, ...life };
    throw buildCannotError((await life.ended).detail);
  } catch (error) {
    await remove(daemon, made.container)
      .then(() => list.remove(spec.id))
      .catch((failure: unknown) => deps.log.warn({ err: failure, container: spec.id }, 'cannot remove a container'));
    throw error;
  }
}

interface CreatedContainer {
  readonly container: string;
  /** Number of containers that held GPUs when the GPUs of this one were chosen. */
  readonly held: number;
}

function make(deps: StartDeps, spec: ContainerSpec, image: string): Promise<CreatedContainer> {
  const create = async (held: readonly string[]): Promise<CreatedContainer> => {
    const gpus = freeGpus(spec.resources.gpus.count, held);
    try {
      const options = buildLeasedContainer(spec, { ...deps, image, gpus });
      const { id } = await deps.daemon.ask((api) => api.createContainer(options));
      return { container: id, held: held.length };
    } catch (error) {
      throw toCreateFailure(error);
    }
  };
  if (spec.resources.gpus.count === 0) return create([]);
  return deps.alone(async () => create(await listReservedGpus(deps.daemon)));
}

/** Any user of the image may read it. */
async function fill({ daemon, closing }: StartDeps, { files }: ContainerSpec, container: string): Promise<void> {
  if (files === null) return;
  const opens = { file: 0o444, folder: 0o555 };
  const archive = createArchive({ folder: files.folder, prefix: files.path.slice(1), opens });
  const question = { path: '/', abortSignal: closing };
  await send(archive, (body) => daemon.ask((api) => api.getContainer(container).putArchive(body, question), null));
}

async function startContainer(
  { daemon }: StartDeps,
  spec: ContainerSpec,
  { container, held }: CreatedContainer,
): Promise<void> {
  try {
    await daemon.ask((api) => api.getContainer(container).start(), null);
  } catch (error) {
    const refusal = parseRefusal(error);
    throw refusal === null ? error : toStartError(refusal, spec, held);
  }
}
