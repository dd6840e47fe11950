import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { RetentionPreview } from '../../platform/retention/index.ts';
import { createCounts, type PredictionCounts } from './counts.ts';
import { previewTable, retainPredictions } from './retention.ts';
import { type PredictionRouteDeps, predictionRoutes } from './routes.ts';
import { createServedLog, type ServedLog } from './served.ts';

export { createCounts, type PredictionCounts } from './counts.ts';
export {
  buildConditions,
  buildInstantSql,
  computeReadRange,
  labelledSql,
  type ReadColumns,
  rowsOfModelSql,
  type Selection,
} from './labelled.ts';
export { LABEL, PREDICTION, SHADOW_PREDICTION } from './lake-tables.ts';
export type { LostQuestion, MonitorRules } from './monitor-rules.ts';
export { buildJournalFolder, type OpenedPredictions, openPredictions, PREDICTION_JOURNALS } from './open.ts';
export { createLabelledReader, DEFAULT_LABEL_DAYS, type LabelledReader } from './read-labelled.ts';
export type { ServedLog } from './served.ts';

/** The log of predictions and their labels. */
export interface Predictions {
  readonly routes: readonly Route[];
  /** Destination of the predictions that the gateway answers. */
  readonly served: ServedLog;
  readonly counts: PredictionCounts;
  /** Rows of predictions, labels or shadow answers that a retention of this many days would delete; null: unlimited retention. */
  previewPredictions(days: number | null): Promise<RetentionPreview>;
  previewLabels(days: number | null): Promise<RetentionPreview>;
  previewShadows(days: number | null): Promise<RetentionPreview>;
  /** Deletes rows that are older than their retention period, once an hour. */
  schedule(jobs: Jobs): void;
}

export interface PredictionsDeps extends PredictionRouteDeps {
  /** Figures computed from stored rows, recomputed after a deletion. Implemented by quality; supplied by the caller. */
  readonly figures: { forget(): Promise<void>; store(signal: AbortSignal): Promise<void> };
}

/** Job that deletes predictions and labels older than their retention. */
const RETAIN = 'monitoring.retain';

export function createPredictions(deps: PredictionsDeps): Predictions {
  return {
    routes: predictionRoutes(deps),
    served: createServedLog(deps),
    counts: createCounts(deps),
    previewPredictions: (days) => previewTable(deps, 'predictions', days),
    previewLabels: (days) => previewTable(deps, 'labels', days),
    previewShadows: (days) => previewTable(deps, 'shadowPredictions', days),
    schedule: (jobs) => {
      jobs.register(RETAIN, {
        maxAttempts: 1,
        handler: async (_payload, { signal }) => {
          if (!(await retainPredictions(deps, deps.config))) return;
          await deps.figures.forget();
          await deps.figures.store(signal);
        },
      });
      jobs.schedule(RETAIN, '23 * * * *', { kind: RETAIN, payload: null });
    },
  };
}
