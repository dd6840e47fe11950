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
    description: z.string().nullable().describe('What it is for; null when nobody said'),
    latestVersion: Version.nullable().describe('Its newest version; null while it has none'),
    aliases: z
      .array(z.strictObject({ alias: z.string().describe('Name'), version: Version.describe('Where it points') }))
      .describe('Aliases, by name'),
    versions: z.number().int().describe('Number of its versions'),
    tags: Tags.describe('Tags by key'),
    lastUpdatedAt: UtcInstant.describe('When it or a version of it was last added or changed'),
  })
  .describe('A registered model');
export type Model = z.infer<typeof Model>;

export const ModelVersion = z
  .strictObject({
    model: ModelName,
    version: Version,
    stage: z.enum(['None', 'Staging', 'Production', 'Archived']).describe('MLflow’s stage'),
    aliases: z.array(z.string()).describe('Aliases that point to it'),
    runId: z.string().nullable().describe('Run that made it; null when it names none'),
    modelId: z.string().nullable().describe('Logged model that it is of; null when it names none'),
    source: z.string().describe('URI that it was registered from'),
    createdAt: UtcInstant.describe('When it was registered'),
    updatedAt: UtcInstant.describe('When it was last changed'),
    description: z.string().nullable().describe('What it is; null when nobody said'),
    tags: Tags.describe('Tags by key'),
    metrics: z
      .record(z.string(), z.number().nullable())
      .describe('Latest value of each metric of its logged model, else of its run, in its own unit; null is NaN'),
    params: Tags.describe('Params of its run and of its logged model, by key'),
    cost: RunCost.nullable().describe('What the run that made it cost, whole; null when it names no run'),
    files: z
      .strictObject({
        digest: z.string().describe('SHA-256 of the list of its files: path, size and SHA-256 of each'),
        count: z.number().int().describe('Number of files'),
        sizeBytes: z.number().int().describe('Bytes of all of them'),
      })
      .nullable()
      .describe(
        'Digest of its files at registration; null until it is computed, or where the files are in external storage',
      ),
    status: z.literal('READY').describe('Always READY: a version is whole when it is stored'),
  })
  .describe('A version of a registered model');
export type ModelVersion = z.infer<typeof ModelVersion>;

const ModelParams = z.strictObject({ model: ModelName });

export const listModels = endpoint({
  method: 'GET',
  path: '/api/v1/models',
  scope: 'mlops.read',
  summary: 'Registered models, by name',
  query: z.strictObject(PageQuery),
  response: z.strictObject({ models: z.array(Model).describe('One page of models'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const getModel = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model',
  scope: 'mlops.read',
  summary: 'One registered model',
  params: ModelParams,
  response: Model,
  errors: ['model_not_found'],
});

export const listModelVersions = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/versions',
  scope: 'mlops.read',
  summary: 'All versions of a model, newest first',
  params: ModelParams,
  response: z.strictObject({ versions: z.array(ModelVersion).describe('Versions, newest first') }),
  errors: ['model_not_found'],
});

export const listRunVersions = endpoint({
  method: 'GET',
  path: '/api/v1/runs/:runId/versions',
  scope: 'mlops.read',
  summary: 'Versions that were registered from a run, newest first; none for a run that there is not',
  params: z.strictObject({ runId: z.string().min(1).max(256).describe('Run id') }),
  response: z.strictObject({ versions: z.array(ModelVersion).describe('Versions, newest first') }),
  errors: [],
});

export const getModelVersion = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/versions/:version',
  scope: 'mlops.read',
  summary: 'One version of a model',
  params: z.strictObject({ model: ModelName, version: Version }),
  response: ModelVersion,
  errors: ['model_not_found', 'model_version_not_found'],
});

const Description = z
  .string()
  .max(100_000)
  .optional()
  .describe('Description; "" takes it away; as it is when left out');

export const editModel = endpoint({
  method: 'PATCH',
  path: '/api/v1/models/:model',
  scope: 'mlops.write',
  summary: 'Changes the description of a registered model',
  params: ModelParams,
  body: z.strictObject({ description: Description }),
  response: Model,
  errors: ['model_not_found'],
});

export const editModelVersion = endpoint({
  method: 'PATCH',
  path: '/api/v1/models/:model/versions/:version',
  scope: 'mlops.write',
  summary: 'Changes the description of a version',
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
    version: Version.nullable().describe('Where it points now; null when it is gone'),
    previousVersion: Version.nullable().describe('Where it pointed before; null when it was new'),
  })
  .describe('An alias that was moved; the version before undoes it');

const OverrideReason = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .optional()
  .describe('Why an administrator changes an alias that a policy governs, without its gate; recorded as a decision');

export const setModelAlias = endpoint({
  method: 'PUT',
  path: '/api/v1/models/:model/aliases/:alias',
  scope: 'mlops.write',
  summary:
    'Point an alias to a version; one that a policy governs moves by its gate, or by an administrator with a reason',
  params: AliasParams,
  body: z.strictObject({ version: Version, reason: OverrideReason }),
  response: MovedAlias,
  errors: ['model_not_found', 'model_version_not_found', 'invalid_request', 'alias_governed'],
});

export const removeModelAlias = endpoint({
  method: 'DELETE',
  path: '/api/v1/models/:model/aliases/:alias',
  scope: 'mlops.write',
  summary: 'Removes an alias; the version that it pointed to stays',
  params: AliasParams,
  query: z.strictObject({ reason: OverrideReason }),
  response: MovedAlias,
  errors: ['model_not_found', 'invalid_request', 'alias_governed'],
});
