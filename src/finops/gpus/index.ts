import type { Config } from '../../platform/config/index.ts';
import type { Events } from '../../platform/events/index.ts';
import { handle, type Plugin, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { JournaledTable } from '../../platform/journal/index.ts';
import { createLoop, createOneAtATime } from '../../platform/loop/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { RetentionPreview } from '../../platform/retention/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { type GpuLoad, gpuLoads } from './loads/loads.ts';
import { applyOwnerRules } from './owner-rules/apply.ts';
import { GpuOwnerRulesSpec } from './owner-rules/schema.ts';
import { createPurchases, type PurchaseDeps, type Purchases } from './purchases.ts';
import { fold } from './recent/fold.ts';
import { gpuRoutes, purchaseRoutes } from './routes.ts';
import { createGpuService, type GpuDeps, type GpuService } from './service.ts';
import { remoteWritePlugin } from './sources/receive.ts';
import { gpuSourceRoutes } from './sources/routes.ts';
import { listenToRuns, type RunGpus } from './sources/runs.ts';
import { GpuSourceSpec } from './sources/schema.ts';
import { applyGpuSource, scheduleSources } from './sources/service.ts';
import { sourcePrices } from './sources/store.ts';
import { previewReadings, previewRetention, scheduleRetention } from './telemetry/retention.ts';
import { previewGpuRetention } from './telemetry/retention-schema.ts';
import { importPrices } from './telemetry/store.ts';

export { billedHours } from './commitments/hourly-demand.ts';
export type { NodeGroup } from './containers/node-groups.ts';
export type { ContainerUse } from './containers/use.ts';
export type { MeasuredServing } from './hardware/measured-serving.ts';
export type { GpuLoad } from './loads/loads.ts';
export { gpuMigrations } from './migrations.ts';
export type { GpuDay } from './owners/gpu-days.ts';
export type { GpuHeld } from './owners/held-at.ts';
export type { GpuWork, ReconciledCost } from './owners/owner.ts';
export type { RunGpuDay } from './owners/run-days.ts';
export type { Purchases } from './purchases.ts';
export { openGpuReadings } from './recent/table.ts';
export {
  canPromise,
  type DeadlineJob,
  type DeadlineState,
  decideDeadline,
} from './spot/deadline-policy.ts';

/**
 * Measured GPU usage: idle GPUs, their owners at that time and their cost, and the number of GPUs that the work needs. Also
 * advice to buy GPUs: spot, commitments, and hardware for a served model.
 */
export interface Gpus
  extends AsyncDisposable,
    Pick<GpuService, 'learnOf' | 'days' | 'runDays' | 'readDays' | 'heldAt' | 'containers' | 'nodeGroups'> {
  /** `GpuSource`, `GpuOwnerRules`. */
  readonly kinds: readonly ManifestKind[];
  /** Load of each GPU in [start, end) Unix ms, as far as it was read, by name. */
  loads(window: { readonly start: number; readonly end: number }): Promise<GpuLoad[]>;
  /** Changes if readings are imported from a file, and daily if sources send readings; null: no readings. */
  stamp(sql: Sql, today: string): Promise<string | null>;
  /** The deletions by retention of single readings after this number of days; null: by the setting. */
  previewReadings(days: number | null): Promise<RetentionPreview>;
  readonly purchases: Purchases;
  readonly routes: readonly Route[];
  /** Endpoint for the remote write of a Prometheus. */
  readonly plugin: Plugin;
  /** Imports the GPU metrics that runs log, if a source enables it. */
  listen(events: Pick<Events, 'subscribe'>, runs: RunGpus): void;
  /** Starts to fold received readings into their days, every few minutes and when many are waiting. */
  start(): void;
}

export interface GpuGround extends Omit<GpuDeps, 'oneAtATime' | 'recent'>, PurchaseDeps {
  /** Received readings that are not in their days yet. */
  readonly gpuReadings: JournaledTable;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly log: Log;
  readonly config: Pick<Config, 'gpuReadingDays'>;
}

const FOLD_MS = 5 * 60_000;
const LOOK_MS = 10_000;
const MUCH_BYTES = 64 * 1024 * 1024;

export function createGpus(ground: GpuGround): Gpus {
  const deps = { ...ground, recent: ground.gpuReadings, oneAtATime: createOneAtATime() };
  const service = createGpuService(deps);
  const purchases = createPurchases(deps);
  const holdings = { note: service.note };
  const sources = { ...deps, holdings, fold: () => fold({ ...deps, holdings }), oneSync: createOneAtATime() };
  let foldedAt = 0;
  const loop = createLoop({
    longestRestMs: LOOK_MS,
    failed: (error) =>
      deps.log.error({ err: error }, 'GPU readings could not be written to the lake; they remain in the journal'),
    look: async () => {
      const isLate = performance.now() - foldedAt >= FOLD_MS;
      if (isLate || deps.recent.waitingBytes >= MUCH_BYTES) await sources.fold();
      if (isLate) foldedAt = performance.now();
      return LOOK_MS;
    },
  });
  scheduleSources(sources, ground.jobs);
  scheduleRetention({ ...deps, days: ground.config.gpuReadingDays }, ground.jobs);
  return {
    kinds: [
      specKind('GpuSource', 40, GpuSourceSpec, applyGpuSource),
      specKind('GpuOwnerRules', 40, GpuOwnerRulesSpec, (sql, name, spec) => applyOwnerRules(deps, sql, name, spec)),
    ],
    routes: [
      handle(previewGpuRetention, ({ query: { days = ground.config.gpuReadingDays } }) =>
        previewRetention({ ...deps, days }),
      ),
      ...gpuRoutes(service),
      ...gpuSourceRoutes(sources),
      ...purchaseRoutes(purchases),
    ],
    previewReadings: (days) => previewReadings({ ...deps, days: days ?? ground.config.gpuReadingDays }),
    loads: (window) => gpuLoads(deps, window),
    purchases,
    learnOf: service.learnOf,
    days: service.days,
    runDays: service.runDays,
    readDays: service.readDays,
    stamp: async (sql, today) => {
      const [imported, sent] = [await importPrices(sql), await sourcePrices(sql)];
      return imported.length + sent.length === 0
        ? null
        : `${imported.at(-1)?.id ?? ''} ${sent.length === 0 ? '' : today}`;
    },
    heldAt: service.heldAt,
    containers: service.containers,
    nodeGroups: service.nodeGroups,
    plugin: remoteWritePlugin(sources),
    listen: (events, runs) => listenToRuns(sources, events, runs),
    start: loop.start,
    [Symbol.asyncDispose]: () => loop.stop(),
  };
}
