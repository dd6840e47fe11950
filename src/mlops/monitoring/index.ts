import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { TargetRules } from '../../platform/notices/index.ts';
import type { RetentionPreview } from '../../platform/retention/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createEstimates } from './alerts/estimated.ts';
import { measured } from './alerts/losses.ts';
import type { QualityEstimates, ServedRequests } from './alerts/ports.ts';
import { alertRoutes } from './alerts/routes.ts';
import { type AlertDeps, scheduleAlerts } from './alerts/service.ts';
import { noteRetrained } from './alerts/take-look.ts';
import { createDrift, type DriftDeps } from './drift/index.ts';
import { applyMonitor } from './monitors/apply.ts';
import { type MeasuredQuality, type Monitor, MonitorSpec } from './monitors/schema.ts';
import { findMonitors } from './monitors/store.ts';
import { createStoredWindows } from './monitors/stored-windows.ts';
import { createCounts, type PredictionCounts } from './predictions/counts.ts';
import { type KeepDays, previewTable, retainPredictions } from './predictions/retention.ts';
import { createServedLog, type ServedLog } from './predictions/served.ts';
import { monitoringRoutes } from './routes.ts';
import type { MonitoringDeps, OpenedMonitoring } from './tables.ts';
import { driftWindowRoutes } from './windows/routes.ts';
import { createDriftWindows } from './windows/service.ts';

export { lossMetric } from './alerts/losses.ts';
export type { ServedRequests } from './alerts/ports.ts';
export { findAlertedModel } from './alerts/store.ts';
export { monitoringMigrations } from './migrations.ts';
export type { ServedLog } from './predictions/served.ts';
export { createDdSketch, type DdSketch, ddSketchOf } from './sketches/index.ts';
export { journalFolder, type OpenedMonitoring, openMonitoring } from './tables.ts';

/** Stores predictions and outcomes, and measures quality and drift. */
export interface Monitoring {
  /** `Monitor`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Destination of the predictions that the gateway answers. */
  readonly served: ServedLog;
  /** A monitor by name; null where there is none. */
  monitor(sql: Sql, name: string): Promise<Monitor | null>;
  readonly counts: PredictionCounts;
  /**
   * In the caller's transaction: records that a new version has replaced the one with low quality. The new version is judged
   * on its own looks.
   */
  retrained(sql: Sql, monitor: string, by: { readonly version: string; readonly at: string }): Promise<void>;
  /** Number of predictions in a part, and the quality of those with labels that are known now. */
  measured(
    monitor: Monitor,
    part: { readonly start: string; readonly end: string; readonly modelVersion: string | undefined },
  ): Promise<{ readonly predictions: number; readonly quality: readonly MeasuredQuality[] }>;
  /** Rows of predictions or labels that a retention of this many days would delete; null: unlimited retention. */
  previewPredictions(days: number | null): Promise<RetentionPreview>;
  previewLabels(days: number | null): Promise<RetentionPreview>;
  /** Compares windows as they become complete, evaluates alerts, and sends notices. */
  schedule(jobs: Jobs): void;
}

export interface MonitoringGround
  extends Omit<MonitoringDeps, 'uploads'>,
    DriftDeps,
    TargetRules,
    Omit<AlertDeps, 'tables' | 'estimates' | 'served'> {
  /** Estimates of quality without labels; left out: as the monitor configures under `estimate`. */
  readonly estimates?: QualityEstimates;
  /** After how many days predictions and labels are deleted. */
  readonly config: KeepDays;
  /** Requests where models are served. */
  readonly requests: ServedRequests;
}

/** Job that stores the windows of monitors whose predictions or labels have changed. */
const STORE_WINDOWS = 'monitoring.store-windows';
/** Job that deletes predictions and labels older than their retention. */
const RETAIN = 'monitoring.retain';

export function createMonitoring(deps: MonitoringGround, opened: OpenedMonitoring): Monitoring {
  const tables = { predictions: opened.predictions, labels: opened.labels };
  const { estimates = createEstimates({ ...deps, tables }), requests } = deps;
  const windows = createDriftWindows({ ...deps, tables });
  const storedWindows = createStoredWindows({ ...deps, ...tables });
  return {
    monitor: async (sql, name) => (await findMonitors(sql, name))[0] ?? null,
    counts: createCounts(opened),
    retrained: noteRetrained,
    measured: (monitor, part) => measured({ tables, clock: deps.clock }, monitor, part),
    previewPredictions: (days) => previewTable({ ...deps, ...tables }, 'predictions', days),
    previewLabels: (days) => previewTable({ ...deps, ...tables }, 'labels', days),
    served: createServedLog({ ...deps, ...opened }),
    kinds: [specKind('Monitor', 60, MonitorSpec, (sql, name, spec) => applyMonitor(deps, sql, name, spec))],
    routes: [
      ...monitoringRoutes({ ...deps, storedWindows }, opened),
      ...createDrift(deps).routes,
      ...driftWindowRoutes(deps),
      ...alertRoutes({ ...deps, tables, estimates }),
    ],
    schedule: (jobs) => {
      scheduleAlerts({ ...deps, tables, estimates, served: requests }, windows, jobs);
      jobs.register(STORE_WINDOWS, {
        maxAttempts: 1,
        handler: (_payload, { signal }) => storedWindows.store(signal),
      });
      jobs.schedule(STORE_WINDOWS, '* * * * *', { kind: STORE_WINDOWS, payload: null });
      jobs.register(RETAIN, {
        maxAttempts: 1,
        handler: async (_payload, { signal }) => {
          if (!(await retainPredictions({ ...deps, ...tables }, deps.config))) return;
          await storedWindows.forget();
          await storedWindows.store(signal);
        },
      });
      jobs.schedule(RETAIN, '23 * * * *', { kind: RETAIN, payload: null });
    },
  };
}
