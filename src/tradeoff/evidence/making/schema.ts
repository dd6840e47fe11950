import { z } from 'zod';
import { Money, Period } from '../../../platform/units/schema.ts';

export const MakingRelation = z
  .enum(['run', 'nested', 'search', 'reused', 'resumed'])
  .describe(
    'run: the run that made the version. nested: a run below it. search: another run of the same sweep or pipeline run, with failed and repeated tries, evaluation and data steps. reused: the run whose result a pipeline step reused. resumed: a run of the pipeline run that was resumed',
  );
export type MakingRelation = z.infer<typeof MakingRelation>;

export const MakingPart = z
  .strictObject({
    run: z.string().describe('Id of the MLflow run'),
    name: z.string().nullable().describe('Name of the run; null when the run no longer exists'),
    step: z.string().nullable().describe('Step of the pipeline run; null for other runs'),
    relation: MakingRelation,
    state: z.string().describe('State of the pipeline step, else status of the run; unknown when it no longer exists'),
    cost: Money.nullable().describe('Effective or metered cost of the run itself; null when it has no own cost'),
    basis: z.enum(['reconciled', 'metered', 'allocated']).nullable().describe('Basis of the cost; null without a cost'),
    coverage: z
      .enum(['known', 'partial', 'elsewhere', 'unknown'])
      .describe(
        'known: the cost is complete. partial: the run has not ended, or a part of its cost is unknown. elsewhere: the cost is that of another part. unknown: no cost is known',
      ),
    reason: z.string().nullable().describe('Reason for another coverage than known; null for a known cost'),
  })
  .describe('One run of the making of a version');
export type MakingPart = z.infer<typeof MakingPart>;

export const MakingCost = z
  .strictObject({
    cost: Money.nullable().describe('Sum of the known parts; null when no part is known, or in several currencies'),
    isLowerBound: z.boolean().describe('True: a part is unknown or partial, so the cost is at least this much'),
    reason: z.string().nullable().describe('Reason for an unknown cost or a lower bound; null when complete'),
    basis: z
      .enum(['reconciled', 'metered', 'allocated', 'mixed'])
      .nullable()
      .describe('Basis of all parts; mixed: the parts have different ones; null without a cost'),
    own: Money.nullable().describe('Part of the run and the runs below it; null when none of them has a known cost'),
    shared: Money.nullable().describe(
      'Part of all other runs, which other versions can contain as well; null when none of them has a known cost',
    ),
    sharedWith: z
      .array(z.string())
      .describe('Other versions of the model that were made by these runs: their making costs contain the same parts'),
    window: Period.nullable().describe('Start of the first run to the end of the last; null without runs'),
    parts: z.array(MakingPart).describe('Runs, the run of the version first, then by start; at most 1,000'),
  })
  .describe('Cost to make a version: its run, the search that it was chosen from, and the steps of its pipeline run');
export type MakingCost = z.infer<typeof MakingCost>;

export const MakingTotal = z
  .strictObject({
    cost: Money.nullable().describe('Sum over the versions, each run once; null when unknown or in several currencies'),
    isLowerBound: z.boolean().describe('True: a part is unknown or partial'),
    reason: z.string().nullable().describe('Reason for an unknown cost or a lower bound; null when complete'),
    runs: z.number().int().describe('Runs that were counted'),
  })
  .describe('Cost to make several versions, in which a run that several of them share is counted once');
export type MakingTotal = z.infer<typeof MakingTotal>;
