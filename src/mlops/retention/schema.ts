import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { decimal, decimalString, Money, UtcInstant } from '../../platform/units/schema.ts';

/** `kind: Retention`. Applying it removes nothing; only a confirmed run of the policy does. */
export const RetentionSpec = z
  .strictObject({
    keepDeletedDays: z
      .number()
      .int()
      .min(0)
      .max(36_500)
      .describe(
        'Days for which a deleted run or logged model can be restored; after that a run of the policy removes it',
      ),
    experiment: z
      .string()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe('Name of the only experiment that the policy applies to; default: all'),
  })
  .describe('Retention of deleted objects');
export type RetentionSpec = z.infer<typeof RetentionSpec>;

const PolicyName = z.string().min(1).max(63).describe('Name of the Retention document');
const DeletedKind = z.enum(['run', 'logged-model', 'experiment']).describe('Type of object');

const Samples = z.number().int().describe('Metric samples of the object');
const Bytes = z.number().int().nullable().describe('Size of its artifacts in bytes; null: stored elsewhere');

export const DeletedItem = z
  .strictObject({
    kind: DeletedKind,
    id: z.string().describe('Id of the run, logged model or experiment'),
    name: z.string().describe('Name of the object'),
    experimentId: z.string().describe('Id of its experiment'),
    deletedAt: UtcInstant.describe('Time of deletion'),
    samples: Samples,
    artifactFiles: z.number().int().nullable().describe('Number of artifact files; null: stored elsewhere'),
    artifactBytes: Bytes,
    cost: Money.nullable().describe('Cost of the run; null: unknown, or not a run'),
    costReason: z.string().nullable().describe('Why the cost is null or incomplete'),
  })
  .describe('A deleted object that can be restored');
export type DeletedItem = z.infer<typeof DeletedItem>;

export const Volume = z
  .strictObject({
    runs: z.number().int().describe('Runs'),
    loggedModels: z.number().int().describe('Logged models'),
    samples: z.number().int().describe('Metric samples'),
    artifactFiles: z.number().int().describe('Artifact files on this server'),
    artifactBytes: z.number().int().describe('Bytes of the artifact files on this server'),
    artifactsElsewhere: z
      .number()
      .int()
      .describe('Runs and models with artifacts stored elsewhere; those artifacts are not removed'),
    costs: z.array(Money).describe('Cost of the runs, one amount for each currency; runs of unknown cost are left out'),
    runsOfUnknownCost: z.number().int().describe('Runs left out of the cost, because their cost is unknown'),
  })
  .describe('Numbers, bytes and cost of objects');
export type Volume = z.infer<typeof Volume>;

/** Returns the sum of two volumes. */
export function addVolumes(one: Volume, other: Volume): Volume {
  return {
    runs: one.runs + other.runs,
    loggedModels: one.loggedModels + other.loggedModels,
    samples: one.samples + other.samples,
    artifactFiles: one.artifactFiles + other.artifactFiles,
    artifactBytes: one.artifactBytes + other.artifactBytes,
    artifactsElsewhere: one.artifactsElsewhere + other.artifactsElsewhere,
    costs: addMoney([...one.costs, ...other.costs]),
    runsOfUnknownCost: one.runsOfUnknownCost + other.runsOfUnknownCost,
  };
}

/** Returns one exact amount for each currency, sorted by currency. */
export function addMoney(amounts: readonly Money[]): Money[] {
  const byCurrency = Map.groupBy(amounts, ({ currency }) => currency);
  return [...byCurrency]
    .map(([currency, group]) => ({
      currency,
      amount: decimalString(group.reduce((sum, { amount }) => sum.plus(amount), decimal(0))),
    }))
    .sort((one, other) => (one.currency < other.currency ? -1 : 1));
}

export const KeptItem = z
  .strictObject({
    kind: DeletedKind,
    id: z.string().describe('Id of the run or logged model'),
    name: z.string().describe('Name of the object'),
    reason: z.string().describe('Object that depends on it'),
  })
  .describe('An object that the policy would remove, but that another object depends on');
export type KeptItem = z.infer<typeof KeptItem>;

export const listDeleted = endpoint({
  method: 'GET',
  path: '/api/v1/deleted',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List deleted objects that can be restored, with their size and cost; oldest deletion first',
  query: z.strictObject({ kind: DeletedKind.default('run'), ...PageQuery }),
  response: z.strictObject({
    deleted: z.array(DeletedItem).describe('One page'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const restoreLoggedModel = endpoint({
  method: 'POST',
  path: '/api/v1/deleted/logged-models/:modelId/restore',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Restore a deleted logged model; MLflow’s own calls restore runs and experiments',
  params: z.strictObject({ modelId: z.string().min(1).max(64).describe('Id of the logged model') }),
  response: z.strictObject({ restored: z.literal(true).describe('True: the model is active') }),
  errors: ['object_not_found'],
});

export const RetentionPreview = z
  .strictObject({
    policy: PolicyName,
    spec: RetentionSpec,
    until: UtcInstant.describe('A run of the policy removes objects that were deleted at or before this time'),
    removes: Volume.describe('Volume that a run would remove now'),
    keeps: z.array(KeptItem).max(1000).describe('Objects that are old enough but retained, the first 1000'),
    keepsCount: z.number().int().describe('Number of retained objects'),
  })
  .describe('Effect of a run of the policy');
export type RetentionPreview = z.infer<typeof RetentionPreview>;

export const previewRetention = endpoint({
  method: 'GET',
  path: '/api/v1/retention/:policy/preview',
  scope: 'mlops.read',
  summary: 'Preview a run of the policy: runs, samples, bytes and their cost; nothing is removed',
  params: z.strictObject({ policy: PolicyName }),
  response: RetentionPreview,
  errors: ['retention_policy_not_found'],
});

export const listRetention = endpoint({
  method: 'GET',
  path: '/api/v1/retention',
  scope: 'mlops.read',
  summary: 'List the retention policies by name',
  response: z.strictObject({
    policies: z
      .array(z.strictObject({ policy: PolicyName, spec: RetentionSpec }).describe('A policy'))
      .describe('All policies'),
  }),
  errors: [],
});

export const RetentionStep = z
  .strictObject({
    removed: Volume.describe('Volume that this call removed'),
    done: z.boolean().describe('True: no objects remain to be removed'),
  })
  .describe('One batch of a run');
export type RetentionStep = z.infer<typeof RetentionStep>;

export const runRetention = endpoint({
  method: 'POST',
  path: '/api/v1/retention/:policy/run',
  scope: 'platform.write',
  summary: 'Remove one batch permanently; repeat the call until `done`. Each run is removed completely or not at all',
  params: z.strictObject({ policy: PolicyName }),
  body: z.strictObject({
    until: UtcInstant.describe('`until` of the preview; objects deleted later are retained'),
    limit: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('Maximum number of objects that this call removes, 1 to 1000'),
  }),
  response: RetentionStep,
  errors: ['retention_policy_not_found', 'retention_too_early'],
});
