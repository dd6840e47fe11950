import { z } from 'zod';
import { Name, Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Minutes are kept for eight days. */
const Window = Duration.pipe(
  z
    .number()
    .min(5 * MINUTE_MS, '5m at least')
    .max(7 * DAY_MS, '7d at most'),
).transform((ms) => Math.ceil(ms / MINUTE_MS) * MINUTE_MS);

/** Idle criteria of a policy, and its action. */
export const IdlePolicySpec = z
  .strictObject({
    what: z
      .enum(['endpoints', 'runs'])
      .describe(
        'endpoints: without requests they go to zero; runs: those of pipelines whose GPUs do nothing are stopped',
      ),
    subject: Subject.prefault({}).describe('Only what is about this; default: all'),
    window: Window.prefault('30m').describe('How long it has to be idle, all of it measured; in whole minutes'),
    threshold: z
      .number()
      .gt(0)
      .max(1)
      .default(0.01)
      .describe(
        'runs: utilization of a GPU below which it does nothing, 0 to 1; an endpoint is idle without any request',
      ),
    grace: Duration.pipe(z.number().max(7 * DAY_MS, '7d at most'))
      .prefault('300s')
      .describe('Time from the notice to what is done'),
    notify: z.array(NotifyTarget).max(10).default([]).describe('Who is told before something is done'),
    dryRun: z.boolean().default(true).describe('true: it says what it would do, and does nothing'),
  })
  .describe('When something idle is given up by itself');
export type IdlePolicySpec = z.infer<typeof IdlePolicySpec>;

const PolicyName = Name.describe('Name of the policy');

export const listIdlePolicies = endpoint({
  method: 'GET',
  path: '/api/v1/idle-policies',
  scope: 'tradeoff.read',
  summary: 'Policies that give up what is idle, and what each is about to do',
  response: z.strictObject({
    policies: z
      .array(
        z
          .strictObject({
            name: PolicyName,
            appliedAt: UtcInstant.describe('When it was last changed'),
            what: z.enum(['endpoints', 'runs']).describe('What it watches'),
            windowMs: z.number().describe('How long it has to be idle, milliseconds'),
            graceMs: z.number().describe('Time from the notice to what is done, milliseconds'),
            isDryRun: z.boolean().describe('True: it says what it would do, and does nothing'),
            told: z.number().int().describe('Who is told, how many'),
            noticed: z.number().int().describe('What it has told of and not done yet, how many'),
          })
          .describe('An idle policy'),
      )
      .describe('By name'),
  }),
  errors: [],
});

export const deleteIdlePolicy = endpoint({
  method: 'DELETE',
  path: '/api/v1/idle-policies/:policy',
  scope: 'tradeoff.write',
  summary: 'Delete an idle policy: what it was about to do is not done, and its notices are withdrawn',
  params: z.strictObject({ policy: PolicyName }),
  response: z.strictObject({
    name: PolicyName,
    withdrawn: z.number().int().describe('Notices that were withdrawn'),
  }),
  errors: ['idle_policy_not_found'],
});
