import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { PipelineName, TriggerKind, TriggerName } from '../pipeline-definition/schema.ts';

export const Outcome = z
  .enum(['pending', 'began', 'skipped', 'refused', 'ignored'])
  .describe(
    '`pending`: its run is about to start; `skipped`: the concurrency limit was reached; `refused`: the run could not be started; `ignored`: the trigger does not match it',
  );
export type Outcome = z.infer<typeof Outcome>;

export const TriggerDecision = z
  .strictObject({
    at: UtcInstant.describe('Time at which the server detected it'),
    detail: z.string().describe('Description of the occurrence'),
    outcome: Outcome,
    reason: z.string().nullable().describe('Why no run was started; null: a run was started, or is about to start'),
    run: z.string().nullable().describe('Id of the run; null: no run was started'),
    number: z.number().int().nullable().describe('Number of the run; null: no run was started'),
    commit: z.string().nullable().describe('Pushed Git commit; null for other kinds of triggers'),
  })
  .describe('Result of one occurrence');
export type TriggerDecision = z.infer<typeof TriggerDecision>;

export const PipelineTrigger = z
  .strictObject({
    trigger: TriggerName,
    kind: TriggerKind,
    waitsFor: z.string().describe('Description of the condition'),
    since: UtcInstant.describe('Start of the period in which occurrences count'),
    nextAt: UtcInstant.nullable().describe(
      'Next scheduled time or check; null: the trigger is not scheduled, or no time remains',
    ),
    digest: z.string().nullable().describe('Digest of the data at the last check; null: not checked yet'),
    problem: z
      .string()
      .nullable()
      .describe('Why the last check failed, or the secret of a push cannot be read; null: no problem'),
    decisions: z.array(TriggerDecision).describe('Results, latest first, at most a hundred'),
  })
  .describe('A trigger with its results');
export type PipelineTrigger = z.infer<typeof PipelineTrigger>;

export const listPipelineTriggers = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/triggers',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List the triggers of a pipeline, each with its results',
  params: z.strictObject({ pipeline: PipelineName }),
  response: z.strictObject({ triggers: z.array(PipelineTrigger).describe('In the order of the document') }),
  errors: ['pipeline_not_found'],
});
