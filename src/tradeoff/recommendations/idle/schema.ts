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
      .describe('endpoints: scale endpoints without requests to zero; runs: stop pipeline runs with idle GPUs'),
    subject: Subject.prefault({}).describe('Only endpoints or runs of this subject; default: all'),
    window: Window.prefault('30m').describe('Idle time before the notice, all of it measured; in whole minutes'),
    threshold: z
      .number()
      .gt(0)
      .max(1)
      .default(0.01)
      .describe('runs: utilization below which a GPU is idle, 0 to 1; an endpoint is idle without any request'),
    grace: Duration.pipe(z.number().max(7 * DAY_MS, '7d at most'))
      .prefault('300s')
      .describe('Time from the notice to the action'),
    notify: z.array(NotifyTarget).max(10).default([]).describe('Recipients of the notice before the action'),
    dryRun: z.boolean().default(true).describe('true: report the action without carrying it out'),
  })
  .describe('Criteria and action of a policy that releases idle resources automatically');
export type IdlePolicySpec = z.infer<typeof IdlePolicySpec>;

const PolicyName = Name.describe('Name of the policy');

export const listIdlePolicies = endpoint({
  method: 'GET',
  path: '/api/v1/idle-policies',
  scope: 'tradeoff.read',
  reads: ['money', 'team'],
  summary: 'List idle policies with their pending actions',
  response: z.strictObject({
    policies: z
      .array(
        z
          .strictObject({
            name: PolicyName,
            appliedAt: UtcInstant.describe('Time of the last change'),
            what: z.enum(['endpoints', 'runs']).describe('Kind of resource that it checks'),
            windowMs: z.number().describe('Idle time before the notice, in milliseconds'),
            graceMs: z.number().describe('Time from the notice to the action, in milliseconds'),
            isDryRun: z.boolean().describe('True: it reports the action without carrying it out'),
            told: z.number().int().describe('Number of recipients of its notices'),
            noticed: z.number().int().describe('Number of notices with a pending action'),
          })
          .describe('An idle policy'),
      )
      .describe('Policies by name'),
  }),
  errors: [],
});

export const deleteIdlePolicy = endpoint({
  method: 'DELETE',
  path: '/api/v1/idle-policies/:policy',
  scope: 'tradeoff.write',
  summary: 'Delete an idle policy, cancel its pending actions and withdraw its notices',
  params: z.strictObject({ policy: PolicyName }),
  response: z.strictObject({
    name: PolicyName,
    withdrawn: z.number().int().describe('Number of withdrawn notices'),
  }),
  errors: ['idle_policy_not_found'],
});
