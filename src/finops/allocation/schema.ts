import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES, PartialAnswer } from '../../platform/contract/schema.ts';
import { ManifestText } from '../../platform/manifests/schema.ts';
import { Currency, DecimalString, Month, MonthOrDay, UtcInstant } from '../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../billing/schema.ts';
import { CoverageDimension } from './coverage-dimension/schema.ts';
import { AllocationRule, AllocationRulesSpec, Normalise } from './rules/schema.ts';

export { CoverageDimension } from './coverage-dimension/schema.ts';

export { AllocationRule, AllocationRulesSpec, Normalise };

/**
 * allocated: assigned to a subject · idle: held by a subject and not used · unallocated: no subject ·
 * shared-unallocated: a pool, or part of one, that could not be split.
 */
export const AllocationKind = z
  .enum(['allocated', 'idle', 'unallocated', 'shared-unallocated'])
  .describe(
    '`allocated`: to a subject; `idle`: requested by a subject and not used; `unallocated`: without a team; `shared-unallocated`: a shared pool, or its remainder, that could not be split',
  );
export type AllocationKind = z.infer<typeof AllocationKind>;

const range = {
  period: Month.optional().describe('One billing period; all when left out'),
  from: MonthOrDay.optional().describe('First billing period, or first charge day, of a range'),
  to: MonthOrDay.optional().describe('Last billing period, or last charge day, of a range (included)'),
};
const metric = CostMetric.default(DEFAULT_METRIC).describe('FOCUS cost column; default effectiveCost');
const describeAmount = (what: string) => DecimalString.describe(what);

export const getAllocationRules = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/rules',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Get the allocation rules in force, or an earlier version',
  query: z.strictObject({
    version: z.coerce.number().int().min(0).optional().describe('Version to show; the one in force when left out'),
  }),
  response: z.strictObject({
    version: z.number().int().describe('Version of the rules; 0 before any were applied'),
    name: z.string().nullable().describe('Name of the rules document; null before rules were applied'),
    appliedAt: UtcInstant.nullable().describe('When this version was applied; null before any was'),
    normalise: Normalise.nullable().describe('Normalization applied before rules are matched; null without any'),
    rules: z.array(AllocationRule).describe('Rules in order'),
    partial: PartialAnswer,
  }),
  errors: ['allocation_rules_not_found'],
});

export const RuleHit = z
  .strictObject({
    rule: z.string().nullable().describe('Name of the rule; null for rows that no rule took'),
    currency: Currency,
    billRows: z.number().int().describe('Bill rows that the rule took'),
    rowsWithoutMetric: z
      .number()
      .int()
      .describe('Of those, rows whose cost column is empty: unknown, not in the amount'),
    amount: describeAmount('Cost of these rows'),
    share: z.number().nullable().describe('Part of the whole bill, 0 to 1; null when the whole is not above zero'),
  })
  .describe('Rows and cost that one rule matched');
export type RuleHit = z.infer<typeof RuleHit>;

export const getRuleHits = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/rule-hits',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List rows and cost by allocation rule, in the order of the rules; rows without a rule come last',
  query: z.strictObject({ ...range, metric }),
  response: z.strictObject({
    version: z.number().int().describe('Version of the rules in force'),
    hits: z.array(RuleHit).describe('Rules in order; one that took nothing is listed with zero rows'),
    partial: PartialAnswer,
  }),
  errors: [],
});

export const CoverageRow = z
  .strictObject({
    period: Month.describe('Billing period'),
    day: z.string().nullable().describe('Day of the charge, YYYY-MM-DD; null when not grouped by day, or unknown'),
    value: z
      .string()
      .nullable()
      .describe('Value of the requested dimension; null for rows without one, or without a requested dimension'),
    currency: Currency,
    total: describeAmount('Whole cost'),
    allocated: describeAmount('Allocated to subjects and used, as far as use is known'),
    idle: describeAmount('Requested by subjects and not used'),
    unallocated: describeAmount('Unallocated cost'),
    sharedUnallocated: describeAmount('Shared pools that could not be split, and rests of fixed amounts'),
    rowsWithoutMetric: z.number().int().describe('Rows whose cost column is empty: unknown, not in the amounts'),
    allocatedRatio: z
      .number()
      .nullable()
      .describe(
        'Coverage, (allocated + idle) / total, 0 to 1: share of the cost that has an owner; null when total is not above zero',
      ),
  })
  .describe('Coverage of allocation of a cost');
export type CoverageRow = z.infer<typeof CoverageRow>;

export const getCoverage = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/coverage',
  scope: 'finops.read',
  summary: 'Get the allocated, idle, unallocated and shared cost over time',
  query: z.strictObject({
    ...range,
    by: CoverageDimension.optional(),
    interval: z.enum(['period', 'day']).default('period').describe('A row a billing period, or a day of charge'),
    metric,
  }),
  response: z.strictObject({ rows: z.array(CoverageRow).describe('By period, day, currency, then largest total') }),
  errors: [],
});

export const UnallocatedRow = z
  .strictObject({
    value: z.string().nullable().describe('Value of the dimension; null for rows without one'),
    currency: Currency,
    amount: describeAmount('Unallocated cost'),
    billRows: z.number().int().describe('Bill rows behind it'),
    share: z.number().nullable().describe('Part of all that is unallocated, 0 to 1; null when that is not above zero'),
  })
  .describe('Unallocated cost of one value');
export type UnallocatedRow = z.infer<typeof UnallocatedRow>;

export const Suggestion = z
  .strictObject({
    dimension: z.string().describe('Dimension that a rule could match: tag:KEY, subAccountId…'),
    value: z.string().nullable().describe('The one value it would match; null for any value of it'),
    currency: Currency,
    amount: describeAmount('Unallocated cost that such a rule would take'),
    billRows: z.number().int().describe('Bill rows that it would match'),
    values: z.number().int().describe('Number of different values'),
    rule: AllocationRule.describe('Draft of a rule; change its name and subject as needed'),
  })
  .describe('Suggested rule that would allocate a large part of the unallocated cost');
export type Suggestion = z.infer<typeof Suggestion>;

export const getUnallocated = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/unallocated',
  scope: 'finops.read',
  summary: 'List rows without a rule by any dimension of bill rows, and suggest rules for them',
  query: z.strictObject({
    ...range,
    by: z
      .string()
      .min(1)
      .max(300)
      .default('serviceName')
      .describe('FOCUS column in camelCase, tag:KEY, x_COLUMN, day or month; default serviceName'),
    limit: z.coerce.number().int().min(1).max(1000).default(50).describe('Rows, 1 to 1000; default 50'),
    metric,
  }),
  response: z.strictObject({
    rows: z.array(UnallocatedRow).describe('Largest first'),
    totals: z
      .array(z.strictObject({ currency: Currency, amount: describeAmount('All that is unallocated') }))
      .describe('Totals by currency, over all rows'),
    suggestions: z.array(Suggestion).describe('At most 20, the largest first'),
  }),
  errors: ['dimension_unknown'],
});

export const Holder = z
  .strictObject({
    kind: AllocationKind,
    subject: Subject,
  })
  .describe('Holder of a cost; a subject without fields has no owner');
export type Holder = z.infer<typeof Holder>;

export const Move = z
  .strictObject({ from: Holder, to: Holder, currency: Currency, amount: describeAmount('Amount that moves') })
  .describe('Cost that moves from one holder to another');
export type Move = z.infer<typeof Move>;

const describeBefore = (what: string) => describeAmount(`${what}, by the rules in force`);
const describeAfter = (what: string) => describeAmount(`${what}, by the new rules`);

export const Preview = z
  .strictObject({
    version: z.number().int().describe('Version of the rules in force'),
    unchanged: z.boolean().describe('True when these are the rules in force'),
    metric: CostMetric,
    periods: z.array(Month).describe('Evaluated billing periods'),
    holders: z
      .array(
        z.strictObject({
          ...Holder.shape,
          currency: Currency,
          before: describeBefore('Cost of the holder'),
          after: describeAfter('Cost of the holder'),
          change: describeAmount('after - before'),
        }),
      )
      .describe('Holders with cost before or after; the largest change first'),
    moves: z.array(Move).describe('Moves between holders, the largest first; cost that does not move is not listed'),
    rules: z
      .array(
        z.strictObject({
          rule: z.string().nullable().describe('Name; null for rows without a rule'),
          currency: Currency,
          before: describeBefore('Cost that the rule matches'),
          after: describeAfter('Cost that the rule matches'),
        }),
      )
      .describe('Cost by rule, current and proposed, by name'),
    totals: z
      .array(
        z.strictObject({
          currency: Currency,
          total: describeAmount('Whole cost; the same before and after'),
          moved: describeAmount('Sum of all moves'),
          unallocatedBefore: describeBefore('unallocated and shared-unallocated'),
          unallocatedAfter: describeAfter('unallocated and shared-unallocated'),
          idleBefore: describeBefore('idle'),
          idleAfter: describeAfter('idle'),
        }),
      )
      .describe('Totals by currency'),
  })
  .describe('Effect of applying rules');
export type Preview = z.infer<typeof Preview>;

export const previewAllocation = endpoint({
  method: 'POST',
  path: '/api/v1/allocation/preview',
  scope: 'finops.read',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Preview the cost that new rules would move; changes nothing',
  body: z.strictObject({
    documents: z.array(ManifestText).min(1).max(10).describe('Files that hold one AllocationRules document together'),
    period: Month.optional().describe('One billing period; all when left out'),
    metric,
  }),
  response: Preview,
  errors: ['file_empty', 'yaml_invalid', 'manifest_invalid', 'manifest_kind_unknown', 'dimension_unknown'],
});

export const Derivation = z
  .strictObject({
    derivation: z.string().describe('Id'),
    period: Month,
    rulesVersion: z.number().int().describe('Version of the rules'),
    deliveries: z.array(z.string()).describe('Bill deliveries that it is based on'),
    usage: z
      .string()
      .nullable()
      .describe('Changes with the usage that its splits looked at; null where no rule looks at usage'),
    at: UtcInstant.describe('When it was made'),
  })
  .describe('Allocation of one billing period, with its inputs');
export type Derivation = z.infer<typeof Derivation>;

export const listDerivations = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/derivations',
  scope: 'finops.read',
  summary: 'List the current allocation of each billing period, with its inputs',
  response: z.strictObject({ derivations: z.array(Derivation).describe('By period') }),
  errors: [],
});

export const deriveAgain = endpoint({
  method: 'POST',
  path: '/api/v1/allocation/derivations',
  scope: 'finops.write',
  summary: 'Rerun the allocation of billing periods with the current rules and all recorded usage',
  body: z.strictObject({
    periods: z.array(Month).min(1).max(120).optional().describe('Billing periods; all that have a bill when left out'),
  }),
  response: z.strictObject({ periods: z.array(Month).describe('Billing periods that were allocated') }),
  errors: [],
});
