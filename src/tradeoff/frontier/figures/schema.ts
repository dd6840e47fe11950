import { z } from 'zod';
import { EvaluationName } from '../../../mlops/evaluations/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';
import { PolicyName } from '../../gates/schema.ts';
import { Hardware } from '../../unit-cost/schema.ts';

/** A cost with its interval. */
export const EstimatedMoney = z
  .strictObject({
    amount: DecimalString.describe('Estimate in `currency`'),
    lower: DecimalString.nullable().describe('Lower end of the 95 % interval; null: no interval'),
    upper: DecimalString.nullable().describe('Upper end of the 95 % interval; null: no interval'),
    currency: Currency,
  })
  .describe('An amount of money with its 95 % interval');
export type EstimatedMoney = z.infer<typeof EstimatedMoney>;

/** A quality with its interval, in the unit of the metric. */
export const EstimatedQuality = z
  .strictObject({
    estimate: z.number().describe('Mean over the examples, in the unit of the metric'),
    lower: z.number().nullable().describe('Lower end of the 95 % interval; null: not bounded'),
    upper: z.number().nullable().describe('Upper end of the 95 % interval; null: not bounded'),
    n: z.number().int().describe('Examples'),
  })
  .describe('Mean of an outcome with its 95 % interval');
export type EstimatedQuality = z.infer<typeof EstimatedQuality>;

/** Quality less that of the baseline, on the same examples. */
export const QualityDifference = z
  .strictObject({
    estimate: z.number().describe('Mean difference, in the unit of the metric; positive: a higher value'),
    lower: z.number().nullable().describe('Lower end of the 95 % interval; null: not bounded'),
    upper: z.number().nullable().describe('Upper end of the 95 % interval; null: not bounded'),
    n: z.number().int().describe('Examples that both versions were evaluated on'),
    test: z.string().describe('Name of the interval'),
  })
  .describe('Quality of a version less that of another, on the same examples');
export type QualityDifference = z.infer<typeof QualityDifference>;

/** Selection of the quality that is compared; the same for the frontier and what-if. */
export const qualityTerms = {
  policy: PolicyName.optional().describe('Policy with the metric, direction, demand, bounds and margin; default: none'),
  metric: z
    .string()
    .min(1)
    .max(250)
    .optional()
    .describe(
      'Metric of the policy, or outcome of the evaluation; default: the metric of the trade price or the first of the policy, else the binary outcome, else the first',
    ),
  evaluation: EvaluationName.optional().describe(
    'Evaluation with the outcomes; default: that of the policy, "default"',
  ),
  direction: z
    .enum(['higher', 'lower'])
    .optional()
    .describe('Better direction of the metric; default: that of the policy, else higher'),
};

const MOST_PREDICTIONS = 1e15;
export const Demand = z.coerce
  .number()
  .int()
  .positive()
  .max(MOST_PREDICTIONS)
  .describe('Predictions a month, above 0; default: stated by the policy, else the recorded traffic of the endpoint');

/** Hardware on which a version was measured. */
export const Configuration = z
  .strictObject({
    source: z.enum(['traffic', 'benchmark']).describe('Measurement: live traffic of the version, or a benchmark of it'),
    endpoint: z.string().nullable().describe('Endpoint of the traffic; null for a benchmark'),
    hardware: Hardware,
    batchSize: z
      .number()
      .int()
      .nullable()
      .describe('Predictions of one request; null when the benchmark did not record it'),
  })
  .describe('Measured configuration of a version');
export type Configuration = z.infer<typeof Configuration>;

export const Replicas = z
  .strictObject({
    least: z.number().int().min(0).describe('Fewest at any time'),
    most: z.number().int().min(0).describe('Most at any time'),
  })
  .describe('Replicas that the demand needs');
export type Replicas = z.infer<typeof Replicas>;
