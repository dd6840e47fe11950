import { createOneAtATime } from '../../platform/concurrency/index.ts';
import type { Config } from '../../platform/config/index.ts';
import type { Events } from '../../platform/events/index.ts';
import { handle, type Plugin, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { JournaledTable } from '../../platform/journal/index.ts';
import { createLoop } from '../../platform/loop/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { RetentionPreview } from '../../platform/retention/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { fold } from './fold.ts';
import { previewReadings, previewRetention, scheduleRetention } from './retention/retention.ts';
import { gpuImportRoutes } from './routes.ts';
import { previewGpuRetention } from './schema.ts';
import { createGpuTelemetryService, type GpuTelemetryDeps, type GpuTelemetryService } from './service.ts';
import { createRemoteWritePlugin } from './sources/receive.ts';
import { createGpuSourceRoutes } from './sources/routes.ts';
import { listenToRuns, type RunGpus } from './sources/runs.ts';
import { GpuSourceSpec } from './sources/schema.ts';
import { applyGpuSource, type ContainerReader, scheduleSources } from './sources/service.ts';
import { findSourcePrices } from './sources/store.ts';
import { importPrices } from './telemetry/store.ts';

export { gpuMigrations } from './migrations.ts';
export { openGpuReadings, READING_JOURNAL } from './recent/table.ts';

/** Readings of GPUs and their holders: from files, Prometheus, remote write and runs; by day in the lake. */
export interface GpuTelemetry extends AsyncDisposable, Pick<GpuTelemetryService, 'readDays'> {
  /** `GpuSource`. */
  readonly kinds: readonly ManifestKind[];
  /** Changes if readings are imported from a file, and daily if sources send readings; null: no readings. */
  stamp(sql: Sql, today: string): Promise<string | null>;
  /** The deletions by retention of single readings after this number of days; null: by the setting. */
  previewReadings(days: number | null): Promise<RetentionPreview>;
  readonly routes: readonly Route[];
  /** Endpoint for the remote write of a Prometheus. */
  readonly plugin: Plugin;
  /** Starts to fold received readings into their days, every few minutes and when many are waiting. */
  start(): void;
}

export interface GpuTelemetryGround extends Omit<GpuTelemetryDeps, 'oneAtATime'> {
  /** Received readings that are not in their days yet. */
  readonly gpuReadings: JournaledTable;
  readonly events: Events;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly log: Log;
  readonly config: Pick<Config, 'gpuReadingDays'>;
  /** Reads the containers of a source that is also queried about them. */
  readonly containers: ContainerReader;
  /** GPU metrics that runs log; imported if a source enables it. */
  readonly runs: RunGpus;
}

const FOLD_MS = 5 * 60_000;
const LOOK_MS = 10_000;
const MUCH_BYTES = 64 * 1024 * 1024;

export function createGpuTelemetry(ground: GpuTelemetryGround): GpuTelemetry {
  const { jobs, events, log, runs } = ground;
  const keepDays = ground.config.gpuReadingDays;
  // Over all servers: it replaces the files of days.
  const oneAtATime: GpuTelemetryDeps['oneAtATime'] = (work) => ground.store.exclusively('days of GPU readings', work);
  const deps = { ...ground, recent: ground.gpuReadings, oneAtATime };
  const service = createGpuTelemetryService(deps);
  const holdings = { note: service.noteHolders };
  const sources = { ...deps, holdings, fold: () => fold({ ...deps, holdings }), oneSync: createOneAtATime() };
  let foldedAt = 0;
  const loop = createLoop({
    longestRestMs: LOOK_MS,
    failed: (error) =>
      log.error({ err: error }, 'GPU readings could not be written to the lake; they remain in the journal'),
    look: async () => {
      const isLate = performance.now() - foldedAt >= FOLD_MS;
      if (isLate || deps.recent.waitingBytes >= MUCH_BYTES) await sources.fold();
      if (isLate) foldedAt = performance.now();
      return LOOK_MS;
    },
  });
  scheduleSources(sources, jobs);
  scheduleRetention({ ...deps, days: keepDays }, jobs);
  listenToRuns(sources, events, runs);
  return {
    kinds: [createSpecKind('GpuSource', 40, GpuSourceSpec, applyGpuSource)],
    routes: [
      handle(previewGpuRetention, ({ query: { days = keepDays } }) => previewRetention({ ...deps, days })),
      ...gpuImportRoutes(service),
      ...createGpuSourceRoutes(sources),
    ],
    previewReadings: (days) => previewReadings({ ...deps, days: days ?? keepDays }),
    readDays: service.readDays,
    stamp: async (sql, today) => {
      const [imported, sent] = [await importPrices(sql), await findSourcePrices(sql)];
      return imported.length + sent.length === 0
        ? null
        : `${imported.at(-1)?.id ?? ''} ${sent.length === 0 ? '' : today}`;
    },
    plugin: createRemoteWritePlugin(sources),
    start: loop.start,
    [Symbol.asyncDispose]: () => loop.stop(),
  };
}
export { appendTimeChanged, type ChangeDeps } from './changes/time-changed.ts';
export { type Holder, isNobody, METRICS_NAMESPACE } from './holders/holding.ts';
export { replaceTimes } from './holders/replace-times.ts';
export { findHoldersById, findTimesWithin, type TimeOfGpu } from './holders/store.ts';
export { type Device, findDevices } from './recent/devices.ts';
export { buildLiveSamplesSql, buildLiveStretchesSql, type LivePart } from './recent/live.ts';
export { GPU_RECENT } from './recent/table.ts';
export type { Labels } from './series/labels.ts';
export { addLeftOut, type LeftOut } from './series/left-out.ts';
export { QueryTooLarge, queryRange } from './sources/prometheus.ts';
export type { ContainerReader, ContainerSource } from './sources/service.ts';
export { findSourcePrices, findSources } from './sources/store.ts';
export type { Series } from './sources/take.ts';
export { buildStretchSelect } from './telemetry/day-sql.ts';
export { findRolledUpDays } from './telemetry/rolled-up.ts';
export { findColumn, openFile } from './telemetry/source-file.ts';
export { type ImportPrice, importPrices } from './telemetry/store.ts';
export { GPU_SAMPLE, GPU_STRETCH, LEVELS, selectPartitions } from './telemetry/tables.ts';
