import { AppError } from '../../../platform/errors/index.ts';
import type { JobContext, Jobs } from '../../../platform/jobs/index.ts';
import type { ManifestOutcome } from '../../../platform/manifests/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { findDevices } from '../recent/devices.ts';
import type { LeftOut } from '../series/left-out.ts';
import { createSourceNotFoundError } from './receive.ts';
import type { GpuSource, GpuSourceSpec, PrometheusSource } from './schema.ts';
import { UTILIZATION_SIGNALS } from './signals.ts';
import { findSources, type StoredSource, saveSource } from './store.ts';
import { isAsked, type SyncDeps, syncSource } from './sync.ts';

/** A source that is also queried about containers. */
export interface ContainerSource {
  readonly name: string;
  readonly id: string;
  readonly spec: PrometheusSource & { readonly containers: NonNullable<PrometheusSource['containers']> };
}

/** Progress of reading the containers of a source. */
export interface ContainersRead {
  /** Unix milliseconds; null: not read yet. */
  readonly readUntil: number | null;
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
  readonly lastError: { readonly code: string; readonly detail: string } | null;
}

/** Reads the usage of containers from the sources of GPU readings: implemented by workloads. */
export interface ContainerReader {
  /** Queries one source for new readings; false when the time limit ended it. */
  sync(source: ContainerSource, limits: { readonly signal: AbortSignal; readonly until: number }): Promise<boolean>;
  read(sql: Sql, source: string): Promise<ContainersRead>;
}

export interface SourcesDeps extends SyncDeps {
  readonly containers: ContainerReader;
  /** Serializes the work on sources: two concurrent syncs would query the same data. */
  readonly oneSync: <T>(work: () => Promise<T>) => Promise<T>;
}

const READ_JOB = 'gpus.read';
const EVERY_5_MINUTES = '*/5 * * * *';
/** Time limit of a call; the client calls again for the rest. */
const CALL_MS = 20_000;

/** Queries all sources every 5 minutes, once across all servers. */
export function scheduleSources(deps: SourcesDeps, jobs: Pick<Jobs, 'register' | 'schedule'>): void {
  // A failure is recorded with its source, and the next run is soon.
  jobs.register(READ_JOB, { maxAttempts: 1, handler: (_payload, context) => readAll(deps, context) });
  jobs.schedule(READ_JOB, EVERY_5_MINUTES, { kind: READ_JOB, payload: null });
}

async function readAll(deps: SourcesDeps, { signal }: JobContext): Promise<void> {
  const until = Number.POSITIVE_INFINITY;
  for (const source of (await findSources(deps.store)).filter(isAsked)) {
    await deps.oneSync(() => syncNewest(deps, source.name, { signal, until }));
  }
}

/** Reads the source again when its turn comes, because it may have changed. */
async function syncNewest(deps: SourcesDeps, name: string, limits: Parameters<typeof syncSource>[2]): Promise<boolean> {
  const source = (await findSources(deps.store, name)).find(isAsked);
  if (source === undefined) return true;
  const gpusDone = await syncSource(deps, source, limits);
  if (!isAskedOfContainers(source)) return gpusDone;
  return (await deps.containers.sync(source, limits)) && gpusDone;
}

function isAskedOfContainers(source: StoredSource): source is StoredSource & ContainerSource {
  return source.spec.type === 'prometheus' && source.spec.containers !== undefined;
}

/** Creates or updates a source; its readings stay. */
export async function applyGpuSource(sql: Sql, name: string, spec: GpuSourceSpec): Promise<ManifestOutcome> {
  const [before] = await findSources(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  const other =
    spec.type !== 'mlflow'
      ? undefined
      : (await findSources(sql)).find((one) => one.name !== name && one.spec.type === 'mlflow');
  if (other !== undefined) {
    const detail = `The source ${other.name} of type mlflow reads the metrics of runs already, and only one is permitted. Change that source.`;
    throw new AppError('manifest_invalid', detail, { path: 'spec.type' });
  }
  await saveSource(sql, name, spec);
  return before === undefined ? 'created' : 'changed';
}

/**
 * Queries one source, or all for null, for new readings, for some seconds, and folds the received readings into their days.
 * Error: `gpu_source_not_found`.
 */
export async function syncByHand(
  deps: SourcesDeps,
  name: string | null,
): Promise<{ done: boolean; sources: GpuSource[] }> {
  const sources = await findSources(deps.store, name);
  if (name !== null && sources.length === 0) throw createSourceNotFoundError(name);
  const until = performance.now() + CALL_MS;
  const { signal } = new AbortController();
  let done = true;
  for (const source of sources.filter(isAsked)) {
    done = (await deps.oneSync(() => syncNewest(deps, source.name, { signal, until }))) && done;
  }
  await deps.fold();
  return { done, sources: await readSourcesWithState(deps, name) };
}

export async function readSourcesWithState(
  { store: sql, containers: reader }: Pick<SourcesDeps, 'store' | 'containers'>,
  name: string | null = null,
): Promise<GpuSource[]> {
  const devices = Map.groupBy(await findDevices(sql), ({ source }) => source);
  const shownOnes = (await findSources(sql, name)).map(async (source) => {
    const own = devices.get(source.id) ?? [];
    const newest = own.reduce((latest, { seenAt }) => Math.max(latest, seenAt), 0);
    const current = own.filter(({ seenAt }) => seenAt > newest - DAY_MS);
    const bySignal = Map.groupBy(current, ({ signal }) => nameSignal(signal, source));
    const containers = isAskedOfContainers(source) ? toContainerState(await reader.read(sql, source.name)) : null;
    const known = toGpuSource(source);
    return {
      ...known,
      state: (containers?.lastError ?? null) === null ? known.state : ('failed' as const),
      containers,
      gpus: current.length,
      signals: [...bySignal].flatMap(([signal, gpus]) => (signal === null ? [] : [{ signal, gpus: gpus.length }])),
    };
  });
  return Promise.all(shownOnes);
}

function toContainerState({ readUntil, readings, leftOut, lastError }: ContainersRead): GpuSource['containers'] {
  return { readUntil: formatInstant(readUntil), readings, leftOut: [...leftOut], lastError };
}

function formatInstant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function nameSignal(rank: number | null, { spec }: StoredSource): string | null {
  if (rank === null) return null;
  return spec.type === 'mlflow' ? 'utilization_percentage' : (UTILIZATION_SIGNALS[rank] ?? null);
}

function toGpuSource({ name, spec, readUntil, lastAt, readings, leftOut, lastError }: StoredSource) {
  const state: GpuSource['state'] = lastError !== null ? 'failed' : lastAt === null ? 'never' : 'ok';
  return {
    source: name,
    type: spec.type,
    url: spec.type === 'prometheus' ? spec.url : null,
    intervalMs: spec.interval,
    price: spec.price ?? null,
    resource: spec.resource ?? null,
    state,
    readUntil: formatInstant(readUntil),
    lastAt: formatInstant(lastAt),
    readings,
    leftOut: [...leftOut],
    lastError,
  };
}
