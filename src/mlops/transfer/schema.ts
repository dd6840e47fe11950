import { z } from 'zod';
import { BATCH_BODY_LIMIT_BYTES, endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { RunId } from '../runs/schema.ts';

/**
 * Requests of `steelyard mlflow import`: entities of another tracking server, with their ids and times there.
 * Idempotent: the same entity again changes nothing.
 */

const MAX_KEY = 250;
const MAX_VALUE = 100_000;
const MAX_METRICS = 10_000;
const MAX_IDS = 1000;

const withoutNul = (text: string): boolean => !text.includes('\0');
const Text = z.string().refine(withoutNul, 'a text without NUL');
const Milliseconds = z
  .number()
  .int()
  .describe('Milliseconds since the Unix epoch, by the clock of the client that logged');

const Source = Text.pipe(z.string().min(1).max(2000)).describe('Address of the other server, without credentials');
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
const LifecycleStage = z.enum(['active', 'deleted']).describe('Deleted entities are taken over as deleted');

export const importedKinds = ['run', 'logged-model', 'trace', 'registered-model'] as const;
const Kind = z.enum(importedKinds).describe('What kind of entity');

export const ImportedExperiment = z
  .strictObject({
    source: Source,
    experimentId: z.string().min(1).max(64).describe('Its id there'),
    name: Text.pipe(z.string().min(1).max(500)).describe('Its name, unique on both servers'),
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
    experimentId: z.string().max(15).describe('Id here of its experiment, as its import answered'),
    runName: Text.pipe(z.string().max(8000)).describe('Name, not unique'),
    userId: Text.pipe(z.string().max(256)).describe('Who ran it'),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).describe('Where it stands'),
    startTime: Milliseconds,
    endTime: Milliseconds.nullable().describe('null while it runs'),
    lifecycleStage: LifecycleStage,
    params: KeyValues.describe('All its params'),
    tags: KeyValues.describe('All its tags'),
    datasets: z
      .array(
        z.strictObject({
          name: Text.pipe(z.string().min(1).max(500)).describe('Name'),
          digest: Text.pipe(z.string().min(1).max(36)).describe('Digest'),
          sourceType: Text.pipe(z.string().max(65_535)).describe('Type of its source'),
          source: Text.pipe(z.string().max(65_535)).describe('Its source'),
          schema: Text.pipe(z.string().max(1_048_575)).nullable().describe('Schema; null when not logged'),
          profile: Text.pipe(z.string().max(16_777_215)).nullable().describe('Profile; null when not logged'),
          tags: KeyValues.describe('Tags of the input'),
        }),
      )
      .max(1000)
      .describe('Datasets that it read'),
    modelInputs: z.array(ModelId).max(1000).describe('Logged models that it read'),
    modelOutputs: z
      .array(z.strictObject({ modelId: ModelId, step: z.number().int().describe('Step at which it was made') }))
      .max(1000)
      .describe('Logged models that it made'),
  })
  .describe('A run of another server, without its metrics');
export type ImportedRun = z.infer<typeof ImportedRun>;

export const ImportedMetric = z.strictObject({
  key: Text.pipe(z.string().min(1).max(MAX_KEY)).describe('Key'),
  value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]).describe('Value, in the metric’s own unit'),
  timestamp: Milliseconds,
  step: z.number().int().describe('Step'),
  modelId: ModelId.nullable().describe('Logged model that it is of; null for none'),
  datasetName: Text.nullable().describe('Dataset that it was measured on; null for none'),
  datasetDigest: Text.nullable().describe('Digest of that dataset'),
});
export type ImportedMetric = z.infer<typeof ImportedMetric>;

export const ImportedLoggedModel = z
  .strictObject({
    source: Source,
    modelId: ModelId,
    experimentId: z.string().max(15).describe('Id here of its experiment'),
    name: Text.pipe(z.string().min(1).max(500)).describe('Name'),
    modelType: Text.pipe(z.string().max(500)).nullable().describe('Type; null when not said'),
    sourceRunId: RunId.nullable().describe('Run that made it; null when not said'),
    status: z.enum(['PENDING', 'READY', 'UPLOAD_FAILED']).describe('Whether it is whole'),
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    params: KeyValues.describe('All its params'),
    tags: KeyValues.describe('All its tags'),
  })
  .describe('A logged model of another server');
export type ImportedLoggedModel = z.infer<typeof ImportedLoggedModel>;

const ModelName = Text.pipe(z.string().min(1).max(256)).describe('Registered model');
const Stage = z.enum(['None', 'Staging', 'Production', 'Archived']).describe('MLflow’s stage');
const VersionNumber = z.number().int().min(1).describe('Version number, kept');

export const ImportedModelVersion = z
  .strictObject({
    version: VersionNumber,
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    description: Text.pipe(z.string().max(MAX_VALUE)).nullable().describe('What it is; null when nobody said'),
    stage: Stage,
    source: Text.pipe(z.string().max(8000)).describe('URI that it was registered from, as it is there'),
    under: z
      .discriminatedUnion('of', [
        z.strictObject({ of: z.literal('run').describe('A run'), path: Text.describe('Path under its artifacts') }),
        z.strictObject({ of: z.literal('logged-model').describe('A logged model') }),
        z.strictObject({ of: z.literal('elsewhere').describe('Storage that this server does not keep') }),
      ])
      .describe('What its artifacts lie under'),
    runId: RunId.nullable().describe('Run that made it; null when it names none'),
    modelId: ModelId.nullable().describe('Logged model that it is of; null when it names none'),
    runLink: Text.nullable().describe('Link to its run elsewhere; null when it has none'),
    tags: KeyValues.describe('All its tags'),
  })
  .describe('A version of a registered model of another server');
export type ImportedModelVersion = z.infer<typeof ImportedModelVersion>;

export const ImportedModel = z
  .strictObject({
    source: Source,
    name: ModelName,
    description: Text.pipe(z.string().max(MAX_VALUE)).nullable().describe('What it is for; null when nobody said'),
    creationTimestamp: Milliseconds,
    lastUpdatedTimestamp: Milliseconds,
    tags: KeyValues.describe('All its tags'),
    aliases: z
      .array(z.strictObject({ alias: Text.describe('Name'), version: VersionNumber }))
      .max(1000)
      .describe('All its aliases; they are set when their versions are here'),
    versions: z.array(ImportedModelVersion).max(5000).describe('Its versions; those that are here already are renewed'),
  })
  .describe('A registered model of another server with its versions');
export type ImportedModel = z.infer<typeof ImportedModel>;

export const listImported = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/known',
  scope: 'mlops.read',
  summary: 'Which of these entities were taken over whole, and in what state',
  body: z.strictObject({
    source: Source,
    kind: Kind,
    ids: z.array(z.string().max(256)).max(MAX_IDS).describe('Ids there'),
  }),
  response: z.strictObject({
    known: z.record(z.string(), z.string()).describe('Fingerprint by id, of those that were taken over whole'),
  }),
  errors: [],
});

export const recordImported = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/done',
  scope: 'platform.write',
  summary: 'Say that an entity was taken over whole, its metrics and files included',
  body: z.strictObject({
    source: Source,
    kind: Kind,
    id: z.string().min(1).max(256).describe('Its id there'),
    fingerprint: z.string().min(1).max(128).describe('Digest of the state that was taken over'),
  }),
  response: z.strictObject({}),
  errors: ['import_not_begun'],
});

export const importExperiment = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/experiments',
  scope: 'platform.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Take over an experiment',
  body: ImportedExperiment,
  response: z.strictObject({
    experimentId: z.string().describe('Its id here'),
    outcome: z
      .enum(['created', 'known', 'merged', 'renumbered'])
      .describe(
        'created with its id · known from an earlier import · merged with the experiment that has its name here · created under another id, because its own is taken',
      ),
  }),
  errors: [],
});

export const importRun = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/runs',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Take over a run; its metrics and files follow',
  body: ImportedRun,
  response: z.strictObject({ created: z.boolean().describe('False when it was here already') }),
  errors: ['import_conflict', 'experiment_not_found'],
});

export const importMetrics = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/runs/:runId/metrics',
  scope: 'platform.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Add samples to a run that is being taken over',
  params: z.strictObject({ runId: RunId }),
  body: z.strictObject({
    metrics: z.array(ImportedMetric).max(MAX_METRICS).describe('Samples; those that are here already change nothing'),
  }),
  response: z.strictObject({}),
  errors: ['import_not_begun'],
});

export const importLoggedModel = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/logged-models',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Take over a logged model; its files follow',
  body: ImportedLoggedModel,
  response: z.strictObject({ created: z.boolean().describe('False when it was here already') }),
  errors: ['import_conflict', 'experiment_not_found'],
});

export const importModel = endpoint({
  method: 'POST',
  path: '/api/v1/mlflow-imports/registered-models',
  scope: 'platform.write',
  bodyLimitBytes: BATCH_BODY_LIMIT_BYTES,
  summary: 'Take over a registered model with its versions and aliases',
  body: ImportedModel,
  response: z.strictObject({
    created: z.number().int().describe('Versions that were not here'),
    left: z
      .array(z.strictObject({ version: VersionNumber, reason: z.string().describe('Why it was left out') }))
      .describe('Versions that were not taken over'),
  }),
  errors: ['import_conflict'],
});

const ArtifactOwner = {
  kind: z.enum(['run', 'logged-model']).describe('What the files belong to'),
  id: z.string().min(1).max(256).describe('Its id'),
};

export const listImportedArtifacts = endpoint({
  method: 'GET',
  path: '/api/v1/mlflow-imports/artifacts',
  scope: 'mlops.read',
  summary: 'All files of a run or logged model that is being taken over',
  query: z.strictObject(ArtifactOwner),
  response: z.strictObject({
    files: z
      .array(
        z.strictObject({
          path: z.string().describe('Path under its root'),
          sizeBytes: z.number().int().describe('Bytes'),
        }),
      )
      .describe('Files, folders walked through'),
  }),
  errors: ['import_not_begun'],
});

export const importArtifact = endpoint({
  method: 'PUT',
  path: '/api/v1/mlflow-imports/artifacts',
  scope: 'platform.write',
  summary: 'Store a file of a run or logged model that is being taken over; whole or not at all',
  query: z.strictObject({
    ...ArtifactOwner,
    path: Text.pipe(z.string().min(1).max(4000)).describe('Path under its root'),
  }),
  response: z.strictObject({ sizeBytes: z.number().int().describe('Bytes stored') }),
  errors: ['import_not_begun', 'object_path_invalid', 'artifact_immutable'],
  accepts: 'bytes',
});
