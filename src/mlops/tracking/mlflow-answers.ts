import type { ArtifactEntry } from '../artifacts/index.ts';
import type {
  DatasetInput,
  Experiment,
  FullRun,
  KeyValue,
  LoggedModel,
  Metric,
  ModelMetric,
  RunInfo,
} from '../runs/index.ts';
import { toWireDouble } from '../wire/index.ts';

/** Our types in MLflow's names. Undefined fields and empty lists are left out, as proto-JSON leaves them out. */

/** The list, or undefined when it is empty. */
export function omitEmptyList<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function toPairs(items: readonly KeyValue[]): readonly KeyValue[] | undefined {
  return omitEmptyList(items.map(({ key, value }) => ({ key, value })));
}

export function experimentAnswer(experiment: Experiment): object {
  return {
    experiment_id: String(experiment.experimentId),
    name: experiment.name,
    artifact_location: experiment.artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.lastUpdateTime,
    creation_time: experiment.creationTime,
    tags: toPairs(experiment.tags),
  };
}

export function runInfoAnswer(info: RunInfo): object {
  return {
    run_id: info.runId,
    run_uuid: info.runId,
    run_name: info.runName,
    experiment_id: String(info.experimentId),
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    end_time: info.endTime ?? undefined,
    artifact_uri: info.artifactUri,
    lifecycle_stage: info.lifecycleStage,
  };
}

export function runAnswer(run: FullRun): object {
  return {
    info: runInfoAnswer(run.info),
    data: {
      metrics: omitEmptyList(run.metrics.map(metricAnswer)),
      params: toPairs(run.params),
      tags: toPairs(run.tags),
    },
    inputs: {
      dataset_inputs: omitEmptyList(run.datasetInputs.map(datasetInputAnswer)),
      model_inputs: omitEmptyList(run.modelInputs.map((modelId) => ({ model_id: modelId }))),
    },
    outputs: {
      model_outputs: omitEmptyList(run.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step }))),
    },
  };
}

export function metricAnswer(metric: Metric): object {
  return { key: metric.key, value: toWireDouble(metric.value), timestamp: metric.timestamp, step: metric.step };
}

function datasetInputAnswer({ dataset, tags }: DatasetInput): object {
  return {
    tags: toPairs(tags),
    dataset: {
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema ?? undefined,
      profile: dataset.profile ?? undefined,
    },
  };
}

export function loggedModelAnswer(model: LoggedModel): object {
  return {
    info: {
      model_id: model.modelId,
      experiment_id: String(model.experimentId),
      name: model.name,
      creation_timestamp_ms: model.creationTimestamp,
      last_updated_timestamp_ms: model.lastUpdatedTimestamp,
      artifact_uri: model.artifactUri,
      status: `LOGGED_MODEL_${model.status}`,
      model_type: model.modelType ?? '',
      source_run_id: model.sourceRunId ?? '',
      tags: toPairs(model.tags),
    },
    data: { params: toPairs(model.params), metrics: omitEmptyList(model.metrics.map(modelMetricAnswer)) },
  };
}

function modelMetricAnswer(metric: ModelMetric): object {
  return {
    ...metricAnswer(metric),
    model_id: metric.modelId,
    run_id: metric.runId,
    dataset_name: metric.datasetName ?? undefined,
    dataset_digest: metric.datasetDigest ?? undefined,
  };
}

/** Entries of a folder; `is_dir` is always there, since the client reads it without asking. */
export function filesAnswer(entries: readonly ArtifactEntry[], folder = ''): readonly object[] | undefined {
  return omitEmptyList(
    entries.map(({ name, isFolder, sizeBytes }) => ({
      path: folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`,
      is_dir: isFolder,
      file_size: sizeBytes ?? undefined,
    })),
  );
}
