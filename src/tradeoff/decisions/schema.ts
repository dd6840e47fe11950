import { z } from 'zod';
import { MetricTotal } from '../../finops/billing/schema.ts';
import { Subject } from '../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';
import { VersionEvidence } from '../evidence/schema.ts';
import { Check, Policy, Verdict } from '../gates/schema.ts';
import { ChainLink } from './chain/schema.ts';
import { DecisionReview } from './reviews/schema.ts';

export const DecisionId = z
  .string()
  .regex(/^dec_[0-9a-f]{20}$/, 'an id such as "dec_0123456789abcdef0123"')
  .describe('Id of a decision');

export const EvidenceChange = z
  .strictObject({
    at: UtcInstant.describe('When the bill changed'),
    source: z.string().describe('Source of the bill'),
    period: Month.describe('Billing period'),
    closed: z.boolean().describe('True when the period was closed: a restatement'),
    before: z.string().describe('Delivery that the decision is based on'),
    after: z.string().nullable().describe('Delivery that counts now; null when none does'),
  })
  .describe('Bill that a decision is based on and that no longer counts');
export type EvidenceChange = z.infer<typeof EvidenceChange>;

export const Decision = z
  .strictObject({
    decision: DecisionId,
    at: UtcInstant.describe('Time of the decision'),
    actor: z.string().describe('Account or program that requested it'),
    model: z.string().describe('Registered model'),
    version: z.string().describe('Model version'),
    policy: z.string().describe('Policy'),
    policyVersion: z.number().int().describe('Version of the policy'),
    verdict: Verdict,
    summary: z.string().describe('The verdict in one sentence'),
    checks: z.array(Check).describe('Every check, quality first'),
    action: z
      .strictObject({
        alias: z.string().describe('Alias that was moved'),
        from: z.string().nullable().describe('Previous version of the alias; null when the alias did not exist'),
        to: z.string().describe('New version of the alias'),
      })
      .nullable()
      .describe('Change of the alias; null when it did not move'),
    restatedBy: z
      .array(EvidenceChange)
      .describe('Bills that the decision is based on and that have changed since; empty: none has changed'),
    needsReevaluation: z
      .boolean()
      .describe(
        'True when a bill has changed since, and neither a later evaluation by the policy nor a review with the same verdict followed',
      ),
    isInForce: z
      .boolean()
      .describe(
        'True for the latest decision about the version by the policy, and for the decision that moved the alias to the version to which it still points; false: superseded, and no longer judged again',
      ),
    review: DecisionReview.nullable().describe(
      'Newest review of the decision; null when no part of its basis has changed',
    ),
  })
  .describe('Recorded verdict');
export type Decision = z.infer<typeof Decision>;

/** Added when a decision is read. */
const sinceTaken = {
  restatedBy: true,
  needsReevaluation: true,
  isInForce: true,
  review: true,
  reviews: true,
  chain: true,
} as const;

export const KeptBudget = z
  .strictObject({
    budget: z.string().describe('Name of the budget'),
    currency: Currency,
    remaining: DecimalString.nullable().describe('Remaining amount; null while no cost of the month was known'),
    source: z.string().describe('Where the figure came from'),
  })
  .describe('Remaining amount of a budget when the version was evaluated');

export const KeptBill = z
  .strictObject({
    delivery: z.string().describe('Delivery of a bill'),
    source: z.string().describe('Source of the bill'),
    period: Month.describe('Billing period'),
    rows: z.number().int().describe('Rows of the delivery in this billing period'),
    chargeDates: z
      .strictObject({ from: z.string().describe('First charge date'), to: z.string().describe('Last charge date') })
      .nullable()
      .describe('Charge dates of the rows, YYYY-MM-DD; null when they are not known'),
    totals: z.array(MetricTotal).nullable().describe('Exact sums of the rows; null when they are not known'),
    rawSha256: z.array(z.string()).describe('SHA-256 of the raw files of the delivery'),
  })
  .describe('Bill that a figure is based on, in sums and digests that remain when its rows are deleted');
export type KeptBill = z.infer<typeof KeptBill>;

export const DecisionDetail = z
  .strictObject({
    ...Decision.shape,
    evidence: z
      .strictObject({
        candidate: VersionEvidence.describe('Evidence of the evaluated version at that time'),
        champion: VersionEvidence.nullable().describe(
          'Evidence of the version of the alias at that time; null when there was none',
        ),
        policy: Policy.describe('Policy at that time'),
        billDeliveries: z.array(z.string()).describe('Bill deliveries that the figures are based on'),
        priceBooks: z.array(z.string()).describe('Price books that the figures are based on, with their version'),
        budgets: z
          .array(KeptBudget)
          .optional()
          .describe('Budgets that the policy names; left out in decisions from before they were kept'),
        bills: z
          .array(KeptBill)
          .optional()
          .describe('Sums and digests of billDeliveries; left out in decisions from before they were kept'),
      })
      .describe('All inputs of the verdict, kept so that it can be replayed'),
    evidenceSha256: z
      .string()
      .optional()
      .describe('SHA-256 of the evidence with sorted keys; left out in decisions from before it was kept'),
    chain: ChainLink.nullable().describe('Place in the hash chain of all decisions; null for a row outside the chain'),
    reviews: z.array(DecisionReview).describe('Reviews, newest first, at most 20'),
  })
  .describe('A decision with its evidence');
export type DecisionDetail = z.infer<typeof DecisionDetail>;

/** A decision as it was recorded; later changes of its evidence are added when it is read. */
export const TakenRecord = DecisionDetail.omit(sinceTaken);
export type TakenRecord = z.infer<typeof TakenRecord>;

export const listDecisions = endpoint({
  method: 'GET',
  path: '/api/v1/decisions',
  scope: 'tradeoff.read',
  reads: 'team',
  summary: 'List decisions, newest first',
  query: z.strictObject({
    model: z.string().optional().describe('Only of this model'),
    verdict: Verdict.optional(),
    since: UtcInstant.optional().describe('Only decisions at this time or later'),
    until: UtcInstant.optional().describe('Only decisions before this time'),
    ...PageQuery,
  }),
  response: z.strictObject({
    decisions: z.array(Decision).describe('Decisions, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

export const getDecision = endpoint({
  method: 'GET',
  path: '/api/v1/decisions/:decision',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get one decision with its evidence',
  params: z.strictObject({ decision: DecisionId }),
  response: DecisionDetail,
  errors: ['decision_not_found'],
});

export const DecisionReplay = z
  .strictObject({
    decision: DecisionId,
    verdict: Verdict.describe('Verdict of the replay'),
    recordedVerdict: Verdict.describe('Recorded verdict'),
    isSame: z.boolean().describe('True when the verdict and all sums of bills equal the recorded ones'),
    checks: z.array(Check).describe('Every check of the replay, quality first'),
    bills: z
      .array(
        z
          .strictObject({
            delivery: z.string().describe('Delivery of a bill'),
            period: Month.describe('Billing period'),
            rows: z.number().int().describe('Present number of rows'),
            isSame: z.boolean().describe('True when rows and sums equal the recorded ones'),
          })
          .describe('Bill that the decision is based on, summed again from its rows'),
      )
      .describe('Bills that the decision is based on'),
    evidenceSha256: z.string().nullable().describe('SHA-256 of the evidence; null when none was kept'),
  })
  .describe('Result of a replay of a decision from its evidence');
export type DecisionReplay = z.infer<typeof DecisionReplay>;

export const replayDecision = endpoint({
  method: 'GET',
  path: '/api/v1/decisions/:decision/replay',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Replay a decision by its recorded policy and evidence; deleted evidence fails with evidence_deleted',
  params: z.strictObject({ decision: DecisionId }),
  response: DecisionReplay,
  errors: ['decision_not_found', 'evidence_deleted', 'evidence_damaged', 'evidence_not_kept', 'lake_file_damaged'],
});

/** A decision to act or not to act, other than a verdict about a version. */
export const DecidedAct = z
  .strictObject({
    decision: DecisionId,
    at: UtcInstant.describe('Time of the decision'),
    actor: z.string().describe('Account or program that decided'),
    act: z
      .enum(['approved', 'applied', 'dismissed', 'undone', 'placed', 'overridden'])
      .describe(
        'Type of decision; placed: capacity chosen for work; overridden: an alias moved although its policy does not promote the version',
      ),
    about: z.string().describe('Id of the subject of the decision, such as a recommendation'),
    subject: Subject,
    summary: z.string().describe('The decision in one sentence'),
    evidence: z
      .record(z.string().describe('Name'), z.unknown().describe('Value'))
      .describe('All inputs of the decision at that time'),
  })
  .describe('A decision to act');
export type DecidedAct = z.infer<typeof DecidedAct>;

export const listDecidedActs = endpoint({
  method: 'GET',
  path: '/api/v1/decided-acts',
  scope: 'tradeoff.read',
  reads: 'team',
  summary: 'List decisions to act, with their evidence, newest first',
  query: z.strictObject({
    about: z.string().max(250).optional().describe('Only decisions about this id'),
    ...PageQuery,
  }),
  response: z.strictObject({
    acts: z.array(DecidedAct).describe('Decisions to act, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
