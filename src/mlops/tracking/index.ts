import type { Events } from '../../platform/events/index.ts';
import type { Plugin, Route } from '../../platform/http/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { MlflowRoute } from '../wire/index.ts';
import { createArtifacts } from './artifacts.ts';
import { createExperiments } from './experiments.ts';
import { findLoggedModel } from './logged-model-store.ts';
import { createLoggedModels } from './logged-models.ts';
import { createLogging } from './logging.ts';
import { artifactPlugin, type VersionSources } from './mlflow-artifacts.ts';
import { experimentRoutes } from './mlflow-experiments.ts';
import { loggedModelRoutes } from './mlflow-logged-models.ts';
import { loggingRoutes } from './mlflow-logging.ts';
import { runRoutes } from './mlflow-runs.ts';
import { findRun } from './read-run.ts';
import { trackingRoutes } from './routes.ts';
import { findRunInfo, latestMetricsOf } from './run-store.ts';
import { createRuns } from './runs.ts';
import type { Run } from './schema.ts';

export { decodeFully } from './artifact-uri.ts';
export { trackingMigrations } from './migrations.ts';
export type { VersionSources } from './mlflow-artifacts.ts';
export { instant } from './run-events.ts';
export type { Run } from './schema.ts';

export interface TrackingDeps {
  readonly store: Store;
  readonly objects: Objects;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
  /** Largest artifact, in bytes. */
  readonly maxUploadBytes: number;
}

/** The latest sample of a metric. */
export interface MeasuredValue {
  /** In the metric's own unit; may be NaN. */
  readonly value: number;
  /** Milliseconds since the Unix epoch, by the client's clock. */
  readonly timestamp: number;
  readonly step: number;
}

/** What others may know of a logged model: where its artifacts are, which run made it, what was measured of it. */
export interface LoggedModelFacts {
  readonly modelId: string;
  readonly artifactUri: string;
  readonly sourceRunId: string | null;
  /** Newest sample of each metric, by (step, timestamp, value). */
  readonly metrics: ReadonlyMap<string, MeasuredValue>;
  readonly params: Readonly<Record<string, string>>;
}

/** Experiments, runs, logged models and their artifacts. Reads take the store or one of its transactions. */
export interface Tracking {
  /** The run with its latest metrics, params and tags; null when there is none. Deleted runs are found. */
  run(sql: Sql, runId: string): Promise<Run | null>;
  /** Latest sample of each metric of a run, by (step, timestamp, value). Empty when there is no such run. */
  latestMetrics(sql: Sql, runId: string): Promise<Map<string, MeasuredValue>>;
  /** Root URI of a run's artifacts; null when there is no such run. */
  runArtifactUri(sql: Sql, runId: string): Promise<string | null>;
  /** The logged model, unless there is none or it is deleted. */
  loggedModel(sql: Sql, modelId: string): Promise<LoggedModelFacts | null>;
  readonly routes: readonly Route[];
  readonly mlflowRoutes: readonly MlflowRoute[];
  /** The artifact proxy and the direct downloads; versions are found by the registry. */
  artifactPlugin(versions: VersionSources): Plugin;
}

/** Makes the tracking service; `main.ts` calls it once. */
export function createTracking(deps: TrackingDeps): Tracking {
  const { store } = deps;
  const experiments = createExperiments(deps);
  const runs = createRuns(deps);
  const logging = createLogging(deps);
  const loggedModels = createLoggedModels(deps);
  const artifacts = createArtifacts(deps.objects);
  return {
    run: findRun,
    async latestMetrics(sql, runId) {
      const metrics = (await latestMetricsOf(sql, [runId])).get(runId) ?? [];
      return new Map(metrics.map(({ key, ...sample }) => [key, sample]));
    },
    runArtifactUri: async (sql, runId) => (await findRunInfo(sql, runId))?.artifactUri ?? null,
    loggedModel: loggedModelFacts,
    routes: trackingRoutes({ store, experiments, runs }),
    mlflowRoutes: [
      ...experimentRoutes(experiments),
      ...runRoutes(runs, artifacts),
      ...loggingRoutes(logging),
      ...loggedModelRoutes(loggedModels, artifacts),
    ],
    artifactPlugin: (versions) =>
      artifactPlugin({ artifacts, runs, loggedModels, versions, maxUploadBytes: deps.maxUploadBytes }),
  };
}

async function loggedModelFacts(sql: Sql, modelId: string): Promise<LoggedModelFacts | null> {
  const model = await findLoggedModel(sql, modelId, false);
  if (model === null) return null;
  const oldestFirst = model.metrics.toSorted(
    (a, b) => a.step - b.step || a.timestamp - b.timestamp || a.value - b.value,
  );
  return {
    modelId: model.modelId,
    artifactUri: model.artifactUri,
    sourceRunId: model.sourceRunId,
    metrics: new Map(oldestFirst.map(({ key, value, timestamp, step }) => [key, { value, timestamp, step }])),
    params: Object.fromEntries(model.params.map(({ key, value }) => [key, value])),
  };
}
