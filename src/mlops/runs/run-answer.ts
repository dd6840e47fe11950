import { formatInstant, SUBJECT_TAG_PREFIX } from './run-events.ts';
import type { Experiment as ExperimentContract, Run, RunCost } from './schema.ts';
import type { Experiment, FullRun, KeyValue } from './types.ts';

/** Maps the internal types to the API contract (schema.ts). */

export function toExperiment(experiment: Experiment): ExperimentContract {
  return {
    experimentId: String(experiment.experimentId),
    name: experiment.name,
    lifecycleStage: experiment.lifecycleStage,
    artifactLocation: experiment.artifactLocation,
    createdAt: formatInstant(experiment.creationTime),
    updatedAt: formatInstant(experiment.lastUpdateTime),
    tags: indexByKey(experiment.tags),
  };
}

export function toRun(run: FullRun, experimentName: string, cost: RunCost): Run {
  const { info } = run;
  const subjectTags = run.tags.filter((tag) => tag.key.startsWith(SUBJECT_TAG_PREFIX));
  return {
    runId: info.runId,
    experimentId: String(info.experimentId),
    experimentName,
    runName: info.runName,
    lifecycleStage: info.lifecycleStage,
    status: info.status,
    startTime: formatInstant(info.startTime),
    endTime: info.endTime === null ? null : formatInstant(info.endTime),
    subject: indexByKey(subjectTags.map(({ key, value }) => ({ key: key.slice(SUBJECT_TAG_PREFIX.length), value }))),
    params: indexByKey(run.params),
    metrics: Object.fromEntries(run.metrics.map(({ key, value }) => [key, Number.isNaN(value) ? null : value])),
    tags: indexByKey(run.tags),
    cost,
  };
}

export function indexByKey(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
