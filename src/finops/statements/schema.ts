import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery, PartialAnswer } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';
import { DeliveryId, PeriodState } from '../billing/schema.ts';
import { Unconverted, UsedRate } from '../exchange/schema.ts';

/** Both cost metrics of every figure: billed (invoiced) and effective (commitments spread over their term). */
const amounts = {
  billedCost: DecimalString.describe('Exact sum of BilledCost, as invoiced'),
  effectiveCost: DecimalString.describe('Exact sum of EffectiveCost: commitments spread over their term'),
};

export const StatementAmount = z
  .strictObject({ currency: Currency, ...amounts })
  .describe('A figure in one currency, billed and effective');
export type StatementAmount = z.infer<typeof StatementAmount>;

export const ComparedAmount = z
  .strictObject({
    currency: Currency,
    ...amounts,
    billedBefore: DecimalString.nullable().describe('BilledCost of the month before; null when no bill covers it'),
    effectiveBefore: DecimalString.nullable().describe(
      'EffectiveCost of the month before; null when no bill covers it',
    ),
  })
  .describe('Figure in one currency, with the figure of the month before');
export type ComparedAmount = z.infer<typeof ComparedAmount>;

export const StatementWay = z
  .enum(['direct', 'shared', 'idle'])
  .describe(
    'direct: rows of this team only. shared: its part of a pool. idle: resources that it reserved and did not use',
  );
export type StatementWay = z.infer<typeof StatementWay>;

export const StatementCharge = z
  .enum(['usage', 'commitment', 'commitment-unused', 'purchase', 'credit', 'tax', 'adjustment', 'other'])
  .describe(
    'commitment: purchase of a commitment discount, or usage that one covers. commitment-unused: unused part of a commitment. other: rows without a ChargeCategory',
  );
export type StatementCharge = z.infer<typeof StatementCharge>;

const describeName = (what: string) => z.string().nullable().describe(`${what}; null for cost without one`);

export const StatementPool = z
  .strictObject({
    rule: z.string().describe('Allocation rule that splits the pool'),
    method: z.string().describe('Method of the split: even, weights, proportional/cost, kubernetes/gpu-share…'),
    layer: z.number().int().describe('Place of the pool among the pools, from 1'),
    way: StatementWay,
    ...{ currency: Currency, ...amounts },
    poolBilledCost: DecimalString.describe('BilledCost of the whole pool in the period'),
    poolEffectiveCost: DecimalString.describe('EffectiveCost of the whole pool in the period'),
    ratio: DecimalString.nullable().describe(
      'Part of the pool, cost / pool, of EffectiveCost, or of BilledCost where the effective cost is 0; ten decimals; null when the pool is 0',
    ),
  })
  .describe('Part of one shared pool that the team pays');
export type StatementPool = z.infer<typeof StatementPool>;

export const StatementBasis = z
  .strictObject({
    basis: z
      .string()
      .nullable()
      .describe('Id of the allocation behind the figures; the same id always gives the same statement'),
    previousBasis: z.string().nullable().describe('The same for the month before; null when no bill covers it'),
    deliveries: z.array(DeliveryId).describe('Deliveries that counted for the month'),
    previousDeliveries: z.array(DeliveryId).describe('Deliveries that counted for the month before'),
    rulesVersion: z.number().int().describe('Version of the allocation rules; 0 before any were applied'),
    previousRulesVersion: z
      .number()
      .int()
      .nullable()
      .describe('Version of the rules behind the month before; null when no bill covers it'),
  })
  .describe('Inputs of the figures');
export type StatementBasis = z.infer<typeof StatementBasis>;

export const StatementLeftOut = z
  .strictObject({
    rejectedRows: z.number().int().describe('Rows of the deliveries that were not accepted, of the whole bill'),
    rowsWithoutBilledCost: z.number().int().describe('Rows of this statement whose BilledCost is unknown'),
    rowsWithoutEffectiveCost: z.number().int().describe('Rows of this statement whose EffectiveCost is unknown'),
  })
  .describe('Rows with unknown cost that the figures do not include');
export type StatementLeftOut = z.infer<typeof StatementLeftOut>;

const reportedAmounts = {
  billedCost: DecimalString.nullable().describe('BilledCost in the reporting currency; null without a rate'),
  effectiveCost: DecimalString.nullable().describe('EffectiveCost in the reporting currency; null without a rate'),
};

export const StatementReporting = z
  .strictObject({
    currency: Currency.describe('Reporting currency'),
    ...reportedAmounts,
    rates: z.array(UsedRate).describe('Every rate that was used'),
    leftOut: z
      .array(Unconverted.omit({ amount: true }).extend(amounts))
      .describe('Cost without a rate, by currency: unknown, not zero'),
  })
  .describe('A total in one currency, each charge day at the rate of its day');
export type StatementReporting = z.infer<typeof StatementReporting>;

/** Every breakdown adds up to `totals`, in both costs and each currency, to the last decimal. */
export const StatementFacts = z
  .strictObject({
    team: z.string().nullable().describe('Team; null for unallocated cost'),
    period: Month,
    previousPeriod: Month.describe('The month before'),
    ...StatementBasis.shape,
    totals: z.array(ComparedAmount).describe('Cost of the team, one entry for each currency'),
    ways: z
      .array(StatementAmount.extend({ way: StatementWay }))
      .describe('By allocation to the team: direct, shared, idle'),
    pools: z.array(StatementPool).describe('The shared and idle part by pool; in the order of the pools'),
    charges: z
      .array(StatementAmount.extend({ charge: StatementCharge }))
      .describe('By kind of charge: usage, commitments, credits, taxes…'),
    services: z
      .array(ComparedAmount.extend({ serviceName: describeName('FOCUS ServiceName') }))
      .describe('By service, largest first; services of the month before that are gone are listed with 0'),
    projects: z
      .array(ComparedAmount.extend({ project: describeName('Project') }))
      .describe('By project, largest first; projects of the month before that are gone are listed with 0'),
    reasons: z
      .array(StatementAmount.extend({ reason: z.string().describe('Reason that it is unallocated') }))
      .describe('Reasons of the unallocated cost; empty for a team'),
    leftOut: StatementLeftOut,
    // Statements issued before this field existed have none.
    reporting: StatementReporting.nullable()
      .default(null)
      .describe('The total in the reporting currency; null without one'),
  })
  .describe('Cost of one team for one month');
export type StatementFacts = z.infer<typeof StatementFacts>;

export const StatementNumber = z.number().int().describe('Number of an issued statement; grows, never used twice');

export const IssuedStatement = z
  .strictObject({
    number: StatementNumber,
    team: z.string().nullable().describe('Team; null for unallocated cost'),
    period: Month,
    revision: z.number().int().describe('1 for the first issue of the month, then one more with every correction'),
    corrects: StatementNumber.nullable().describe('Number of the statement that it replaces; null for a first issue'),
    issuedAt: UtcInstant.describe('When it was issued'),
    issuedBy: z.string().describe('Account that issued it'),
    why: z.string().nullable().describe('Reason given; null when none was'),
    periodState: PeriodState,
    basis: z.string().nullable().describe('Id of the allocation that it is based on'),
    deliveries: z.array(DeliveryId).describe('Deliveries that it is based on'),
    rulesVersion: z.number().int().describe('Version of the allocation rules that it is based on'),
    totals: z.array(StatementAmount).describe('Charged amount, one entry for each currency'),
    difference: z
      .array(StatementAmount)
      .describe('Difference to the statement that it corrects, to be charged or credited; empty for a first issue'),
  })
  .describe('An issued statement: final, numbered, never changed');
export type IssuedStatement = z.infer<typeof IssuedStatement>;

const Basis = {
  basis: z.string().max(100).optional().describe('State by this allocation. Default: now'),
  previousBasis: z.string().max(100).optional().describe('The same for the month before'),
  delivery: DeliveryId.optional().describe('State when this delivery counted last. Default: now'),
  currency: Currency.optional().describe(
    'Reporting currency for `reporting`; the setting `reportingCurrency` when left out. Bills keep their currency',
  ),
};

export const TeamTotals = z
  .strictObject({
    team: z.string().nullable().describe('Team; null for unallocated cost'),
    totals: z.array(ComparedAmount).describe('Cost of the team, one entry for each currency'),
    reporting: z
      .strictObject(reportedAmounts)
      .nullable()
      .describe(
        'The same in the reporting currency, without amounts that have no rate; null without a reporting currency',
      ),
    issued: z
      .strictObject({
        number: StatementNumber,
        revision: z.number().int().describe('1 for the first issue, one more with every correction'),
        isCurrent: z.boolean().describe('Whether the issued figures are those of now; false asks for a correction'),
      })
      .nullable()
      .describe('Its newest issued statement; null when none was issued'),
  })
  .describe('One statement of the month, in one line');
export type TeamTotals = z.infer<typeof TeamTotals>;

export const listStatements = endpoint({
  method: 'GET',
  path: '/api/v1/statements',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'List team statements for a month; with the unallocated cost they sum to the bill',
  query: z.strictObject({ period: Month.describe('Billing period'), ...Basis }),
  response: z.strictObject({
    period: Month,
    previousPeriod: Month.describe('The month before'),
    periodState: PeriodState,
    ...StatementBasis.shape,
    statements: z.array(TeamTotals).describe('Teams by name; last, with team null, the unallocated cost'),
    bill: z.array(ComparedAmount).describe('The whole bill, summed from its rows and not from the statements'),
    reporting: StatementReporting.nullable().describe('The whole bill in the reporting currency; null without one'),
    periods: z.array(Month).describe('Billing periods with rows, oldest first'),
    leftOut: StatementLeftOut,
    partial: PartialAnswer,
  }),
  errors: [
    'bill_period_not_covered',
    'statement_basis_not_found',
    'bill_delivery_not_found',
    'bill_delivery_deleted',
    'evidence_deleted',
  ],
});

const team = z.string().min(1).max(250).describe('Team; "-" for unallocated cost');
const TeamQuery = z.strictObject({ period: Month.describe('Billing period'), ...Basis });

export const getStatement = endpoint({
  method: 'GET',
  path: '/api/v1/statements/teams/:team',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the statement of a team for a month, live (showback) or by an earlier basis',
  params: z.strictObject({ team }),
  query: TeamQuery,
  response: StatementFacts,
  errors: [
    'statement_not_found',
    'bill_period_not_covered',
    'statement_basis_not_found',
    'bill_delivery_not_found',
    'bill_delivery_deleted',
    'evidence_deleted',
  ],
});

export const getStatementHtml = endpoint({
  ...getStatement,
  path: '/api/v1/statements/teams/:team/statement.html',
  summary: 'Get the showback statement of a team as one self-contained page to print',
  answers: 'bytes',
  response: z.string().describe('HTML without scripts or links to other files'),
});

export const getStatementCsv = endpoint({
  ...getStatement,
  path: '/api/v1/statements/teams/:team/statement.csv',
  summary: 'Export the showback statement of a team as CSV, with every digit',
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
});

export const issueStatements = endpoint({
  method: 'POST',
  path: '/api/v1/statements/issues',
  scope: 'finops.write',
  summary: 'Issue the statements of a month: final, numbered, never changed afterwards',
  body: z.strictObject({
    period: Month.describe('Billing period'),
    allowProvisional: z
      .boolean()
      .default(false)
      .describe('Issue although the cloud may still change the month; never while the month runs'),
    why: z.string().max(1000).optional().describe('Reason, printed on the statements'),
  }),
  response: z.strictObject({
    issued: z.array(IssuedStatement).describe('Issued statements by team; unallocated cost last'),
  }),
  errors: ['bill_period_not_covered', 'statement_period_not_closed', 'statement_already_issued'],
});

export const listIssuedStatements = endpoint({
  method: 'GET',
  path: '/api/v1/statements/issued',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List issued statements, newest first',
  query: z.strictObject({
    period: Month.optional().describe('Only of this billing period'),
    team: team.optional(),
    ...PageQuery,
  }),
  response: z.strictObject({
    statements: z.array(IssuedStatement).describe('Issued statements, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});

const numbered = z.strictObject({ number: z.coerce.number().int().min(1).describe('Number of the statement') });

export const getIssuedStatement = endpoint({
  method: 'GET',
  path: '/api/v1/statements/issued/:number',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get an issued statement with its facts, unchanged since the issue',
  params: numbered,
  response: z.strictObject({ issued: IssuedStatement, facts: StatementFacts }),
  errors: ['statement_not_found'],
});

export const getIssuedStatementHtml = endpoint({
  method: 'GET',
  path: '/api/v1/statements/issued/:number/statement.html',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the page of an issued statement, byte for byte as issued',
  params: numbered,
  answers: 'bytes',
  response: z.string().describe('HTML without scripts or links to other files'),
  errors: ['statement_not_found'],
});

export const getIssuedStatementCsv = endpoint({
  method: 'GET',
  path: '/api/v1/statements/issued/:number/statement.csv',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the CSV of an issued statement, byte for byte as issued',
  params: numbered,
  answers: 'csv',
  response: z.string().describe('CSV with a header line'),
  errors: ['statement_not_found'],
});
