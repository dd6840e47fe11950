import type { Generated } from 'kysely';

export type LifecycleStage = 'active' | 'deleted';
export const runStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof runStatuses)[number];
export const loggedModelStatuses = ['PENDING', 'READY', 'UPLOAD_FAILED'] as const;
export type LoggedModelStatus = (typeof loggedModelStatuses)[number];

/** Times are milliseconds since the Unix epoch, as MLflow's clients send and compare them. */
export interface TrackingTables {
  experiment: {
    experiment_id: number;
    name: string;
    artifact_location: string;
    lifecycle_stage: LifecycleStage;
    creation_time: number;
    last_update_time: number;
  };
  experiment_tag: { experiment_id: number; key: string; value: string };
  run: {
    run_id: string;
    experiment_id: number;
    run_name: string;
    user_id: string;
    status: RunStatus;
    start_time: number;
    end_time: number | null;
    artifact_uri: string;
    lifecycle_stage: LifecycleStage;
  };
  param: { run_id: string; key: string; value: string };
  tag: { run_id: string; key: string; value: string };
  /** `block`: steps of one block lie together on the disk (metric-store.ts). */
  metric: MetricTable & { block: number };
  /** `rests`: 1 when it has not changed for a while and the index by value holds it, else 0. */
  latest_metric: MetricTable & { rests: Generated<number> };
  dataset: {
    dataset_id: string;
    experiment_id: number;
    name: string;
    digest: string;
    source_type: string;
    source: string;
    schema: string | null;
    profile: string | null;
  };
  dataset_input: { run_id: string; dataset_id: string; position: number };
  dataset_input_tag: { run_id: string; dataset_id: string; key: string; value: string };
  model_input: { run_id: string; model_id: string; position: number };
  model_output: { run_id: string; model_id: string; step: number; position: number };
  logged_model: {
    model_id: string;
    experiment_id: number;
    name: string;
    model_type: string | null;
    source_run_id: string | null;
    artifact_uri: string;
    status: LoggedModelStatus;
    lifecycle_stage: LifecycleStage;
    creation_timestamp: number;
    last_updated_timestamp: number;
  };
  logged_model_param: { model_id: string; key: string; value: string };
  logged_model_tag: { model_id: string; key: string; value: string };
  logged_model_metric: MetricValue & {
    model_id: string;
    run_id: string;
    /** '' for none: a key column cannot be null. */
    dataset_name: string;
    dataset_digest: string;
  };
  /** Summary of a run's GPU metrics so far, stored so that no sample is read twice. */
  run_gpu_usage: { run_id: string; gpus: string; first_sample: number; last_sample: number };
}

interface MetricValue {
  key: string;
  timestamp: number;
  step: number;
  /** 0 when `is_nan`. */
  value: number;
  is_nan: number;
}

type MetricTable = MetricValue & { run_id: string };
