import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { RunId } from '../runs/schema.ts';

/**
 * Requests of `steelyard mlflow import`: entities of another tracking server (the source), with their ids and times.
 * Idempotent: the same entity again changes nothing.
 */

const MAX_KEY = 250;
const MAX_VALUE = 100_000;
const MAX_METRICS = 10_000;
const MAX_IDS = 1000;

const hasNoNul = (text: string): boolean => !text.includes('\0');
const Text = z.string().refine(hasNoNul, 'a text without NUL');
const Milliseconds = z
  .number()
  .int()
  .describe('Milliseconds since the Unix epoch, by the clock of the client that logged');

const Source = Text.pipe(z.string().min(1).max(2000)).describe('Address of the source server, without credentials');
const KeyValues = z
  .array(
    z.strictObject({
      key: Text.pipe(z.string().min(1).max(MAX_KEY)).describe('Key'),
      value: Text.pipe(z.string().max(MAX_VALUE)).describe('Value'),
    }),
  )
  .max(10_000);
const ModelId = Text.pipe(z.string().regex(/^m-[\w-]{1,255}$/, 'm- and letters, digits or dashes')).describe(
  'Logged model id',
);
const LifecycleStage = z.enum(['active', 'deleted']).describe('Deleted entities are imported as deleted');

export const importedKinds = ['run', 'logged-model', 'trace', 'registered-model'] as const;
const Kind = z.enum(importedKinds).describe('Type of entity');

export const ImportedExperiment = z
  .strictObject({
    source: Source,
    experimentId: z.string().min(1).max(64).describe('Id of the experiment on the source server'),
    name: Text.pipe(z.string().min(1).max(500)).describe('Name of the experiment, unique on both servers'),
    lifecycleStage: LifecycleStage,
    creationTime: Milliseconds,
    lastUpdateTime: Milliseconds,
    tags: KeyValues.describe('Its tags'),
  })
  .describe('An experiment of another server');
export type ImportedExperiment = z.infer<typeof ImportedExperiment>;

export const ImportedRun = z
  .strictObject({
    source: Source,
    runId: RunId,
    experimentId: z.string().max(15).describe('Id of its experiment on this server, as returned by its import'),
    runName: Text.pipe(z.string().max(8000)).describe('Name, not unique'),
    userId: Text.pipe(z.string().max(256)).describe('User of the run'),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).describe('Status of the run'),
    startTime: Milliseconds,
    endTime: Milliseconds.nullable().describe('null: it has not ended'),
    lifecycleStage: LifecycleStage,
    params: KeyValues.describe('All its params'),
    tags: KeyValues.describe('All its tags'),
    datasets: z
      .array(
        z.strictObject({
          name: Text.pipe(z.string().min(1).max(500)).describe('Name'),
          digest: Text.pipe(z.string().min(1).max(36)).describe('Digest'),
          sourceType: Text.pipe(z.string().max(65_535)).describe('Type of the source'),
          source: Text.pipe(z.string().max(65_535)).describe('Source of the dataset'),
          schema: Text.pipe(z.string().max(1_048_575)).nullable().describe('Schema; null when not logged'),
          profile: Text.pipe(z.string().max(16_777_215)).nullable().describe('Profile; null when not logged'),
          tags: KeyValues.describe('Tags of the input'),
        }),
      )
      .max(1000)
      .describe('Datasets that the run read'),
    modelInputs: z.array(ModelId).max(1000).describe('Logged models that the run read'),
    modelOutputs: z
      .array(z.strictObject({ modelId: ModelId, step: z.number().int().describe('Step at which the run created it') }))
      .max(1000)
      .describe('Logged models that the run created'),
  })
  .describe('A run of another server, without its metrics');
export type ImportedRun = z.infer<typeof ImportedRun>;

export const ImportedMetric = z.strictObject({
  key: Text.pipe(z.string().min(1).max(MAX_KEY)).describe('Key'),
  value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).describe('Value, in the metric’s own unit'),
  timestamp: Milliseconds,
  step: z.number().int().describe('Step'),
  modelId: ModelId.nullable().describe('Logged model of the sample; null: none'),
  datasetName: Text.nullable().describe('Dataset of the sample; null: none'),
  datasetDigest: Text.nullable().describe('Digest of that dataset'),
});
export type ImportedMetric = z.infer<typeof ImportedMetric>;

export const ImportedLoggedModel = z
  .strictObject({
    source: Source,
    modelId: ModelId,
    experimentId: z.string().max(15).describe('Id of its experiment on this server'),
    name: Text.pipe(z.string().min(1).max(500)).describe('Name'),
    modelType: Text.pipe(z.string().max(500)).nullable().describe('Type; null: not reported'),
    sourceRunId: RunId.nullable().describe('Source run; null: not reported'),
    status: z.enum(['PENDING', 'READY', 'UPLOAD_FAILED']).describe('Whether it is complete'),
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    params: KeyValues.describe('All its params'),
    tags: KeyValues.describe('All its tags'),
  })
  .describe('A logged model of another server');
export type ImportedLoggedModel = z.infer<typeof ImportedLoggedModel>;

const ModelName = Text.pipe(z.string().min(1).max(256)).describe('Registered model');
const Stage = z.enum(['None', 'Staging', 'Production', 'Archived']).describe('MLflow’s stage');
const VersionNumber = z.number().int().min(1).describe('Version number; it is kept');

export const ImportedModelVersion = z
  .strictObject({
    version: VersionNumber,
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    description: Text.pipe(z.string().max(MAX_VALUE)).nullable().describe('Description; null: none'),
    stage: Stage,
    source: Text.pipe(z.string().max(8000)).describe('URI from which it was registered on the source server'),
    under: z
      .discriminatedUnion('of', [
        z.strictObject({ of: z.literal('run').describe('A run'), path: Text.describe('Path under its artifacts') }),
        z.strictObject({ of: z.literal('logged-model').describe('A logged model') }),
        z.strictObject({ of: z.literal('elsewhere').describe('Storage that this server does not keep') }),
      ])
      .describe('Location of its artifacts'),
    runId: RunId.nullable().describe('Source run; null: none'),
    modelId: ModelId.nullable().describe('Logged model of the version; null: none'),
    runLink: Text.nullable().describe('Link to its run on another server; null: none'),
    tags: KeyValues.describe('All its tags'),
  })
  .describe('A version of a registered model of another server');
export type ImportedModelVersion = z.infer<typeof ImportedModelVersion>;

export const ImportedModel = z
  .strictObject({
    source: Source,
    name: ModelName,
    description: Text.pipe(z.string().max(MAX_VALUE)).nullable().describe('Purpose of the model; null: no description'),
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    tags: KeyValues.describe('All its tags'),
    aliases: z
      .array(z.strictObject({ alias: Text.describe('Name of the alias'), version: VersionNumber }))
      .max(1000)
      .describe('All its aliases; each is set when its version exists on this server'),
    versions: z.array(ImportedModelVersion).max(5000).describe('Its versions; existing ones are updated'),
  })
  .describe('A registered model of another server with its versions');
export type ImportedModel = z.infer<typeof ImportedModel>;

export const listImported = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/known',
  scope: 'mlops.read',
  summary: 'Find the entities that were imported completely, with their state',
  body: z.strictObject({
    source: Source,
    kind: Kind,
    ids: z.array(z.string().max(256)).max(MAX_IDS).describe('Ids on the source server'),
  }),
  response: z.strictObject({
    known: z.record(z.string(), z.string()).describe('Fingerprint by id, for entities that were imported completely'),
  }),
  errors: [],
});

export const recordImported = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/done',
  scope: 'platform.write',
  summary: 'Mark an entity as completely imported, including its metrics and files',
  body: z.strictObject({
    source: Source,
    kind: Kind,
    id: z.string().min(1).max(256).describe('Id on the source server'),
    fingerprint: z.string().min(1).max(128).describe('Digest of the imported state'),
  }),
  response: z.strictObject({}),
  errors: ['import_not_begun'],
});

export const importExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/experiments',
  scope: 'platform.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Import an experiment',
  body: ImportedExperiment,
  response: z.strictObject({
    experimentId: z.string().describe('Id on this server'),
    outcome: z
      .enum(['created', 'known', 'merged', 'renumbered'])
      .describe(
        'created with its id · known from an earlier import · merged with the experiment of the same name · created under another id, because its id is in use',
      ),
  }),
  errors: [],
});

export const importRun = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/runs',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Import a run; its metrics and files follow',
  body: ImportedRun,
  response: z.strictObject({ created: z.boolean().describe('False: it existed already') }),
  errors: ['import_conflict', 'experiment_not_found'],
});

export const importMetrics = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/runs/:runId/metrics',
  scope: 'platform.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Add samples to a run during its import',
  params: z.strictObject({ runId: RunId }),
  body: z.strictObject({
    metrics: z.array(ImportedMetric).max(MAX_METRICS).describe('Samples; existing ones change nothing'),
  }),
  response: z.strictObject({}),
  errors: ['import_not_begun'],
});

export const importLoggedModel = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/logged-models',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Import a logged model; its files follow',
  body: ImportedLoggedModel,
  response: z.strictObject({ created: z.boolean().describe('False: it existed already') }),
  errors: ['import_conflict', 'experiment_not_found'],
});

export const importModel = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/registered-models',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Import a registered model with its versions and aliases',
  body: ImportedModel,
  response: z.strictObject({
    created: z.number().int().describe('Versions that did not exist'),
    left: z
      .array(
        z.strictObject({ version: VersionNumber, reason: z.string().describe('Why the version was not imported') }),
      )
      .describe('Versions that were not imported'),
  }),
  errors: ['import_conflict'],
});

const ArtifactOwner = {
  kind: z.enum(['run', 'logged-model']).describe('Type of the owner of the files'),
  id: z.string().min(1).max(256).describe('Id of the owner'),
};

export const listImportedArtifacts = endpoint({
  method: 'GET',
  path: '/api/v1/mlflow-imports/artifacts',
  scope: 'mlops.read',
  summary: 'List all files of a run or logged model during its import',
  query: z.strictObject(ArtifactOwner),
  response: z.strictObject({
    files: z
      .array(
        z.strictObject({
          path: z.string().describe('Path under the root of the owner'),
          sizeBytes: z.number().int().describe('Size in bytes'),
        }),
      )
      .describe('Files of all folders'),
  }),
  errors: ['import_not_begun'],
});

export const importArtifact = endpoint({
  method: 'PUT',
  path: '/api/v1/mlflow-imports/artifacts',
  scope: 'platform.write',
  summary: 'Store a file of a run or logged model during its import; the write is atomic',
  query: z.strictObject({
    ...ArtifactOwner,
    path: Text.pipe(z.string().min(1).max(4000)).describe('Path under the root of the owner'),
  }),
  response: z.strictObject({ sizeBytes: z.number().int().describe('Bytes stored') }),
  errors: ['import_not_begun', 'object_path_invalid', 'artifact_immutable'],
  accepts: 'bytes',
});
