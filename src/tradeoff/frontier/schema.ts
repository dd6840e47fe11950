import { z } from 'zod';
import { EvaluationName } from '../../mlops/evaluations/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Money, UtcInstant } from '../../platform/units/schema.ts';
import { PolicyName } from '../gates/schema.ts';
import { FrontierStatus } from '../outcome-files/schema.ts';
import { PlannedCapacity, PlannedDemand } from '../unit-cost/schema.ts';
import { FrontierCascades, PointCascade } from './cascades/schema.ts';
import {
  Configuration,
  Demand,
  EstimatedMoney,
  EstimatedQuality,
  QualityDifference,
  qualityTerms,
  Replicas,
} from './figures/schema.ts';

export type { PointCascade } from './cascades/schema.ts';
export { type WhatIfAnswer, WhatIfChange, type WhatIfState, whatIf } from './what-if/schema.ts';

export const QualityAxis = z
  .strictObject({
    metric: z.string().describe('Metric of the policy, or the outcome'),
    evaluation: EvaluationName,
    outcome: z.string().describe('Outcome of the evaluation'),
    kind: z.enum(['binary', 'score']).describe('binary: a share, 0 to 1. score: a number'),
    direction: z.enum(['higher', 'lower']).describe('Better direction'),
    point: z
      .number()
      .positive()
      .describe('Size of a point of quality: 0.01 of a share, else 1; the policy may state another'),
    alpha: z.number().describe('Two-sided error of the intervals and of `dominated`: 0.05'),
  })
  .describe('Quality axis: the same outcome for every point');
export type QualityAxis = z.infer<typeof QualityAxis>;

export const CostAxis = z
  .strictObject({
    basis: z.literal('atDemand').describe('Basis of every cost: replicas that the demand needs times their price'),
    currency: Currency.nullable().describe('Currency of every cost; null without a cost'),
    demand: PlannedDemand.nullable().describe('Demand of every cost; null without a cost'),
  })
  .describe('Cost axis: a month at one demand, on one basis, in one currency');
export type CostAxis = z.infer<typeof CostAxis>;

export const Acceptance = z
  .strictObject({
    result: z
      .enum(['accepted', 'rejected', 'unproven'])
      .describe('accepted: every rule passes. rejected: a rule fails. unproven: a rule is inconclusive and none fails'),
    rules: z
      .array(
        z
          .strictObject({
            name: z.string().describe('Name of the check'),
            result: z
              .enum(['fails', 'inconclusive'])
              .describe('fails: the opposite is shown. inconclusive: neither is'),
            reason: z.string().describe('Measured value and bound, or the missing evidence'),
            samplesNeeded: z
              .number()
              .int()
              .nullable()
              .describe('Further examples for a power of 80 %; null: unknown, or not a test'),
          })
          .describe('A rule that does not pass'),
      )
      .describe('Rules that do not pass; empty for `accepted`'),
  })
  .describe('The policy applied to a point. Approvals are left out, and no look is spent');
export type Acceptance = z.infer<typeof Acceptance>;

export const TradePriceRange = z
  .strictObject({
    from: DecimalString.describe('Lowest price of a point of quality a month at which the point is the best choice'),
    to: DecimalString.nullable().describe('First price at which it no longer is; null: unlimited'),
  })
  .describe('Half-open range [from, to) of the trade price, in the currency of the costs');
export type TradePriceRange = z.infer<typeof TradePriceRange>;

const PointId = z
  .string()
  .describe(
    'Id of a point: version and configuration, such as "v3 on 1 x gpu:A10G", or versions and threshold of a cascade, such as "v2 -> v5 below confidence 0.82"',
  );

export const ModelFrontierPoint = z
  .strictObject({
    point: PointId,
    version: z.string().nullable().describe('Model version; null for a cascade of two'),
    cascade: PointCascade.nullable().describe('Stages of a cascade of two versions; null for one version'),
    aliases: z.array(z.string()).describe('Aliases that point to the version; none for a cascade'),
    ...Configuration.shape,
    capacity: PlannedCapacity.describe(
      'Capacity of a replica; of a cascade, like the hardware, that of the first stage',
    ),
    replicas: Replicas.describe('Replicas that the demand needs, of all stages'),
    costPerMonth: EstimatedMoney.describe('Cost a month at the demand'),
    costPerThousand: EstimatedMoney.describe('Cost per 1,000 predictions at the demand'),
    quality: EstimatedQuality.describe(
      'Quality on all examples; of a cascade that of its second stage plus the difference on the reported examples',
    ),
    difference: QualityDifference.nullable().describe(
      'Quality less that of the baseline, of a cascade on the reported examples; null for the baseline itself, and without one',
    ),
    onPointFrontier: z
      .boolean()
      .describe('No other point costs at most as much and is at least as good, one of both strictly; by estimates'),
    status: FrontierStatus.describe(
      'frontier: on it by estimates. dominated: another point costs at most as much and is better with confidence. tied: neither',
    ),
    by: z
      .array(PointId)
      .describe('Points that dominate it: with confidence, or for `tied` by estimates only; empty on the frontier'),
    tradePrice: TradePriceRange.nullable().describe(
      'Price of a point of quality a month in which it is the best choice; null: at no price',
    ),
    acceptance: Acceptance.nullable().describe('null without a policy'),
    source: z.string().describe('Origin of the cost: replicas, demand, capacity and its measurement'),
  })
  .describe('A version, or a cascade of two, on measured hardware with as many replicas as the demand needs');
export type ModelFrontierPoint = z.infer<typeof ModelFrontierPoint>;

export const LeftOut = z
  .strictObject({
    version: z.string().describe('Model version'),
    hardware: z.string().nullable().describe('Hardware that the reason is about; null: the whole version'),
    missing: z.enum(['cost', 'quality']).describe('Side that is unknown'),
    reason: z.string().describe('Reason, and how to supply the evidence'),
  })
  .describe('A version or configuration that is no point: unknown is not zero');
export type LeftOut = z.infer<typeof LeftOut>;

export const AcceptanceRegion = z
  .strictObject({
    quality: z
      .array(
        z
          .strictObject({
            rule: z.string().describe('Name of the check'),
            bound: z.number().describe('Bound on the quality axis, in the unit of the metric'),
            comparison: z.enum(['>=', '<=']).describe('Side of the bound that is accepted'),
            baseline: z
              .string()
              .nullable()
              .describe('Version with the estimate that the bound was computed from; null for a fixed bound'),
          })
          .describe('Bound of the metric of the axis'),
      )
      .describe('Bounds on the quality axis'),
    cost: z
      .array(
        z
          .strictObject({
            rule: z.string().describe('Name of the check'),
            bound: DecimalString.describe('Largest cost a month on the cost axis, in its currency'),
            source: z.string().describe('Origin of the bound, such as "0.02 per 1,000 at 1,000,000 a month"'),
          })
          .describe('Bound of a cost at demand'),
      )
      .describe('Bounds on the cost axis'),
    tradePrice: z
      .strictObject({
        perPoint: DecimalString.describe('Largest additional cost a month for each point gained'),
        point: z.number().positive().describe('Size of the point, in the unit of the metric'),
        fromCost: DecimalString.describe('Cost a month of the baseline'),
        fromQuality: z.number().describe('Quality of the baseline'),
      })
      .nullable()
      .describe('Line through the baseline below which a point is accepted; null without one'),
    notOnAxes: z
      .array(z.string())
      .describe('Rules of the policy about other measures; `acceptance` of a point has them'),
  })
  .describe('Region of the plane that the policy accepts, by estimates; the tests decide `acceptance`');
export type AcceptanceRegion = z.infer<typeof AcceptanceRegion>;

const Choice = {
  point: PointId.nullable().describe('The point; null when there is none'),
  reason: z.string().describe('Reason for this point, or the missing evidence'),
};

export const CheapestNonInferior = z
  .strictObject({
    ...Choice,
    baseline: z.string().nullable().describe('Version that it is compared with; null without one'),
    margin: z.number().nullable().describe('Largest accepted loss, in the unit of the metric; null: not stated'),
    alpha: z.number().describe('One-sided error of each test'),
    saving: EstimatedMoney.nullable().describe('Cost a month of the baseline less that of the point; null: unknown'),
    unproven: z
      .array(
        z
          .strictObject({
            point: PointId,
            saving: EstimatedMoney.nullable().describe('Saving a month against the baseline; null: unknown'),
            samplesNeeded: z
              .number()
              .int()
              .nullable()
              .describe('Further examples for a power of 80 % at the present estimate; null: never, or unknown'),
          })
          .describe('A cheaper point whose non-inferiority is neither shown nor excluded'),
      )
      .describe('Cheaper points that more examples may prove, cheapest first'),
  })
  .describe('Cheapest point that is shown to be worse than the baseline by less than the margin');
export type CheapestNonInferior = z.infer<typeof CheapestNonInferior>;

export const BestWithinBudget = z
  .strictObject({
    ...Choice,
    budget: Money.nullable().describe('Largest cost a month; null: not stated'),
    tied: z
      .array(PointId)
      .describe('Cheaper points within the budget whose quality cannot be told apart from it, cheapest first'),
  })
  .describe('Point with the best quality whose cost a month, at the upper end of its interval, is within the budget');
export type BestWithinBudget = z.infer<typeof BestWithinBudget>;

export const ModelFrontier = z
  .strictObject({
    model: z.string().describe('Registered model'),
    at: UtcInstant.describe('Time of the answer; prices and traffic are of then'),
    policy: z
      .strictObject({
        name: PolicyName,
        policyVersion: z.number().int().describe('Version of the policy'),
      })
      .nullable()
      .describe('Policy of the question; null without one'),
    baseline: z
      .strictObject({
        version: z.string().describe('Model version'),
        source: z.enum(['stated', 'alias']).describe('Stated in the question, or behind the alias of the champion'),
      })
      .nullable()
      .describe('Version that the points are compared with; null: none stated and no champion'),
    qualityAxis: QualityAxis.nullable().describe('null when no version has an evaluation'),
    costAxis: CostAxis,
    points: z.array(ModelFrontierPoint).describe('Points in the order of cost, the best first among equal costs'),
    leftOut: z.array(LeftOut).describe('Versions and configurations without a known cost or quality, newest first'),
    region: AcceptanceRegion.nullable().describe('Acceptance region of the policy; null without one'),
    cheapestNonInferior: CheapestNonInferior,
    bestWithinBudget: BestWithinBudget,
    cascades: FrontierCascades,
    notes: z.array(z.string()).describe('Remarks for the reader'),
  })
  .describe('Versions of a model by cost and quality');
export type ModelFrontier = z.infer<typeof ModelFrontier>;

export const getFrontier = endpoint({
  method: 'GET',
  path: '/api/v1/models/:model/frontier',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Get the versions of a model by cost at demand and quality: frontier, dominated and tied points',
  params: z.strictObject({ model: z.string().min(1).max(256).describe('Registered model') }),
  query: z.strictObject({
    ...qualityTerms,
    predictionsPerMonth: Demand.optional(),
    baseline: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('Version or @alias to compare with; default: the alias of the policy, else @champion'),
    margin: z.coerce
      .number()
      .min(0)
      .max(1e9)
      .optional()
      .describe('Largest accepted loss, in the unit of the metric; default: the margin of the policy'),
    budget: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more')
      .optional()
      .describe('Largest cost a month, in the currency of the costs; default: costPerMonth of the policy'),
  }),
  response: ModelFrontier,
  errors: [
    'model_not_found',
    'model_version_not_found',
    'policy_not_found',
    'policy_model_mismatch',
    'budget_not_found',
    'currency_mismatch',
    'frontier_metric_unknown',
  ],
});
