import { instant, SUBJECT_TAG_PREFIX } from './run-events.ts';
import type { Experiment as ExperimentContract, Run, RunCost } from './schema.ts';
import type { Experiment, FullRun, KeyValue } from './types.ts';

/** Maps the internal types to the API contract (schema.ts). */

export function experimentOf(experiment: Experiment): ExperimentContract {
  return {
    experimentId: String(experiment.experimentId),
    name: experiment.name,
    lifecycleStage: experiment.lifecycleStage,
    artifactLocation: experiment.artifactLocation,
    createdAt: instant(experiment.creationTime),
    updatedAt: instant(experiment.lastUpdateTime),
    tags: byKey(experiment.tags),
  };
}

export function runOf(run: FullRun, experimentName: string, cost: RunCost): Run {
  const { info } = run;
  const subjectTags = run.tags.filter((tag) => tag.key.startsWith(SUBJECT_TAG_PREFIX));
  return {
    runId: info.runId,
    experimentId: String(info.experimentId),
    experimentName,
    runName: info.runName,
    lifecycleStage: info.lifecycleStage,
    status: info.status,
    startTime: instant(info.startTime),
    endTime: info.endTime === null ? null : instant(info.endTime),
    subject: byKey(subjectTags.map(({ key, value }) => ({ key: key.slice(SUBJECT_TAG_PREFIX.length), value }))),
    params: byKey(run.params),
    metrics: Object.fromEntries(run.metrics.map(({ key, value }) => [key, Number.isNaN(value) ? null : value])),
    tags: byKey(run.tags),
    cost,
  };
}

export function byKey(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
