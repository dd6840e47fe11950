import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { decimal, decimalString, Money, UtcInstant } from '../../platform/units/schema.ts';

/** `kind: Retention`. Applying it removes nothing: that takes a run of the policy, confirmed. */
export const RetentionSpec = z
  .strictObject({
    keepDeletedDays: z
      .number()
      .int()
      .min(0)
      .max(36_500)
      .describe('Days that a deleted run or logged model can be restored; then a run of the policy removes it'),
    experiment: z
      .string()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe('Name of the one experiment that it is for; default: all'),
  })
  .describe('How long what is deleted is kept');
export type RetentionSpec = z.infer<typeof RetentionSpec>;

const PolicyName = z.string().min(1).max(63).describe('Name of the Retention document');
const DeletedKind = z.enum(['run', 'logged-model', 'experiment']).describe('What it is');

const Samples = z.number().int().describe('Metric samples stored of it');
const Bytes = z.number().int().nullable().describe('Bytes of its artifacts; null when they are kept elsewhere');

export const DeletedItem = z
  .strictObject({
    kind: DeletedKind,
    id: z.string().describe('Id of the run, logged model or experiment'),
    name: z.string().describe('Its name'),
    experimentId: z.string().describe('Id of its experiment'),
    deletedAt: UtcInstant.describe('When it was deleted'),
    samples: Samples,
    artifactFiles: z.number().int().nullable().describe('Files among its artifacts; null when they are kept elsewhere'),
    artifactBytes: Bytes,
    cost: Money.nullable().describe('What the run cost, for a run of which it is known; else null'),
    costReason: z.string().nullable().describe('Why the cost is null, or what it leaves out'),
  })
  .describe('Something deleted that can be restored');
export type DeletedItem = z.infer<typeof DeletedItem>;

export const Volume = z
  .strictObject({
    runs: z.number().int().describe('Runs'),
    loggedModels: z.number().int().describe('Logged models'),
    samples: z.number().int().describe('Metric samples'),
    artifactFiles: z.number().int().describe('Files of artifacts that this server keeps'),
    artifactBytes: z.number().int().describe('Bytes of those files'),
    artifactsElsewhere: z
      .number()
      .int()
      .describe('Runs and models whose artifacts are kept elsewhere; those stay there'),
    costs: z
      .array(Money)
      .describe('What the runs cost, one amount for each currency; runs of unknown cost are left out'),
    runsOfUnknownCost: z.number().int().describe('Runs that the costs leave out, because nothing is known of theirs'),
  })
  .describe('How much it is');
export type Volume = z.infer<typeof Volume>;

/** Both together. */
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

/** One exact amount for each currency, sorted by it. */
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
    name: z.string().describe('Its name'),
    reason: z.string().describe('What stands on it'),
  })
  .describe('Something that the policy would remove, but that something else stands on');
export type KeptItem = z.infer<typeof KeptItem>;

export const listDeleted = endpoint({
  method: 'GET',
  path: '/api/v1/deleted',
  scope: 'mlops.read',
  summary: 'What is deleted and can be restored, with what it takes up and what it cost; oldest deletion first',
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
  summary: 'Restore a deleted logged model; runs and experiments are restored by MLflow’s own calls',
  params: z.strictObject({ modelId: z.string().min(1).max(64).describe('Id of the logged model') }),
  response: z.strictObject({ restored: z.literal(true).describe('It is active') }),
  errors: ['object_not_found'],
});

export const RetentionPreview = z
  .strictObject({
    policy: PolicyName,
    spec: RetentionSpec,
    until: UtcInstant.describe('What was deleted at this instant or before is meant; a run of the policy takes it'),
    removes: Volume.describe('Exactly what a run would remove now'),
    keeps: z.array(KeptItem).max(1000).describe('What stays although it is old enough, the first 1000'),
    keepsCount: z.number().int().describe('How many stay'),
  })
  .describe('What a run of the policy would do');
export type RetentionPreview = z.infer<typeof RetentionPreview>;

export const previewRetention = endpoint({
  method: 'GET',
  path: '/api/v1/retention/:policy/preview',
  scope: 'mlops.read',
  summary: 'What a run of the policy would remove: runs, samples, bytes and what they cost; nothing is removed',
  params: z.strictObject({ policy: PolicyName }),
  response: RetentionPreview,
  errors: ['retention_policy_not_found'],
});

export const listRetention = endpoint({
  method: 'GET',
  path: '/api/v1/retention',
  scope: 'mlops.read',
  summary: 'The retention policies, by name',
  response: z.strictObject({
    policies: z
      .array(z.strictObject({ policy: PolicyName, spec: RetentionSpec }).describe('A policy'))
      .describe('All of them'),
  }),
  errors: [],
});

export const RetentionStep = z
  .strictObject({
    removed: Volume.describe('What this call removed'),
    done: z.boolean().describe('True when nothing is left to remove'),
  })
  .describe('One batch of a run');
export type RetentionStep = z.infer<typeof RetentionStep>;

export const runRetention = endpoint({
  method: 'POST',
  path: '/api/v1/retention/:policy/run',
  scope: 'platform.write',
  summary: 'Remove one batch, for good: call it until `done`. Each run goes whole or not at all',
  params: z.strictObject({ policy: PolicyName }),
  body: z.strictObject({
    until: UtcInstant.describe('`until` of the preview: what was deleted later stays'),
    limit: z.number().int().min(1).max(1000).default(100).describe('Most to remove in this call, 1 to 1000'),
  }),
  response: RetentionStep,
  errors: ['retention_policy_not_found', 'retention_too_early'],
});
