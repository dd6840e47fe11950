import { z } from 'zod';
import { Sha256 } from '../../../platform/hash-chain/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../../platform/units/schema.ts';
import { Check, Verdict } from '../../gates/schema.ts';

export const ReviewStatus = z
  .enum(['same', 'weaker', 'would-differ', 'cannot-be-judged'])
  .describe(
    'same: the verdict stands. weaker: the same verdict, but a check that passed is now inconclusive or has less than half of its headroom. would-differ: another verdict. cannot-be-judged: evidence, policy or a version is gone',
  );
export type ReviewStatus = z.infer<typeof ReviewStatus>;

export const ReviewCause = z
  .strictObject({
    kind: z
      .enum(['bill', 'prices', 'policy', 'runCost', 'quality', 'labels', 'value'])
      .describe(
        'bill: a bill was restated, reverted, preferred or deleted. prices: a price book has a new version. policy: the policy changed. runCost: the cost of a run changed. quality: metrics or an evaluation changed. labels: matured predictions have other labels, or more predictions matured. value: more outcome events count',
      ),
    at: UtcInstant.describe('Time of the change'),
    ids: z.array(z.string()).describe('Ids of the changed things, such as deliveries of a bill'),
    text: z.string().describe('The change in words'),
  })
  .describe('Change that caused a review');
export type ReviewCause = z.infer<typeof ReviewCause>;

const CheckState = z
  .strictObject({
    holds: z.boolean().nullable().describe('True: passes; false: fails; null: inconclusive'),
    measured: z.string().nullable().describe('Measured value, in the unit of the check; null when unknown'),
    bound: z.string().nullable().describe('Bound, in the unit of the check; null when unknown'),
  })
  .describe('Result of a check');

export const ChangedCheck = z
  .strictObject({
    name: z.string().describe('Name of the check'),
    side: Check.shape.side,
    unit: z.string().describe('Unit of the measured value and the bound'),
    before: CheckState.nullable().describe('At the decision; null for a check that the policy did not have'),
    now: CheckState.nullable().describe('At the review; null for a check that the policy no longer has'),
  })
  .describe('Check whose result or figures changed since the decision');
export type ChangedCheck = z.infer<typeof ChangedCheck>;

export const DecisionReview = z
  .strictObject({
    review: z.string().describe('Id of the review'),
    at: UtcInstant.describe('Time of the review'),
    causes: z.array(ReviewCause).describe('Changes since the review before, each once'),
    status: ReviewStatus,
    verdict: Verdict.nullable().describe('Verdict on the present evidence; null when it cannot be judged'),
    summary: z.string().describe('The result in one sentence'),
    changedChecks: z.array(ChangedCheck).describe('Checks whose result or figures changed since the decision'),
    atStake: z
      .strictObject({
        amount: DecimalString.describe(
          'Change of the headroom (bound less cost) since the decision, a month; negative: less headroom',
        ),
        currency: Currency,
        check: z.string().describe('Check of a cost per month that changed most to the worse'),
      })
      .nullable()
      .describe('Money at stake a month; null when it is unknown'),
    atStakeReason: z.string().nullable().describe('Reason for an unknown amount; null when it is known'),
    policyVersion: z.number().int().nullable().describe('Version of the policy at the review; null when it is gone'),
    evidenceSha256: Sha256.nullable().describe('SHA-256 of the present evidence; null when it cannot be gathered'),
  })
  .describe('Judgement of an earlier decision on present evidence');
export type DecisionReview = z.infer<typeof DecisionReview>;
