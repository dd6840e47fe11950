import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DecimalString } from '../../../platform/units/schema.ts';
import { PlannedCapacity, PlannedDemand, WaitingSlo } from '../../unit-cost/schema.ts';
import {
  Configuration,
  Demand,
  EstimatedMoney,
  EstimatedQuality,
  QualityDifference,
  qualityTerms,
  Replicas,
} from '../figures/schema.ts';

const MOST_FACTOR = 1e6;
const MOST_REPLICAS = 1_000_000;

/** A change of how a model is served. Changes combine. */
export const WhatIfChange = z
  .strictObject({
    traffic: z
      .number()
      .positive()
      .max(MOST_FACTOR)
      .optional()
      .describe('Factor on the demand: 10 is ten times the predictions a month'),
    hardware: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('Hardware of a replica, as a benchmark named it, such as "1 x gpu:A10G"'),
    spot: z.boolean().optional().describe('True: replicas on spot capacity, by the spot terms of PurchaseTerms'),
    precision: z
      .enum(['half', 'int8'])
      .optional()
      .describe('Numeric precision of the weights: the version that is tagged with it is taken'),
    replicas: z.number().int().min(1).max(MOST_REPLICAS).optional().describe('Fixed number of replicas'),
    acceptLoss: z
      .number()
      .positive()
      .max(1e9)
      .optional()
      .describe(
        'Accepted loss of quality in points (0.01 of a share, else 1): the cheapest version that is proven within it',
      ),
  })
  .refine(
    (change) => Object.values(change).some((value) => value !== undefined && value !== false),
    'state a change: traffic, hardware, spot, precision, replicas or acceptLoss',
  )
  .describe('Changes, which combine');
export type WhatIfChange = z.infer<typeof WhatIfChange>;

export const WaitingShare = z
  .strictObject({
    slo: WaitingSlo,
    share: z.number().min(0).max(1).describe('Share of the requests that wait longer than the SLO states, 0 to 1'),
    lower: z
      .number()
      .min(0)
      .max(1)
      .describe('Lower end: from the 95 % interval of the capacity and the steps of the curve'),
    upper: z.number().min(0).max(1).describe('Upper end, likewise'),
    holdsSlo: z
      .boolean()
      .nullable()
      .describe('true: the upper end is within the SLO. false: the lower end is above. null: neither is shown'),
    at: z
      .enum(['steady', 'busiest hour'])
      .describe('Rate: the demand spread evenly over the month, or the busiest recorded hour'),
  })
  .describe('Share of requests that wait longer for a replica than the latency SLO allows');
export type WaitingShare = z.infer<typeof WaitingShare>;

const Figure = z.enum(['costPerMonth', 'latency', 'quality']);

export const WhatIfState = z
  .strictObject({
    version: z.string().describe('Model version'),
    configuration: Configuration.nullable().describe('Measured configuration; null when none is known'),
    purchase: z.enum(['on demand', 'spot']).describe('Way of paying for the replicas'),
    demand: PlannedDemand.nullable().describe('Demand; null when none is known'),
    capacity: PlannedCapacity.nullable().describe('Capacity of a replica; null when unknown'),
    replicas: Replicas.nullable().describe('Replicas; null when unknown'),
    costPerMonth: EstimatedMoney.nullable().describe('Cost a month; null when unknown'),
    latency: WaitingShare.nullable().describe('Waiting of requests; null when unknown'),
    latencyP95Ms: z
      .number()
      .nullable()
      .describe(
        'Measured 95th percentile of the evaluation of the version, in ms, without waiting; null: not measured',
      ),
    quality: EstimatedQuality.nullable().describe('Quality; null when unknown'),
    unknown: z
      .array(
        z
          .strictObject({
            figure: Figure.describe('Figure that is unknown'),
            reason: z.string().describe('Reason'),
            command: z.string().nullable().describe('Command that measures it; null when none does'),
          })
          .describe('A figure that is unknown: it is not guessed'),
      )
      .describe('Unknown figures with the reason'),
    source: z.string().nullable().describe('Origin of the cost; null when unknown'),
  })
  .describe('How a model is served, with its cost, latency and quality');
export type WhatIfState = z.infer<typeof WhatIfState>;

export const WhatIfAnswer = z
  .strictObject({
    model: z.string().describe('Registered model'),
    change: WhatIfChange,
    now: WhatIfState,
    // biome-ignore lint/suspicious/noThenProperty: the name of the contract; the value is data that is never awaited.
    then: WhatIfState.nullable().describe('After the change; null when no version meets it: `missing` has the reason'),
    difference: z
      .strictObject({
        costPerMonth: EstimatedMoney.nullable().describe('Cost a month then less now; null when one is unknown'),
        costRatio: DecimalString.nullable().describe('Cost then divided by cost now; null when one is unknown or 0'),
        waiting: z
          .strictObject({
            estimate: z.number().describe('Share of waiting requests then less now'),
            lower: z.number().describe('Lower end'),
            upper: z.number().describe('Upper end'),
          })
          .nullable()
          .describe('Difference of the share of waiting requests; null when one is unknown'),
        quality: QualityDifference.nullable().describe('Quality then less now; null when one is unknown'),
      })
      .nullable()
      .describe('Then less now; null without `then`'),
    assumptions: z.array(z.string()).describe('Everything that was assumed and not measured'),
    missing: z.array(z.string()).describe('Evidence that is missing, with the command that supplies it'),
  })
  .describe('Effect of a change of how a model is served');
export type WhatIfAnswer = z.infer<typeof WhatIfAnswer>;

export const whatIf = endpoint({
  method: 'POST',
  path: '/api/v1/models/:model/what-if',
  scope: 'tradeoff.read',
  reads: 'object',
  summary: 'Compute cost, latency and quality of a model version after a change; stores nothing',
  params: z.strictObject({ model: z.string().min(1).max(256).describe('Registered model') }),
  body: z.strictObject({
    version: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe('Version or @alias that is served now; default: the alias of the policy, else @champion'),
    change: WhatIfChange,
    ...qualityTerms,
    predictionsPerMonth: Demand.optional(),
  }),
  response: WhatIfAnswer,
  errors: [
    'model_not_found',
    'model_version_not_found',
    'policy_not_found',
    'policy_model_mismatch',
    'currency_mismatch',
    'frontier_metric_unknown',
  ],
});
