import type { Events } from '../../platform/events/index.ts';
import type { Plugin, Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ArtifactWrites, VersionSources } from '../artifacts/index.ts';
import { type ArtifactContent, type ArtifactEntry, createArtifacts, createMultipart } from '../artifacts/index.ts';
import { createLoggedModels, findLoggedModel, noteRegistration, type Registration } from '../logged-models/index.ts';
import { artifactViewRoutes, runViewRoutes } from '../run-views/index.ts';
import {
  computeRunEnergy,
  createDeletions,
  createExperiments,
  createLogging,
  createMetricRest,
  createRuns,
  type Deletions,
  findExperiment,
  findExperimentByName,
  findLatestMetrics,
  findRun,
  findRunCosts,
  findRunInfo,
  findStatuses,
  type GpuSample,
  type RunGpuSamples,
  readGpuSamples,
  readRunningGpuSamples,
  saveRunCosts,
} from '../runs/index.ts';
import type { Run, RunCost } from '../runs/schema.ts';
import type { MlflowRoute } from '../wire/index.ts';
import { editRoutes } from './edits/routes.ts';
import { createImports, type TrackingImports } from './imports.ts';
import { type TrackingLineage, trackingLineage } from './lineage-store.ts';
import { artifactPlugin } from './mlflow-artifacts.ts';
import { experimentRoutes } from './mlflow-experiments.ts';
import { loggedModelRoutes } from './mlflow-logged-models.ts';
import { loggingRoutes } from './mlflow-logging.ts';
import { runRoutes } from './mlflow-runs.ts';
import { findExperimentOwner, findLoggedModelOwner, findRunOwner, type Owner } from './owner-store.ts';
import { trackingRoutes } from './routes.ts';
import { createRunLog, type RunLog } from './run-log.ts';

export type { ArtifactWrites, VersionSources } from '../artifacts/index.ts';
export { buildObjectKey, checkHost, decodeFully, toProxiedPath } from '../artifacts/index.ts';
export type { Deleted, RunGpuSamples } from '../runs/index.ts';
export { formatInstant, trackingMigrations, unknownCost } from '../runs/index.ts';
export type { Run } from '../runs/schema.ts';
export type { TrackingImports } from './imports.ts';
export type { LineageDataset, LineageModel, LineageRun } from './lineage-store.ts';
export { addOwnTeam, type Owner, ownerTags, readOwner, TEAM_TAG } from './owner-store.ts';
export type { RunLog } from './run-log.ts';

const CLEAR_MULTIPART = 'multipart-uploads.clear';

export interface TrackingDeps {
  readonly store: Store;
  readonly objects: Objects;
  /** Reads tables among the artifacts. */
  readonly lake: Pick<Lake, 'query'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'register' | 'schedule'>;
  /** Largest artifact, in bytes. */
  readonly maxUploadBytes: number;
}

/** The latest sample of a metric. */
export interface MeasuredValue {
  /** Value in the metric's unit; can be NaN. */
  readonly value: number;
  /** Milliseconds since the Unix epoch, by the client's clock. */
  readonly timestamp: number;
  readonly step: number;
}

/** Public facts of a logged model: the location of its artifacts, the run that made it, and its metrics. */
export interface LoggedModelFacts {
  readonly modelId: string;
  readonly artifactUri: string;
  readonly sourceRunId: string | null;
  /** Newest sample of each metric, by (step, timestamp, value). */
  readonly metrics: ReadonlyMap<string, MeasuredValue>;
  readonly params: Readonly<Record<string, string>>;
}

/** Public facts of an experiment: the location of its artifacts, and whether clients may still log to it. */
export interface ExperimentFacts {
  readonly experimentId: number;
  readonly artifactLocation: string;
  readonly isActive: boolean;
}

/** Artifacts to be read, whole. */
export interface ArtifactFiles {
  list(rootUri: string, path: string): Promise<ArtifactEntry[]>;
  open(rootUri: string, path: string): Promise<ArtifactContent>;
}

/** Experiments, runs, logged models and their artifacts. Reads take the store or one of its transactions. */
export interface Tracking extends AsyncDisposable {
  /** Starts the maintenance of the metric index; call it after the migrations. */
  start(): void;
  /** The run with its latest metrics, params and tags; null when there is none. Deleted runs are found. */
  run(sql: Sql, runId: string): Promise<Run | null>;
  /** Latest sample of each metric of a run, by (step, timestamp, value). Empty when there is no such run. */
  latestMetrics(sql: Sql, runId: string): Promise<Map<string, MeasuredValue>>;
  /** Status of runs by id, in MLflow's terms; missing runs are omitted. */
  statuses(sql: Sql, runIds: readonly string[]): Promise<ReadonlyMap<string, Run['status']>>;
  /** Root URI of a run's artifacts; null when there is no such run. */
  runArtifactUri(sql: Sql, runId: string): Promise<string | null>;
  /** Id of the experiment of this name, deleted ones included; null when there is none. */
  experimentIdByName(sql: Sql, name: string): Promise<number | null>;
  /** The experiment, deleted ones included; null when there is none. */
  experiment(sql: Sql, experimentId: number): Promise<ExperimentFacts | null>;
  /** Owners of runs, experiments and logged models; null if there is no such entity. */
  readonly owners: {
    ofRun(sql: Sql, runId: string): Promise<Owner | null>;
    ofExperiment(sql: Sql, experimentId: number): Promise<Owner | null>;
    ofLoggedModel(sql: Sql, modelId: string): Promise<Owner | null>;
  };
  /** The logged model, unless there is none or it is deleted. */
  loggedModel(sql: Sql, modelId: string): Promise<LoggedModelFacts | null>;
  /** Records a registered version of the logged model: its tag `mlflow.modelVersions` names it from now on. */
  noteRegistration(sql: Sql, modelId: string, registration: Registration): Promise<void>;
  /** Cost of runs, as last computed; runs with an unknown cost are omitted. */
  costs(sql: Sql, runIds: readonly string[]): Promise<Map<string, RunCost>>;
  /** Replaces the known cost of runs. The bridge that joins bill and usage calls it. */
  putCosts(sql: Sql, costs: ReadonlyMap<string, RunCost>): Promise<void>;
  /** Energy of a run's GPUs in kWh, from the power that it logged; null with the reason where it was not measured. */
  energy(sql: Sql, runId: string): Promise<RunCost['energy']>;
  /** Runs that are not over and whose GPUs were read since then (Unix milliseconds), with the readings since. */
  runningGpuSamples(sql: Sql, since: number): Promise<RunGpuSamples[]>;
  /** GPU utilization and memory that a run logged, from an instant on (Unix milliseconds). */
  gpuSamples(sql: Sql, runId: string, from: number): Promise<GpuSample[]>;
  /** Runs that the server itself starts. */
  readonly runLog: RunLog;
  /** Inputs and outputs of runs. */
  readonly lineage: TrackingLineage;
  /** Deleted items, until retention removes them. */
  readonly deletions: Deletions;
  /** Undoes the deletion of a logged model, for which MLflow has no call. */
  restoreLoggedModel(modelId: string): Promise<void>;
  /** Entities of another server, with their ids. */
  readonly imports: TrackingImports;
  /** Files under the root URI of a run's, model's or version's artifacts. Errors: as of the artifact routes. */
  readonly artifactFiles: ArtifactFiles;
  readonly routes: readonly Route[];
  readonly mlflowRoutes: readonly MlflowRoute[];
  /** Lists artifacts and shows their content; the registry finds versions. */
  artifactViewRoutes(versions: VersionSources): Route[];
  /** The artifact proxy and the direct downloads; versions are found by the registry. */
  artifactPlugin(versions: VersionSources, writes: ArtifactWrites): Plugin;
}

/** Creates the tracking service; `main.ts` calls it once. */
export function createTracking(deps: TrackingDeps): Tracking {
  const { store } = deps;
  const experiments = createExperiments(deps);
  const runs = createRuns(deps);
  const rest = createMetricRest(deps);
  const logging = createLogging({ ...deps, rest });
  const loggedModels = createLoggedModels(deps);
  const artifacts = createArtifacts(deps.objects);
  const multipart = createMultipart(deps);
  deps.jobs.register(CLEAR_MULTIPART, { handler: async () => void (await multipart.clear()) });
  deps.jobs.schedule(CLEAR_MULTIPART, '23 * * * *', { kind: CLEAR_MULTIPART, payload: null });
  return {
    start: rest.start,
    [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose](),
    run: findRun,
    async latestMetrics(sql, runId) {
      const metrics = (await findLatestMetrics(sql, [runId])).get(runId) ?? [];
      return new Map(metrics.map(({ key, ...sample }) => [key, sample]));
    },
    statuses: findStatuses,
    runArtifactUri: async (sql, runId) => (await findRunInfo(sql, runId))?.artifactUri ?? null,
    experiment: findExperimentFacts,
    owners: { ofRun: findRunOwner, ofExperiment: findExperimentOwner, ofLoggedModel: findLoggedModelOwner },
    loggedModel: findLoggedModelFacts,
    noteRegistration,
    costs: findRunCosts,
    putCosts: saveRunCosts,
    energy: computeRunEnergy,
    runningGpuSamples: readRunningGpuSamples,
    gpuSamples: readGpuSamples,
    runLog: createRunLog({ ...deps, experiments, runs, logging }),
    lineage: trackingLineage,
    experimentIdByName: async (sql, name) => (await findExperimentByName(sql, name))?.experimentId ?? null,
    deletions: createDeletions(deps.objects),
    restoreLoggedModel: loggedModels.restore,
    imports: createImports(deps),
    artifactFiles: { list: artifacts.listUnder, open: artifacts.getUnder },
    routes: [
      ...trackingRoutes({ ...deps, experiments }),
      ...runViewRoutes(store),
      ...editRoutes({ store, logging, experiments }),
    ],
    mlflowRoutes: [
      ...experimentRoutes(experiments),
      ...runRoutes(runs, artifacts),
      ...loggingRoutes(logging),
      ...loggedModelRoutes(loggedModels, artifacts),
    ],
    artifactViewRoutes: (versions) => artifactViewRoutes({ ...deps, runs, loggedModels, versions }),
    artifactPlugin: (versions, writes) =>
      artifactPlugin({
        artifacts,
        multipart,
        runs,
        loggedModels,
        versions,
        writes,
        maxUploadBytes: deps.maxUploadBytes,
      }),
  };
}

async function findExperimentFacts(sql: Sql, id: number): Promise<ExperimentFacts | null> {
  const experiment = await findExperiment(sql, id);
  if (experiment === null) return null;
  const { experimentId, artifactLocation, lifecycleStage } = experiment;
  return { experimentId, artifactLocation, isActive: lifecycleStage === 'active' };
}

async function findLoggedModelFacts(sql: Sql, modelId: string): Promise<LoggedModelFacts | null> {
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
