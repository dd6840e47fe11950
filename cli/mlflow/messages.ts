import { z } from 'zod';

/** Fields that are read from another MLflow server's answers, with MLflow's names; other fields are ignored. */

const Integer = z.coerce.number().int();
const KeyValue = z.object({ key: z.string(), value: z.string().default('') });
export type KeyValue = z.infer<typeof KeyValue>;
const KeyValues = z.array(KeyValue).default([]);
const Stage = z.enum(['active', 'deleted']).default('active');
const Page = { next_page_token: z.string().default('') };

export const Experiment = z.object({
  experiment_id: z.string(),
  name: z.string(),
  lifecycle_stage: Stage,
  creation_time: Integer.default(0),
  last_update_time: Integer.default(0),
  tags: KeyValues,
});
export type Experiment = z.infer<typeof Experiment>;
export const ExperimentsPage = z.object({ experiments: z.array(Experiment).default([]), ...Page });

const Value = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

export const Metric = z.object({
  key: z.string(),
  value: Value,
  timestamp: Integer,
  step: Integer.default(0),
  model_id: z.string().optional(),
  dataset_name: z.string().optional(),
  dataset_digest: z.string().optional(),
  run_id: z.string().optional(),
});
export type Metric = z.infer<typeof Metric>;
export const MetricsPage = z.object({ metrics: z.array(Metric).default([]), ...Page });

export const Run = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: z.string().default(''),
    user_id: z.string().default(''),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']),
    start_time: Integer.default(0),
    end_time: Integer.optional(),
    artifact_uri: z.string().default(''),
    lifecycle_stage: Stage,
  }),
  data: z
    .object({ metrics: z.array(Metric).default([]), params: KeyValues, tags: KeyValues })
    .default({ metrics: [], params: [], tags: [] }),
  inputs: z
    .object({
      dataset_inputs: z
        .array(
          z.object({
            tags: KeyValues,
            dataset: z.object({
              name: z.string(),
              digest: z.string(),
              source_type: z.string().default(''),
              source: z.string().default(''),
              schema: z.string().optional(),
              profile: z.string().optional(),
            }),
          }),
        )
        .default([]),
      model_inputs: z.array(z.object({ model_id: z.string() })).default([]),
    })
    .default({ dataset_inputs: [], model_inputs: [] }),
  outputs: z
    .object({ model_outputs: z.array(z.object({ model_id: z.string(), step: Integer.default(0) })).default([]) })
    .default({ model_outputs: [] }),
});
export type Run = z.infer<typeof Run>;
export const RunsPage = z.object({ runs: z.array(Run).default([]), ...Page });
export const OneRun = z.object({ run: Run });

export const FileList = z.object({
  files: z
    .array(z.object({ path: z.string(), is_dir: z.boolean().default(false), file_size: Integer.default(0) }))
    .default([]),
});

const modelStatuses = ['LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY', 'LOGGED_MODEL_UPLOAD_FAILED'] as const;

export const LoggedModel = z.object({
  info: z.object({
    model_id: z.string(),
    experiment_id: z.string(),
    name: z.string(),
    creation_timestamp_ms: Integer.default(0),
    last_updated_timestamp_ms: Integer.default(0),
    status: z.enum(modelStatuses),
    model_type: z.string().optional(),
    source_run_id: z.string().optional(),
    artifact_uri: z.string().default(''),
    tags: KeyValues,
  }),
  data: z.object({ params: KeyValues, metrics: z.array(Metric).default([]) }).default({ params: [], metrics: [] }),
});
export type LoggedModel = z.infer<typeof LoggedModel>;
export const OneLoggedModel = z.object({ model: LoggedModel });
export const LoggedModelsPage = z.object({ models: z.array(LoggedModel).default([]), ...Page });

const stages = ['None', 'Staging', 'Production', 'Archived'] as const;

export const ModelVersion = z.object({
  name: z.string(),
  version: z.coerce.number().int(),
  creation_timestamp: Integer.default(0),
  last_updated_timestamp: Integer.default(0),
  current_stage: z.enum(stages).default('None'),
  description: z.string().optional(),
  source: z.string().default(''),
  run_id: z.string().optional(),
  run_link: z.string().optional(),
  model_id: z.string().optional(),
  tags: KeyValues,
});
export type ModelVersion = z.infer<typeof ModelVersion>;
export const VersionsPage = z.object({ model_versions: z.array(ModelVersion).default([]), ...Page });

export const RegisteredModel = z.object({
  name: z.string(),
  description: z.string().optional(),
  creation_timestamp: Integer.default(0),
  last_updated_timestamp: Integer.default(0),
  tags: KeyValues,
  aliases: z.array(z.object({ alias: z.string(), version: z.coerce.number().int() })).default([]),
});
export type RegisteredModel = z.infer<typeof RegisteredModel>;
export const ModelsPage = z.object({ registered_models: z.array(RegisteredModel).default([]), ...Page });

export const DownloadUri = z.object({ artifact_uri: z.string().default('') });
export const Refusal = z.object({ error_code: z.string(), message: z.string().default('') });
export const Created = z.object({ experiment_id: z.string() });
export const Nothing = z.object({});
