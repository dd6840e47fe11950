import type { LifecycleStage, LoggedModelStatus, RunStatus } from './tables.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface Experiment {
  readonly experimentId: number;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** Milliseconds since the Unix epoch, as all times below. */
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly KeyValue[];
}

export interface RunInfo {
  readonly runId: string;
  readonly experimentId: number;
  readonly runName: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly artifactUri: string;
  readonly lifecycleStage: LifecycleStage;
}

/** A metric sample. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface RunMetric extends Metric {
  readonly runId: string;
}

/** A sample as a client sends it: it may also be about a logged model, and about a dataset. */
export interface MetricInput extends Metric {
  readonly modelId: string | null;
  readonly datasetName: string | null;
  readonly datasetDigest: string | null;
}

export interface ModelMetric extends MetricInput {
  readonly modelId: string;
  readonly runId: string;
}

export interface Dataset {
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  readonly schema: string | null;
  readonly profile: string | null;
}

export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: readonly KeyValue[];
}

export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

/** A run with its params and tags; `metrics` are the latest of each key. */
export interface FullRun {
  readonly info: RunInfo;
  readonly metrics: readonly Metric[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasetInputs: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

export interface LoggedModel {
  readonly modelId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly artifactUri: string;
  readonly status: LoggedModelStatus;
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly tags: readonly KeyValue[];
  readonly params: readonly KeyValue[];
  readonly metrics: readonly ModelMetric[];
}

export type ViewType = 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL';

export const viewTypes = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const satisfies readonly ViewType[];

export function selectStages(view: ViewType): LifecycleStage[] {
  if (view === 'ALL') return ['active', 'deleted'];
  return [view === 'ACTIVE_ONLY' ? 'active' : 'deleted'];
}

/** A page of anything, with the token of the next or null on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | null;
}

export interface SearchInput {
  readonly filter: string;
  readonly orderBy: readonly string[];
  readonly maxResults: number;
  readonly pageToken: string | undefined;
}
