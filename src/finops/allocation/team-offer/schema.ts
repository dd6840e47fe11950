import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';

export const TeamOffer = z
  .strictObject({
    tagKeys: z
      .array(z.string())
      .describe('Tag keys, in lower case, that name a team in some spelling, the most frequent first'),
    values: z.number().int().describe('How many different teams these tags name'),
    billRows: z.number().int().describe('Bill rows that have such a tag'),
    allRows: z.number().int().describe('All bill rows that count'),
    amounts: z
      .array(
        z.strictObject({
          currency: Currency,
          amount: DecimalString.describe('Effective cost of the rows that have such a tag'),
          share: z
            .number()
            .nullable()
            .describe(
              'Part of the effective cost of the bill in this currency, 0 to 1; null when that is not above zero',
            ),
        }),
      )
      .describe('By currency'),
    document: z
      .string()
      .describe('AllocationRules as YAML: the rules in force with this rule at their end, to be applied'),
  })
  .describe('A rule that assigns cost by the tag that names a team');
export type TeamOffer = z.infer<typeof TeamOffer>;

export const getTeamOffer = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/team-offer',
  scope: 'finops.read',
  summary: 'Suggest a rule by the `team` tag, in any spelling, when no rule assigns cost to a team',
  response: z.strictObject({
    offer: TeamOffer.nullable().describe('Suggested rule; null without one'),
    reason: z.string().nullable().describe('Why nothing is offered; null where a rule is'),
  }),
  errors: [],
});
