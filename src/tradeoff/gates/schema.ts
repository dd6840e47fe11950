import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString } from '../../platform/units/schema.ts';
import { AtDemand, UnitCostBasis, WaitingSlo } from '../unit-cost/schema.ts';

const Numeric = z
  .union([DecimalString, z.number()])
  .transform(String)
  .pipe(z.string().regex(/^-?\d+(\.\d+)?$/, 'a plain decimal number'));

export const PolicyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and dashes')
  .describe('Name of a policy');

export const QualityRule = z
  .strictObject({
    metric: z.string().min(1).max(250).describe('MLflow metric name'),
    direction: z.enum(['higher', 'lower']).describe('Which direction is better'),
    floor: Numeric.optional().describe('Worst acceptable value, in the unit of the metric'),
    notWorseThanChampionBy: Numeric.optional().describe(
      'Largest acceptable difference by which it is worse than the version of the alias, in the unit of the metric; passes when the alias has no version',
    ),
  })
  .refine(
    (rule) => rule.floor !== undefined || rule.notWorseThanChampionBy !== undefined,
    'a floor, or notWorseThanChampionBy, or both',
  )
  .describe('Requirement for one metric');
export type QualityRule = z.infer<typeof QualityRule>;

const Demand = z.number().int().positive().max(1e15).describe('Stated demand, in predictions a month');
const DEFAULT_DEMAND =
  'Stated demand, in predictions a month; atDemand only, default: the one that the policy states elsewhere, else the recorded traffic of the endpoint';
const Bound = Numeric.refine((text) => !text.startsWith('-'), 'zero or more').describe(
  'Largest amount, in the currency of the policy',
);

/** How a cost of predictions is measured. */
const servingTerms = {
  basis: UnitCostBasis.optional().describe('Basis of the cost; default: atDemand'),
  hardware: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Hardware of the benchmark, such as "1 x gpu:A10G"; needed where benchmarks were run on several'),
  replicas: z
    .strictObject({
      min: z.number().int().min(0).max(10_000).default(1).describe('Replicas that always run'),
      max: z.number().int().min(1).max(1_000_000).optional().describe('Most replicas; default: no limit'),
    })
    .refine(({ min, max }) => max === undefined || min <= max, 'max must not be below min')
    .optional()
    .describe('atDemand: replicas; default: those of the endpoint that serves the model, else one at least'),
  targetUtilization: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'atDemand: share of full use that is planned with where the capacity at the SLO is not measured, 0 to 1; default: of the endpoint, else 0.7',
    ),
  slo: WaitingSlo.optional().describe(
    'atDemand: latency SLO at which the capacity of a replica is taken; default: of the endpoint, else 5 % may wait longer than 2 s',
  ),
  batchSize: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe(
      'Predictions that one request asks for: only benchmarks with this batch size count; with 1 also live traffic',
    ),
};

export const CostRule = z
  .discriminatedUnion('measure', [
    z.strictObject({ measure: z.literal('trainingCost').describe('Cost of the run that made it'), atMost: Bound }),
    z.strictObject({
      measure: z.literal('costPerThousandPredictions').describe('Inference cost per 1,000 predictions'),
      ...servingTerms,
      predictionsPerMonth: Demand.optional().describe(DEFAULT_DEMAND),
      atMost: Bound,
    }),
    z.strictObject({
      measure: z.literal('costPerMonth').describe('Inference cost a month at the stated demand'),
      ...servingTerms,
      predictionsPerMonth: Demand.optional().describe(DEFAULT_DEMAND),
      atMost: Bound,
    }),
    z.strictObject({
      measure: z.literal('budget').describe('Cost a month at the stated demand is within the remaining budget'),
      ...servingTerms,
      predictionsPerMonth: Demand.optional().describe(DEFAULT_DEMAND),
      budget: z.string().min(1).max(63).describe('Name of the budget'),
    }),
  ])
  .refine(
    (rule) =>
      (rule.measure !== 'costPerMonth' && rule.measure !== 'budget') ||
      (rule.basis ?? 'atDemand') === 'atDemand' ||
      rule.predictionsPerMonth !== undefined,
    'state predictionsPerMonth: a cost a month on the basis benchmark or served is that of a stated demand',
  )
  .describe('Requirement for one cost');
export type CostRule = z.infer<typeof CostRule>;

/** `kind: Policy` of `steelyard apply`. */
export const PolicySpec = z
  .strictObject({
    model: z.string().min(1).max(256).describe('Registered model of the policy'),
    alias: z
      .string()
      .regex(/^[\w-]{1,255}$/)
      .default('champion')
      .describe('Alias that a promotion moves'),
    currency: Currency,
    quality: z.array(QualityRule).max(50).default([]).describe('Quality requirements'),
    cost: z.array(CostRule).max(50).default([]).describe('Cost requirements'),
  })
  .refine(
    (spec) => spec.quality.length > 0 && spec.cost.length > 0,
    'at least one quality and one cost check: a gate compares both',
  )
  .describe('Requirements of quality and cost that a version must meet before it is promoted');
export type PolicySpec = z.infer<typeof PolicySpec>;

export const Policy = z
  .strictObject({
    name: PolicyName,
    policyVersion: z.number().int().describe('Number that grows with every change of the manifest'),
    spec: PolicySpec,
  })
  .describe('A policy');
export type Policy = z.infer<typeof Policy>;

export const listPolicies = endpoint({
  method: 'GET',
  path: '/api/v1/policies',
  scope: 'tradeoff.read',
  summary: 'List policies by name',
  response: z.strictObject({ policies: z.array(Policy).describe('Policies by name') }),
  errors: [],
});

export const Verdict = z
  .enum(['promote', 'hold', 'reject'])
  .describe('promote: every check passes. hold: a check is inconclusive and none fails. reject: a check fails');
export type Verdict = z.infer<typeof Verdict>;

export const Check = z
  .strictObject({
    name: z.string().describe('Name of the check'),
    side: z.enum(['quality', 'cost']).describe('Kind of requirement'),
    measured: z
      .string()
      .nullable()
      .describe('Measured value as an exact decimal, in `unit`; null when there is no evidence'),
    unit: z.string().describe('Unit of the measured value and the bound'),
    comparison: z.enum(['>=', '<=']).describe('Required relation of the measured value to the bound'),
    bound: z
      .string()
      .nullable()
      .describe('Bound as an exact decimal, in `unit`; null when it depends on missing evidence'),
    holds: z
      .boolean()
      .nullable()
      .describe('True: the check passes; false: it fails; null: inconclusive, evidence is missing'),
    interval: z
      .strictObject({ lower: z.string().describe('Lower bound'), upper: z.string().describe('Upper bound') })
      .nullable()
      .describe('95 % interval of the measured value; null when none was measured'),
    basis: UnitCostBasis.optional().describe(
      'Basis of a cost of predictions; left out for other checks, and in decisions from before costs had a basis',
    ),
    atDemand: AtDemand.optional().describe(
      'Capacity, demand and replicas of a cost at demand; left out for other checks, without a figure, and in older decisions',
    ),
    source: z.string().describe('Origin of the figure, or the missing evidence and how to supply it'),
  })
  .describe('One check of a gate');
export type Check = z.infer<typeof Check>;

export const checkGate = endpoint({
  method: 'POST',
  path: '/api/v1/gate-checks',
  scope: 'tradeoff.write',
  summary: 'Evaluate a model version by a policy, record the decision and act on it',
  body: z.strictObject({
    model: z.string().min(1).describe('Registered model'),
    version: z.string().min(1).describe('Model version, or an alias as @alias'),
    policy: PolicyName,
    dryRun: z
      .boolean()
      .default(false)
      .describe('True: return the verdict only; nothing is recorded and no alias moves'),
  }),
  response: z.strictObject({
    verdict: Verdict,
    checks: z.array(Check).describe('Every check, quality first'),
    decision: z.string().nullable().describe('Id of the decision; null on a dry run'),
    model: z.string().describe('Registered model'),
    version: z.string().describe('Model version'),
    policy: PolicyName,
    summary: z.string().describe('The verdict in one sentence'),
  }),
  errors: [
    'policy_not_found',
    'model_not_found',
    'model_version_not_found',
    'policy_model_mismatch',
    'currency_mismatch',
    'budget_not_found',
  ],
});
