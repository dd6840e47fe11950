import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { TargetRules } from '../../platform/notices/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Period } from '../../platform/units/index.ts';
import { createDrift, type DriftDeps } from '../drift/index.ts';
import { applyMonitor, createMonitorRules, findMonitors } from '../monitors/index.ts';
import { type MeasuredQuality, type Monitor, MonitorSpec, type MonitorWindow } from '../monitors/schema.ts';
import {
  createPredictions,
  type OpenedPredictions,
  type Predictions,
  type PredictionsDeps,
} from '../predictions/index.ts';
import { createQuality, type Quality, type QualityDeps } from '../quality/index.ts';
import { createEstimates } from './alerts/estimated.ts';
import { measureQuality } from './alerts/losses.ts';
import type { QualityEstimates, ServedRequests } from './alerts/ports.ts';
import { alertRoutes } from './alerts/routes.ts';
import { type AlertDeps, createEvaluation, scheduleAlerts } from './alerts/service.ts';
import { noteRetrained } from './alerts/take-look.ts';
import { type MonitorHealth, readMonitorHealth } from './health/index.ts';

export { selectLossMetric } from './alerts/losses.ts';
export type { ServedRequests } from './alerts/ports.ts';
export { findAlertedModel } from './alerts/store.ts';
export type { MonitorHealth, VersionLook } from './health/index.ts';
export { monitoringMigrations } from './migrations.ts';

/** Measures quality and drift of the predictions of monitored models, and evaluates alerts. */
export interface Monitoring extends Omit<Predictions, 'routes' | 'schedule'> {
  /** `Monitor`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** A monitor by name; null where there is none. */
  monitor(sql: Sql, name: string): Promise<Monitor | null>;
  /**
   * In the caller's transaction: records that a new version has replaced the one with low quality. The new version is judged
   * on its own looks.
   */
  retrained(sql: Sql, monitor: string, by: { readonly version: string; readonly at: string }): Promise<void>;
  /** Number of predictions in a part, and the quality of those with labels that are known now. */
  measured(
    monitor: Monitor,
    part: {
      readonly start: string;
      readonly end: string;
      readonly modelVersion: string | undefined;
      readonly endpoint?: string;
    },
  ): Promise<{ readonly predictions: number; readonly quality: readonly MeasuredQuality[] }>;
  /** Figures of all logged predictions of a monitor in a period; null: none. */
  figures(monitor: Monitor, period: Period): Promise<MonitorWindow | null>;
  /** Drift of the windows that overlap a period, by time. */
  readonly driftIn: Quality['driftIn'];
  /** Scores of two versions on an endpoint by cluster: on the same requests through shadow copies, or on different ones. */
  readonly liveScores: Quality['liveScores'];
  /** Open alerts and figures by version, for the judgement of production. */
  health(): MonitorHealth;
  /** Compares windows as they become complete, evaluates alerts, and sends notices. */
  schedule(jobs: Jobs): void;
}

export interface MonitoringGround
  extends Omit<QualityDeps, 'predictions' | 'labels' | 'shadows'>,
    Pick<PredictionsDeps, 'config'>,
    DriftDeps,
    TargetRules,
    Omit<AlertDeps, 'tables' | 'estimates' | 'served'> {
  /** Estimates of quality without labels; left out: as the monitor configures under `estimate`. */
  readonly estimates?: QualityEstimates;
  /** Requests where models are served. */
  readonly requests: ServedRequests;
}

export function createMonitoring(deps: MonitoringGround, opened: OpenedPredictions): Monitoring {
  const { shadows } = opened;
  const tables = { predictions: opened.predictions, labels: opened.labels };
  const { estimates = createEstimates({ ...deps, tables }), requests } = deps;
  const quality = createQuality({ ...deps, ...tables, shadows });
  const monitors = createMonitorRules(deps.store);
  const evaluate = createEvaluation({ ...deps, tables, estimates, served: requests }, quality.driftWindows);
  const predictions = createPredictions({ ...deps, ...tables, shadows, monitors, figures: quality.storedWindows });
  return {
    served: predictions.served,
    counts: predictions.counts,
    previewPredictions: predictions.previewPredictions,
    previewLabels: predictions.previewLabels,
    previewShadows: predictions.previewShadows,
    monitor: async (sql, name) => (await findMonitors(sql, name))[0] ?? null,
    retrained: noteRetrained,
    figures: quality.reader.window,
    driftIn: quality.driftIn,
    liveScores: quality.liveScores,
    health: () => readMonitorHealth({ store: deps.store, clock: deps.clock, reader: quality.reader, requests }),
    measured: (monitor, part) => measureQuality({ tables, clock: deps.clock }, monitor, part),
    kinds: [createSpecKind('Monitor', 60, MonitorSpec, (sql, name, spec) => applyMonitor(deps, sql, name, spec))],
    routes: [
      ...predictions.routes,
      ...quality.routes,
      ...createDrift(deps).routes,
      ...quality.driftRoutes,
      ...alertRoutes({ ...deps, tables, estimates, evaluate }),
    ],
    schedule: (jobs) => {
      scheduleAlerts(deps, evaluate, jobs);
      quality.schedule(jobs);
      predictions.schedule(jobs);
    },
  };
}
