import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { RunCost } from '../runs/schema.ts';

export const ModelName = z
  .string()
  .min(1)
  .max(256)
  .refine((name) => !name.includes('\0'), 'a name without NUL')
  .describe('Registered model');
export const Version = z.string().min(1).max(20).describe('Version number as text, "1" for the first');

const Tags = z.record(z.string(), z.string());

export const Model = z
  .strictObject({
    name: ModelName,
    description: z.string().nullable().describe('Purpose of the model; null: no description'),
    latestVersion: Version.nullable().describe('Newest version; null: no version yet'),
    aliases: z
      .array(
        z.strictObject({
          alias: z.string().describe('Name of the alias'),
          version: Version.describe('Version that the alias selects'),
        }),
      )
      .describe('Aliases by name'),
    versions: z.number().int().describe('Number of versions'),
    tags: Tags.describe('Tags by key'),
    lastUpdatedAt: UtcInstant.describe('Last change of the model or of one of its versions'),
  })
  .describe('A registered model');
export type Model = z.infer<typeof Model>;

export const ModelVersion = z
  .strictObject({
    model: ModelName,
    version: Version,
    stage: z.enum(['None', 'Staging', 'Production', 'Archived']).describe('MLflow’s stage'),
    aliases: z.array(z.string()).describe('Aliases of the version'),
    runId: z.string().nullable().describe('Source run; null: none'),
    modelId: z.string().nullable().describe('Logged model of the version; null: none'),
    source: z.string().describe('URI from which it was registered'),
    createdAt: UtcInstant.describe('Time of registration'),
    updatedAt: UtcInstant.describe('Time of the last change'),
    description: z.string().nullable().describe('Description; null: none'),
    tags: Tags.describe('Tags by key'),
    metrics: z
      .record(z.string(), z.number().nullable())
      .describe('Latest value of each metric of its logged model, or else of its run, in its own unit; null is NaN'),
    params: Tags.describe('Params of its run and of its logged model, by key'),
    cost: RunCost.nullable().describe('Complete cost of the source run; null: no source run'),
    files: z
      .strictObject({
        digest: z.string().describe('SHA-256 of the list of its files: path, size and SHA-256 of each'),
        count: z.number().int().describe('Number of files'),
        sizeBytes: z.number().int().describe('Total size of the files in bytes'),
      })
      .nullable()
      .describe('Digest of the files at registration; null: not computed yet, or the files are in external storage'),
    status: z.literal('READY').describe('Always READY: a version is complete when it is stored'),
  })
  .describe('A version of a registered model');
export type ModelVersion = z.infer<typeof ModelVersion>;

const ModelParams = z.strictObject({ model: ModelName });

export const listModels = endpoint({
  method: 'GET',
  path: '/api/v1/models',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List registered models by name',
  query: z.strictObject(PageQuery),
  response: z.strictObject({ models: z.array(Model).describe('One page of models'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const getModel = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get one registered model',
  params: ModelParams,
  response: Model,
  errors: ['model_not_found'],
});

export const listModelVersions = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/versions',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List all versions of a model, newest first',
  params: ModelParams,
  response: z.strictObject({ versions: z.array(ModelVersion).describe('Versions, newest first') }),
  errors: ['model_not_found'],
});

export const listRunVersions = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/versions',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List versions registered from a run, newest first; empty for an unknown run',
  params: z.strictObject({ runId: z.string().min(1).max(256).describe('Run id') }),
  response: z.strictObject({ versions: z.array(ModelVersion).describe('Versions, newest first') }),
  errors: [],
});

export const getModelVersion = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/versions/:version',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Get one version of a model',
  params: z.strictObject({ model: ModelName, version: Version }),
  response: ModelVersion,
  errors: ['model_not_found', 'model_version_not_found'],
});

const Description = z.string().max(100_000).optional().describe('Description; "" removes it; default: unchanged');

export const editModel = endpoint({
  method: 'PATCH',
  path: '/api/v1/models/:model',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Change the description of a registered model',
  params: ModelParams,
  body: z.strictObject({ description: Description }),
  response: Model,
  errors: ['model_not_found'],
});

export const editModelVersion = endpoint({
  method: 'PATCH',
  path: '/api/v1/models/:model/versions/:version',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Change the description of a version',
  params: z.strictObject({ model: ModelName, version: Version }),
  body: z.strictObject({ description: Description }),
  response: ModelVersion,
  errors: ['model_not_found', 'model_version_not_found', 'invalid_request'],
});

const AliasParams = z.strictObject({
  model: ModelName,
  alias: z.string().min(1).max(255).describe('Alias: letters, digits, "_" and "-"'),
});
const MovedAlias = z
  .strictObject({
    version: Version.nullable().describe('Current version of the alias; null: the alias was removed'),
    previousVersion: Version.nullable().describe('Previous version of the alias; null: the alias is new'),
  })
  .describe('A change of an alias; set the previous version to undo it');

const OverrideReason = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .optional()
  .describe('Reason why an administrator changes a governed alias without its gate; recorded as a decision');

export const setModelAlias = endpoint({
  method: 'PUT',
  path: '/api/v1/models/:model/aliases/:alias',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Set an alias to a version; a governed alias moves by its gate, or by an administrator with a reason',
  params: AliasParams,
  body: z.strictObject({ version: Version, reason: OverrideReason }),
  response: MovedAlias,
  errors: ['model_not_found', 'model_version_not_found', 'invalid_request', 'alias_governed'],
});

export const removeModelAlias = endpoint({
  method: 'DELETE',
  path: '/api/v1/models/:model/aliases/:alias',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Remove an alias; its version remains',
  params: AliasParams,
  query: z.strictObject({ reason: OverrideReason }),
  response: MovedAlias,
  errors: ['model_not_found', 'invalid_request', 'alias_governed'],
});
