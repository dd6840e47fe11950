import type { Route } from '../../platform/http/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createDrift, type DriftDeps } from './drift/index.ts';
import { applyMonitor } from './monitors/apply.ts';
import { type Monitor, MonitorSpec } from './monitors/schema.ts';
import { findMonitors } from './monitors/store.ts';
import { createCounts, type PredictionCounts } from './predictions/counts.ts';
import { createServedLog, type ServedLog } from './predictions/served.ts';
import { monitoringRoutes } from './routes.ts';
import type { MonitoringDeps, OpenedMonitoring } from './tables.ts';

export { monitoringMigrations } from './migrations.ts';
export type { ServedLog } from './predictions/served.ts';
export { createDdSketch, type DdSketch, ddSketchOf } from './sketches/index.ts';
export { journalFolder, type OpenedMonitoring, openMonitoring } from './tables.ts';

/** What models answered, what really happened, and how good the answers were; did the data drift? */
export interface Monitoring {
  /** `Monitor`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Where the gateway keeps what it answered. */
  readonly served: ServedLog;
  /** A monitor by name; null where there is none. */
  monitor(sql: Sql, name: string): Promise<Monitor | null>;
  readonly counts: PredictionCounts;
}

export function createMonitoring(deps: MonitoringDeps & DriftDeps, opened: OpenedMonitoring): Monitoring {
  return {
    kinds: [specKind('Monitor', 60, MonitorSpec, applyMonitor)],
    monitor: async (sql, name) => (await findMonitors(sql, name))[0] ?? null,
    counts: createCounts(opened),
    routes: [...monitoringRoutes(deps, opened), ...createDrift(deps).routes],
    served: createServedLog({ ...deps, ...opened }),
  };
}
