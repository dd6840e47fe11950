import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { JournaledTable } from '../../platform/journal/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock, Period } from '../../platform/units/index.ts';
import type { Monitor } from '../monitors/schema.ts';
import { driftWindowRoutes } from './drift-windows/routes.ts';
import type { DriftWindow } from './drift-windows/schema.ts';
import { computeGeneration, createDriftWindows, type DriftWindows } from './drift-windows/service.ts';
import { listWindows } from './drift-windows/store.ts';
import type { LiveScores, LiveScoresQuestion } from './live-scores/question.ts';
import { readLiveScores } from './live-scores/read.ts';
import { qualityRoutes } from './routes.ts';
import { createMonitorReader, type MonitorReader } from './windows/read-monitor.ts';
import { createStoredWindows, type StoredWindows } from './windows/stored-windows.ts';

export { LEAST_EFFECT } from './drift-windows/least-effect.ts';
export {
  computeGeneration,
  type DriftWindows,
  type OnWindow,
  type ReferencePredictions,
} from './drift-windows/service.ts';
export { listWindows } from './drift-windows/store.ts';
export type { LiveScores, LiveScoresQuestion } from './live-scores/question.ts';
export { qualityMigrations } from './migrations.ts';
export type { MonitorReader } from './windows/read-monitor.ts';
export { type ScoredRows, scoreRows } from './windows/scored-rows.ts';
export { readWindows, type Tables } from './windows/windows.ts';
export { scoresSql } from './windows/windows-sql.ts';

export interface QualityDeps {
  readonly store: Store;
  readonly lake: Lake;
  /** Stored windows, and profiles of references. */
  readonly objects: Objects;
  readonly clock: Clock;
  readonly log: Log;
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
  /** Answers of shadow variants. */
  readonly shadows: JournaledTable;
}

/** A question about live scores, as known now or at a stated instant. */
export type AskedLiveScores = Omit<LiveScoresQuestion, 'knownAt'> & Partial<Pick<LiveScoresQuestion, 'knownAt'>>;

/** Figures of the predictions of monitored models by window: quality with intervals, estimates without labels, and drift. */
export interface Quality {
  /** Monitors and their quality by window. */
  readonly routes: readonly Route[];
  /** Drift of monitors by window. */
  readonly driftRoutes: readonly Route[];
  readonly driftWindows: DriftWindows;
  /** Windows as they were computed, deleted and recomputed after rows are deleted. */
  readonly storedWindows: Pick<StoredWindows, 'forget' | 'store'>;
  /** Drift of the windows that overlap a period, by time; empty without a drift watch. */
  driftIn(monitor: Monitor, period: Period): Promise<DriftWindow[]>;
  /** Figures of a monitor for other features, without a read of the log where possible. */
  readonly reader: MonitorReader;
  /** Scores of two versions on an endpoint, by cluster. `knownAt` left out: now. */
  liveScores(question: AskedLiveScores): Promise<LiveScores>;
  /** Stores the windows of monitors whose predictions or labels have changed, once a minute. */
  schedule(jobs: Jobs): void;
}

/** Drift windows of a period that are read, the latest ones. */
const MOST_DRIFT_WINDOWS = 500;

/** Job that stores the windows of monitors whose predictions or labels have changed. */
const STORE_WINDOWS = 'monitoring.store-windows';

export function createQuality(deps: QualityDeps): Quality {
  const storedWindows = createStoredWindows(deps);
  return {
    routes: qualityRoutes({ ...deps, storedWindows }),
    driftRoutes: driftWindowRoutes(deps),
    driftWindows: createDriftWindows({ ...deps, tables: { predictions: deps.predictions, labels: deps.labels } }),
    storedWindows,
    driftIn: async (monitor, { start: since, end: until }) => {
      const { drift } = monitor.spec;
      if (drift === undefined) return [];
      return listWindows(deps.store, computeGeneration(monitor, drift), { since, until, limit: MOST_DRIFT_WINDOWS });
    },
    reader: createMonitorReader({
      clock: deps.clock,
      predictions: deps.predictions,
      labels: deps.labels,
      storedWindows,
    }),
    liveScores: (question) => readLiveScores(deps, { knownAt: new Date(deps.clock.now()).toISOString(), ...question }),
    schedule: (jobs) => {
      jobs.register(STORE_WINDOWS, {
        maxAttempts: 1,
        handler: (_payload, { signal }) => storedWindows.store(signal),
      });
      jobs.schedule(STORE_WINDOWS, '* * * * *', { kind: STORE_WINDOWS, payload: null });
    },
  };
}
