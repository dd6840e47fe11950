export { type Deleted, forgetDeleted, noteDeleted } from './deletion-store.ts';
export { createDeletions, type Deletions } from './deletions.ts';
export {
  findExperiment,
  findExperimentByName,
  findExperimentIdByTag,
  insertExperiment,
  takeExperimentId,
  updateExperiment,
  upsertExperimentTags,
} from './experiment-store.ts';
export {
  checkActive,
  createExperiments,
  type Experiments,
  parseExperimentId,
  requireExperiment,
} from './experiments.ts';
export { type GpuSample, readGpuSamples } from './gpu-samples.ts';
export { observeUsage } from './gpu-usage.ts';
export { ensureDataset, insertDatasetInput, insertModelInputs, upsertModelOutputs } from './input-store.ts';
export {
  deleteModelTag,
  findModelValues,
  selectLastOfEach,
  splitIntoChunks,
  upsertModelParams,
  upsertModelTags,
  upsertRunTags,
} from './key-value-store.ts';
export { checkLoggedModelName, checkModelEntry } from './limits.ts';
export { type Batch, createLogging, type Logging } from './logging.ts';
export { createMetricRest } from './metric-rest.ts';
export { insertMetrics, insertModelMetrics, type StepRange, selectSamples } from './metric-store.ts';
export { trackingMigrations } from './migrations.ts';
export { buildInheritedOwnerCondition, buildModelOwnerCondition, PROJECT_TAG, TEAM_TAG } from './owner-condition.ts';
export { drawRandomName } from './random-name.ts';
export { findRun, readRun, toRunsWithExperiment } from './read-run.ts';
export { toExperiment } from './run-answer.ts';
export type { RunMatch } from './run-conditions.ts';
export { computeRunEnergy } from './run-cost/energy.ts';
export { findRunCosts, type RunCostTables, saveRunCosts, unknownCost } from './run-cost/store.ts';
export { appendRunEvent, formatInstant, type RunEvents, SUBJECT_TAG_PREFIX } from './run-events.ts';
export { selectMatchingRuns } from './run-search-store.ts';
export {
  findLatestMetrics,
  findRunInfo,
  findStatuses,
  insertRun,
  readFullRuns,
  runInfo,
  updateRun,
} from './run-store.ts';
export { type RunGpuSamples, readRunningGpuSamples } from './running-gpu-samples.ts';
export { createRuns, findRuns, RUN_NAME_TAG, type RunSearch, type Runs, runMatch } from './runs.ts';
export {
  type LifecycleStage,
  type LoggedModelStatus,
  type RunStatus,
  runStatuses,
  type TrackingTables,
} from './tables.ts';
export {
  type Dataset,
  type DatasetInput,
  type Experiment,
  type FullRun,
  type KeyValue,
  type LoggedModel,
  type Metric,
  type MetricInput,
  type ModelMetric,
  type ModelOutput,
  type Page,
  type RunInfo,
  type RunMetric,
  type SearchInput,
  type ViewType,
  viewTypes,
} from './types.ts';
export { loggedModelVocabulary, runVocabulary } from './vocabularies.ts';
