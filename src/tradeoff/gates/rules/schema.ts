import { z } from 'zod';
import { EvaluationName } from '../../../mlops/evaluations/schema.ts';
import { Role } from '../../../platform/auth/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { DecimalString } from '../../../platform/units/schema.ts';
import { UnitCostBasis, WaitingSlo } from '../../unit-cost/schema.ts';
import { ValueSource } from '../../value/schema.ts';

const Numeric = z
  .union([DecimalString, z.number()])
  .transform(String)
  .pipe(z.string().regex(/^-?\d+(\.\d+)?$/, 'a plain decimal number'));

const NotNegative = Numeric.refine((text) => !text.startsWith('-'), 'zero or more');
const Positive = Numeric.refine((text) => Number(text) > 0, 'more than zero');

const NonInferiority = z
  .union([
    z.strictObject({ margin: NotNegative.describe('Largest acceptable loss, in the unit of the metric') }),
    z.strictObject({
      relativeMargin: z
        .number()
        .gt(0)
        .lt(1)
        .describe('Largest acceptable loss as a share of the value of the champion, above 0 and below 1'),
    }),
  ])
  .describe('The version must be shown to be worse than the champion by less than a margin');

export const QualityRule = z
  .strictObject({
    metric: z.string().min(1).max(250).describe('MLflow metric name'),
    direction: z.enum(['higher', 'lower']).describe('Which direction is better'),
    floor: Numeric.optional().describe('Worst acceptable value, in the unit of the metric'),
    notWorseThanChampionBy: Numeric.optional().describe(
      'Largest acceptable difference by which it is worse than the version of the alias, in the unit of the metric; passes when the alias has no version; with alpha: nonInferiority with this margin',
    ),
    nonInferiority: NonInferiority.optional(),
    superiority: z
      .strictObject({ by: NotNegative.default('0').describe('Smallest gain, in the unit of the metric; default 0') })
      .optional()
      .describe('The version must be shown to be better than the champion by more than this'),
    source: z
      .enum(['evaluation', 'live'])
      .optional()
      .describe(
        'evaluation: per-example outcomes; live: labelled predictions in traffic whose time for labels is over, of both versions at the same time; default: evaluation',
      ),
    evaluation: EvaluationName.optional().describe(
      'Evaluation with the per-example outcomes of a test; trigger-window: the predictions that triggered the retraining; default: "default"',
    ),
    outcome: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('Outcome of the evaluation; default: the one named as the metric, else the only one'),
  })
  .refine(
    ({ floor, notWorseThanChampionBy: worse, nonInferiority, superiority }) =>
      [floor, worse, nonInferiority, superiority].some((one) => one !== undefined),
    'at least one of floor, notWorseThanChampionBy, nonInferiority, superiority',
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

const DAY_MS = 86_400_000;
const MOST_HORIZON_MS = 3650 * DAY_MS;

export const CostRule = z
  .discriminatedUnion('measure', [
    z.strictObject({ measure: z.literal('trainingCost').describe('Cost of the run that made it'), atMost: Bound }),
    z.strictObject({
      measure: z
        .literal('makingCost')
        .describe('Cost to make it: its run, the search that it was chosen from and the steps of its pipeline run'),
      atMost: Bound,
    }),
    z.strictObject({
      measure: z
        .literal('roi')
        .describe('Return: (value - cost to run - making cost spread over the horizon) / (cost to run + making cost)'),
      ...servingTerms,
      predictionsPerMonth: Demand.optional().describe(DEFAULT_DEMAND),
      horizon: Duration.refine((ms) => ms >= DAY_MS && ms <= MOST_HORIZON_MS, 'at least 1d and at most 3650d').describe(
        'Time over which the making cost is spread, such as 180d',
      ),
      value: ValueSource.optional().describe(
        'Source of the value; default: events where there are any, else stated, else metric',
      ),
      atLeast: Numeric.describe('Smallest return as a ratio: 0 covers the cost, 0.5 returns half of it in addition'),
    }),
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
      (rule.measure !== 'costPerMonth' && rule.measure !== 'budget' && rule.measure !== 'roi') ||
      (rule.basis ?? 'atDemand') === 'atDemand' ||
      rule.predictionsPerMonth !== undefined,
    'state predictionsPerMonth: a cost a month on the basis benchmark or served is that of a stated demand',
  )
  .describe('Requirement for one cost');
export type CostRule = z.infer<typeof CostRule>;

/** A rule whose cost is that of predictions, on a basis. */
export type PredictionCostRule = Exclude<CostRule, { measure: 'trainingCost' | 'makingCost' }>;

/** Whether a rule needs the cost of predictions. */
export function isPredictionCostRule(rule: CostRule): rule is PredictionCostRule {
  return rule.measure !== 'trainingCost' && rule.measure !== 'makingCost';
}

export const Looks = z
  .union([
    z.literal(1),
    z.strictObject({
      planned: z.number().int().min(1).max(1000).describe('Largest number of looks'),
      examples: z
        .number()
        .int()
        .min(2)
        .max(1e9)
        .optional()
        .describe('Examples at the last look; default: those of the first look times `planned`'),
    }),
    z.literal('anytime'),
  ])
  .describe(
    '1: one test. planned: that many tests at growing evidence, with Lan-DeMets bounds. anytime: any number, with a confidence sequence',
  );
export type Looks = z.infer<typeof Looks>;

const Slo = z
  .strictObject({
    latencyP95Ms: z.number().positive().optional().describe('Largest 95th percentile of the latency in ms'),
    errorRate: z.number().min(0).lt(1).optional().describe('Largest share of failed requests, 0 to below 1'),
  })
  .refine(({ latencyP95Ms, errorRate }) => (latencyP95Ms ?? errorRate) !== undefined, 'latencyP95Ms or errorRate')
  .describe('Service levels that the version must meet');

const TradePrice = z
  .strictObject({
    metric: z.string().min(1).max(250).describe('Metric of a quality rule'),
    perPoint: NotNegative.describe(
      'Largest additional cost a month for each point gained, in the currency of the policy',
    ),
    point: Positive.default('0.01').describe('Size of a point in the unit of the metric; default 0.01'),
    predictionsPerMonth: Demand.optional().describe(DEFAULT_DEMAND),
  })
  .describe(
    'Price of a gain in quality: the version may cost at most perPoint x points gained more a month at the demand',
  );

const Freshness = z
  .strictObject({
    quality: Duration.optional().describe('Largest age of the evaluations, such as 30d'),
    prices: Duration.optional().describe('Largest age of the prices, such as 90d'),
  })
  .describe('Largest age of evidence; older evidence is inconclusive');

export const ApprovalRule = z
  .strictObject({
    role: Role.describe('Role of the approving accounts'),
    count: z.number().int().min(1).max(20).default(1).describe('Number of accounts; default 1'),
    by: z
      .enum(['anyone', 'others'])
      .default('others')
      .describe('others: the account that requests the gate does not count; default others'),
  })
  .describe('Required approvals of a role');
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** Optional fields only: decisions keep the policy as it was, and a default would change its digest. */
export const testTerms = {
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe(
      'One-sided error of each test, above 0 and below 0.5; left out: point values are compared, without an error rate',
    ),
  looks: Looks.optional().describe('How often the outcomes may be tested; default 1'),
  completeness: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe(
      'Smallest share of examples that candidate and champion have in common; with source live: of labelled predictions in each cohort; 0 to 1; default 0.95',
    ),
  slo: Slo.optional(),
  tradePrice: TradePrice.optional(),
  freshness: Freshness.optional(),
  approvals: z.array(ApprovalRule).max(5).optional().describe('Required approvals of the version'),
};
