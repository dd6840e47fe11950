import { z } from 'zod';
import { PlannedCapacity } from '../../unit-cost/schema.ts';
import { Configuration, EstimatedMoney, EstimatedQuality, QualityDifference, Replicas } from '../figures/schema.ts';

export const CascadeStage = z
  .strictObject({
    version: z.string().describe('Model version'),
    configuration: Configuration,
    predictionsPerMonth: z
      .number()
      .describe(
        'Predictions a month that the stage is asked for: all for the first, the escalated ones for the second',
      ),
    capacity: PlannedCapacity,
    replicas: Replicas.describe('Replicas of the stage, which no other stage shares'),
    costPerMonth: EstimatedMoney.describe('Cost a month of the stage, at the estimated share of escalated requests'),
    source: z.string().describe('Origin of the cost: replicas, demand, capacity and its measurement'),
  })
  .describe('A version of a cascade in one configuration');
export type CascadeStage = z.infer<typeof CascadeStage>;

export const EscalatedShare = z
  .strictObject({
    estimate: z.number().min(0).max(1).describe('Share of the reported examples, 0 to 1'),
    lower: z.number().min(0).max(1).nullable().describe('Lower end of the 95 % interval; null: not bounded'),
    upper: z.number().min(0).max(1).nullable().describe('Upper end of the 95 % interval; null: not bounded'),
    n: z.number().int().describe('Reported examples'),
  })
  .describe('Share of the requests that the second stage is asked for');
export type EscalatedShare = z.infer<typeof EscalatedShare>;

export const PointCascade = z
  .strictObject({
    acceptAtConfidence: z
      .number()
      .min(0)
      .max(1)
      .describe('Confidence of the first stage from which its answer is taken, 0 to 1; below it the second is asked'),
    stages: z.array(CascadeStage).length(2).describe('Stages in the order of asking; each that is asked is paid'),
    escalated: EscalatedShare,
    fittedRows: z.number().int().describe('Examples from which the threshold was selected; no figure is from them'),
    reportedRows: z.number().int().describe('Other examples, which all figures are from'),
    reported: EstimatedQuality.describe('Quality on the reported examples alone'),
    difference: QualityDifference.describe('Quality less that of the second stage alone, on the reported examples'),
  })
  .describe('Two versions of which the second is asked where the first is not confident');
export type PointCascade = z.infer<typeof PointCascade>;

export const CascadePair = z
  .strictObject({
    first: z.string().describe('Cheaper version, which is asked first'),
    last: z.string().describe('Better version, which is asked below the threshold'),
    margin: z.number().describe('Largest accepted loss against the better version, in the unit of the metric'),
    point: z.string().nullable().describe('Id of the point of the cascade; null: there is none'),
    reason: z.string().nullable().describe('Reason why there is no point; null: there is one'),
  })
  .describe('A cheaper and a better version that a cascade was tried with');
export type CascadePair = z.infer<typeof CascadePair>;

export const FrontierCascades = z
  .strictObject({
    pairs: z.array(CascadePair).describe('Pairs that were tried, those with the baseline as second stage first'),
    notTried: z.number().int().min(0).describe('Further pairs, which the limit of one answer leaves out'),
    marginSource: z
      .enum(['stated', 'policy', 'default'])
      .describe('Origin of the margins: the question, the policy, or the default, which is one point of quality'),
    alpha: z.number().describe('One-sided error of the selection of a threshold'),
    reason: z.string().describe('Result in words, or the reason why no pair was tried'),
  })
  .describe('Cascades of two versions');
export type FrontierCascades = z.infer<typeof FrontierCascades>;
