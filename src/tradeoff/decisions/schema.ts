import { z } from 'zod';
import { MetricTotal } from '../../finops/billing/schema.ts';
import { Subject } from '../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';
import { VersionEvidence } from '../evidence/schema.ts';
import { Check, Policy, Verdict } from '../gates/schema.ts';

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
    before: z.string().describe('Delivery that the decision stood on'),
    after: z.string().nullable().describe('Delivery that counts now; null when none does'),
  })
  .describe('A bill that a decision stood on and that counts no longer');
export type EvidenceChange = z.infer<typeof EvidenceChange>;

export const Decision = z
  .strictObject({
    decision: DecisionId,
    at: UtcInstant.describe('When it was taken'),
    actor: z.string().describe('Who or what asked for it'),
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
        from: z.string().nullable().describe('Version it pointed to before; null when it did not exist'),
        to: z.string().describe('Version it points to now'),
      })
      .nullable()
      .describe('What was done; null when nothing was'),
    restatedBy: z
      .array(EvidenceChange)
      .describe('Bills that it stood on and that have changed since; none while all stand'),
    needsReevaluation: z
      .boolean()
      .describe('True when a bill has changed since and the version was not weighed against the policy again'),
  })
  .describe('A verdict that was taken');
export type Decision = z.infer<typeof Decision>;

const sinceTaken = { restatedBy: true, needsReevaluation: true } as const;

export const KeptBudget = z
  .strictObject({
    budget: z.string().describe('Name of the budget'),
    currency: Currency,
    remaining: DecimalString.nullable().describe('What it had left; null while nothing was known of the month'),
    source: z.string().describe('Where the figure came from'),
  })
  .describe('What a budget had left when the version was weighed');

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
  .describe('A bill that a figure stood on, in sums and digests that stay when its rows are deleted');
export type KeptBill = z.infer<typeof KeptBill>;

export const DecisionDetail = z
  .strictObject({
    ...Decision.shape,
    evidence: z
      .strictObject({
        candidate: VersionEvidence.describe('The weighed version as it was measured then'),
        champion: VersionEvidence.nullable().describe('The version behind the alias then; null when there was none'),
        policy: Policy.describe('The policy as it was then'),
        billDeliveries: z.array(z.string()).describe('Bill deliveries that a figure stood on'),
        priceBooks: z.array(z.string()).describe('Price books that a figure stood on, with their version'),
        budgets: z
          .array(KeptBudget)
          .optional()
          .describe('Budgets that the policy names; left out in decisions from before they were kept'),
        bills: z
          .array(KeptBill)
          .optional()
          .describe('Sums and digests of billDeliveries; left out in decisions from before they were kept'),
      })
      .describe('Everything the verdict stood on, kept so that it can be replayed'),
    evidenceSha256: z
      .string()
      .optional()
      .describe('SHA-256 of the evidence with sorted keys; left out in decisions from before it was kept'),
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
  summary: 'Decisions, newest first',
  query: z.strictObject({
    model: z.string().optional().describe('Only of this model'),
    verdict: Verdict.optional(),
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
  summary: 'One decision with its evidence',
  params: z.strictObject({ decision: DecisionId }),
  response: DecisionDetail,
  errors: ['decision_not_found'],
});

export const DecisionReplay = z
  .strictObject({
    decision: DecisionId,
    verdict: Verdict.describe('Verdict of the replay'),
    recordedVerdict: Verdict.describe('Verdict that was taken'),
    isSame: z.boolean().describe('True when the verdict and all sums of bills are those of then'),
    checks: z.array(Check).describe('Every check of the replay, quality first'),
    bills: z
      .array(
        z
          .strictObject({
            delivery: z.string().describe('Delivery of a bill'),
            period: Month.describe('Billing period'),
            rows: z.number().int().describe('Rows that are there now'),
            isSame: z.boolean().describe('True when rows and sums are those that were kept'),
          })
          .describe('A bill that the decision stood on, summed again from its rows'),
      )
      .describe('Bills that the decision stood on'),
    evidenceSha256: z.string().nullable().describe('SHA-256 of the evidence; null when none was kept'),
  })
  .describe('A decision weighed again from what it stood on');
export type DecisionReplay = z.infer<typeof DecisionReplay>;

export const replayDecision = endpoint({
  method: 'GET',
  path: '/api/v1/decisions/:decision/replay',
  scope: 'tradeoff.read',
  summary:
    'Weigh a decision again by its policy of then; what was deleted of its evidence is named with evidence_deleted',
  params: z.strictObject({ decision: DecisionId }),
  response: DecisionReplay,
  errors: ['decision_not_found', 'evidence_deleted', 'evidence_damaged', 'evidence_not_kept', 'lake_file_damaged'],
});

/** Something that was decided to be done, or not, and is no verdict about a version. */
export const DecidedAct = z
  .strictObject({
    decision: DecisionId,
    at: UtcInstant.describe('When it was decided'),
    actor: z.string().describe('Who or what decided it'),
    act: z
      .enum(['approved', 'applied', 'dismissed', 'undone', 'placed', 'overridden'])
      .describe(
        'What was decided; placed: on which capacity work runs; overridden: an alias moved in spite of its policy',
      ),
    about: z.string().describe('Id of what it is about, such as a recommendation'),
    subject: Subject,
    summary: z.string().describe('The decision in one sentence'),
    evidence: z
      .record(z.string().describe('Name'), z.unknown().describe('Value'))
      .describe('Everything it stood on, as it was then'),
  })
  .describe('A decision to act');
export type DecidedAct = z.infer<typeof DecidedAct>;

export const listDecidedActs = endpoint({
  method: 'GET',
  path: '/api/v1/decided-acts',
  scope: 'tradeoff.read',
  summary: 'Decisions to act, with their evidence, newest first',
  query: z.strictObject({
    about: z.string().max(250).optional().describe('Only about what has this id'),
    ...PageQuery,
  }),
  response: z.strictObject({
    acts: z.array(DecidedAct).describe('Decisions to act, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
