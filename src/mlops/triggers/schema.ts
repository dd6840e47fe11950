import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { UtcInstant } from '../../platform/units/schema.ts';
import { PipelineName, TriggerKind, TriggerName } from '../pipeline-definition/schema.ts';

export const Outcome = z
  .enum(['pending', 'began', 'skipped', 'refused', 'ignored'])
  .describe(
    '`pending`: its run is about to begin; `skipped`: there were as many runs as there may be; `refused`: no run could be begun; `ignored`: not what the trigger waits for',
  );
export type Outcome = z.infer<typeof Outcome>;

export const TriggerDecision = z
  .strictObject({
    at: UtcInstant.describe('When the server saw it'),
    detail: z.string().describe('What happened'),
    outcome: Outcome,
    reason: z.string().nullable().describe('Why no run was begun; null when one was, or is about to be'),
    run: z.string().nullable().describe('Id of the run; null when none was begun'),
    number: z.number().int().nullable().describe('Number of the run; null when none was begun'),
    commit: z.string().nullable().describe('Git commit that was pushed; null for other triggers'),
  })
  .describe('What became of one occurrence');
export type TriggerDecision = z.infer<typeof TriggerDecision>;

export const PipelineTrigger = z
  .strictObject({
    trigger: TriggerName,
    kind: TriggerKind,
    waitsFor: z.string().describe('In words'),
    since: UtcInstant.describe('From when on it counts'),
    nextAt: UtcInstant.nullable().describe('Its next time or look; null where others tell it, or no time is left'),
    digest: z.string().nullable().describe('Of the data as it was seen last; null before the first look'),
    problem: z
      .string()
      .nullable()
      .describe('Why the last look saw nothing, or the secret of a push cannot be read; null when neither is so'),
    decisions: z.array(TriggerDecision).describe('Latest first, at most a hundred'),
  })
  .describe('A trigger and what it has done');
export type PipelineTrigger = z.infer<typeof PipelineTrigger>;

export const listPipelineTriggers = endpoint({
  method: 'GET',
  path: '/api/v1/pipelines/:pipeline/triggers',
  scope: 'mlops.read',
  summary: 'Triggers of a pipeline, each with what it has done',
  params: z.strictObject({ pipeline: PipelineName }),
  response: z.strictObject({ triggers: z.array(PipelineTrigger).describe('In the order of the document') }),
  errors: ['pipeline_not_found'],
});
