import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../platform/units/schema.ts';

export const AttentionTopic = z
  .enum(['decisions', 'budgets', 'anomalies', 'savings', 'bills', 'alerts', 'endpoints'])
  .describe('Noun of the things that need attention');
export type AttentionTopic = z.infer<typeof AttentionTopic>;

export const AttentionItem = z
  .strictObject({
    topic: AttentionTopic,
    count: z.number().int().nullable().describe('Things that need attention; null: unknown, see reason'),
    level: z
      .enum(['info', 'warning', 'critical'])
      .nullable()
      .describe('Level of the most severe of them; null: there is none, or it is unknown'),
    text: z.string().describe('The count in words, such as "3 open alerts"'),
    monthly: Money.nullable().describe('Savings: joint saving per month, if it is one known amount; null elsewhere'),
    link: z.string().describe('Page that lists them'),
    reason: z.string().nullable().describe('Reason for an unknown count; null: it is known'),
  })
  .describe('Things of one topic that need attention');
export type AttentionItem = z.infer<typeof AttentionItem>;

export const getAttention = endpoint({
  method: 'GET',
  path: '/api/v1/attention',
  scope: 'tradeoff.read',
  reads: ['totals', 'team'],
  summary: 'Count the things that need attention, by topic',
  query: z.strictObject({
    team: z.string().min(1).max(250).optional().describe('Only things of this team; bills have no team'),
  }),
  response: z.strictObject({
    at: UtcInstant.describe('Time of the counts; budgets may be five minutes older'),
    items: z.array(AttentionItem).describe('Every topic; without bills for a team'),
  }),
  errors: [],
});
