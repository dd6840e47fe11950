import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../../billing/schema.ts';

/** A half-open range of charge time: includes `from`, excludes `to`. */
export const ChargeTime = z
  .strictObject({
    from: UtcInstant.optional().describe('First instant that belongs to it; open when left out'),
    to: UtcInstant.optional().describe('First instant that no longer belongs to it; open when left out'),
  })
  .describe('Charges that begin in [from, to)');
export type ChargeTime = z.infer<typeof ChargeTime>;

const text = z.string().max(1000);

export const Match = z
  .record(z.string().min(1).max(300), z.union([text, z.array(text).min(1).max(1000), z.null(), ChargeTime]))
  .refine((match) => Object.keys(match).length > 0, 'at least one condition')
  .describe(
    'Dimension -> value, list of values, `prefix*`, or null for "has no value"; all must hold. Case and the blanks around a value are ignored. Dimensions: FOCUS columns in camelCase, tag:KEY, x_COLUMN, account, service, resource, and chargePeriod with {from, to}.',
  );
export type Match = z.infer<typeof Match>;

const AssignedSubject = z
  .partialRecord(Subject.keyof(), z.string().min(1).max(250))
  .refine((subject) => Object.keys(subject).length > 0, 'at least one subject field')
  .describe('Subject fields; a value may be "{tag:KEY}" or "{serviceName}", taken from the row in lower case');

/** A literal subject, without placeholders. */
const NamedSubject = Subject.refine(
  (subject) => Object.keys(subject).length > 0,
  'at least one subject field',
).describe('Subject that receives the share');

const SubjectField = Subject.keyof().describe('Subject field');
const Fields = z
  .array(SubjectField)
  .min(1)
  .max(4)
  .default(['team'])
  .describe('Subject fields that distinguish receivers. Default: team');
const Per = z
  .enum(['period', 'day'])
  .default('period')
  .describe('Whether the basis is summed over the billing period or over the day of the charge; default period');
const positive = DecimalString.refine((amount) => !/^-|^0*(\.0*)?$/.test(amount), 'more than zero');

const WeightedSubject = z
  .strictObject({ subject: NamedSubject, weight: positive.default('1').describe('Weight; default 1') })
  .describe('A receiver with its weight');

export const EvenSplit = z
  .strictObject({
    method: z.literal('even').describe('The same for each'),
    to: z
      .array(NamedSubject)
      .min(1)
      .max(1000)
      .optional()
      .describe('Receivers. Default: all subjects with direct cost in the period'),
    fields: Fields,
    per: Per,
  })
  .describe('The same for each receiver');

export const WeightedSplit = z
  .strictObject({
    method: z.literal('weights').describe('By given weights'),
    to: z.array(WeightedSubject).min(1).max(1000).describe('Receivers with their weights'),
  })
  .describe('By given weights: an exact fraction of weight / sum of weights each');

export const ProportionalSplit = z
  .strictObject({
    method: z.literal('proportional').describe('In proportion to something measured'),
    by: z
      .string()
      .regex(
        /^(cost|requests|tokens|quantity|usage:.+)$/,
        'cost, quantity, requests, tokens or usage:RESOURCE such as "usage:gpu:*"',
      )
      .describe(
        'Basis: `cost` already allocated; `usage:RESOURCE` metered resource-hours (gpu:* for all GPUs); `requests` predictions answered; `tokens`; `quantity` the consumedQuantity of bill rows',
      ),
    of: Match.optional().describe('For cost and quantity: only bill rows that match this form the basis'),
    metric: CostMetric.default(DEFAULT_METRIC).describe('For cost: the column that is summed; default effectiveCost'),
    unit: z.string().min(1).max(100).optional().describe('For quantity: the consumedUnit that is summed'),
    to: z.array(NamedSubject).min(1).max(1000).optional().describe('Only these receivers; all when left out'),
    fields: Fields,
    per: Per,
  })
  .describe('Split in proportion to cost or usage; a subject without any receives nothing');
export type ProportionalSplit = z.infer<typeof ProportionalSplit>;

export const FixedSplit = z
  .strictObject({
    method: z.literal('fixed').describe('Fixed amounts'),
    currency: Currency.describe('Currency of the amounts; a pool in another currency stays unallocated'),
    metric: CostMetric.default(DEFAULT_METRIC).describe('Column in which the amounts are meant; default effectiveCost'),
    amounts: z
      .array(z.strictObject({ subject: NamedSubject, amount: positive.describe('Amount for each billing period') }))
      .min(1)
      .max(1000)
      .describe(
        'Receivers with their amounts for each billing period; when the pool is smaller, it is split in the ratio of the amounts',
      ),
    remainder: z
      .array(WeightedSubject)
      .min(1)
      .max(1000)
      .optional()
      .describe('Receivers of the remainder, by weight. Left out: the remainder is unallocated'),
  })
  .describe('Fixed amounts for each billing period');
export type FixedSplit = z.infer<typeof FixedSplit>;

export const Split = z
  .discriminatedUnion('method', [EvenSplit, WeightedSplit, ProportionalSplit, FixedSplit])
  .describe('Method that splits the matching rows, a shared pool, over receivers');
export type Split = z.infer<typeof Split>;

/**
 * OpenCost's default hourly prices (configs/default.json). They only weight CPU, memory and GPU within a node's bill.
 */
export const KubernetesSplit = z
  .strictObject({
    basis: z
      .enum(['max', 'request', 'usage'])
      .default('max')
      .describe('Share of a workload in each resource: the larger of request and usage (default), or one of them'),
    gpuNodes: z
      .enum(['gpu-share', 'by-price'])
      .default('gpu-share')
      .describe(
        'Nodes with GPUs: the whole node by GPU share (default), or CPU, memory and GPU each by its part of the prices',
      ),
    prices: z
      .strictObject({
        cpuHour: positive.default('0.031611').describe('Weight of one CPU'),
        ramGibHour: positive.default('0.004237').describe('Weight of one GiB of memory'),
        gpuHour: positive.default('0.95').describe('Weight of one GPU'),
      })
      .prefault({})
      .describe("Relative prices of a node's resources; the amount comes from the bill"),
    idle: z
      .enum(['separate', 'included'])
      .default('separate')
      .describe('Requested but unused resources of a workload: a separate idle share (default), or part of its share'),
  })
  .describe('Node cost, split over workloads by their requests and usage (POST /api/v1/workload-usage)');
export type KubernetesSplit = z.infer<typeof KubernetesSplit>;

export const AllocationRule = z
  .strictObject({
    name: z.string().min(1).max(100).describe('Name, shown with the cost that the rule allocated'),
    match: Match,
    effectiveFrom: UtcInstant.optional().describe('Only charges that begin at or after this instant'),
    effectiveTo: UtcInstant.optional().describe('Only charges that begin before this instant'),
    subject: AssignedSubject.optional(),
    split: Split.optional(),
    kubernetes: KubernetesSplit.optional(),
  })
  .refine(
    (rule) => [rule.subject, rule.split, rule.kubernetes].filter((part) => part !== undefined).length === 1,
    'exactly one of subject, split and kubernetes',
  )
  .describe('Rule that allocates matching rows to a subject, or splits them; the first matching rule applies to a row');
export type AllocationRule = z.infer<typeof AllocationRule>;

const KeyAliases = z
  .record(z.string().min(1).max(300), z.array(z.string().min(1).max(300)).min(1).max(100))
  .describe(
    'Tag key -> other keys that mean the same: { team: [owner_team, squad] }; the first that has a value counts',
  );

const ValueAliases = z
  .record(
    z.string().min(1).max(300),
    z.record(z.string().min(1).max(300), z.array(z.string().min(1).max(1000)).min(1).max(1000)),
  )
  .describe(
    'Dimension -> value -> spellings that mean it: { "tag:team": { ml-platform: [mlplatform, "ML Platform"] } }',
  );

export const Normalise = z
  .strictObject({
    tagKeys: KeyAliases.optional(),
    values: ValueAliases.optional(),
    separators: z
      .boolean()
      .default(false)
      .describe('Whether blanks, underscores, dots and dashes count as one dash: "ML_Platform" is "ml-platform"'),
  })
  .describe('Normalization applied before rules are matched, and display names of subjects');
export type Normalise = z.infer<typeof Normalise>;

/** `kind: AllocationRules` of `steelyard apply`; one document holds the whole ordered list. */
export const AllocationRulesSpec = z.strictObject({
  normalise: Normalise.optional(),
  rules: z.array(AllocationRule).max(1000).describe('Rules in order'),
});
export type AllocationRulesSpec = z.infer<typeof AllocationRulesSpec>;
