import { z } from 'zod';
import { Currency, DecimalString, Money, Period } from '../../platform/units/schema.ts';

export const UnitCostBasis = z
  .enum(['benchmark', 'served', 'atDemand'])
  .describe(
    'benchmark: measured service time at full use times the price of the hardware. served: cost of the replicas in a window, idle time included, divided by their predictions. atDemand: replicas that a stated demand needs times their price',
  );
export type UnitCostBasis = z.infer<typeof UnitCostBasis>;

export const Hardware = z
  .strictObject({
    name: z.string().describe('What one replica holds: quantity and key of the price book, such as "1 x gpu:A10G"'),
    pricePerHour: Money.nullable().describe('Price for an hour now; null without a price'),
    priceSource: z.string().nullable().describe('Where the price was read; null without a price'),
  })
  .describe('Hardware of a replica');
export type Hardware = z.infer<typeof Hardware>;

export const ServiceTime = z
  .strictObject({
    secondsPerThousand: z.number().positive().describe('Seconds of the hardware for 1,000 predictions at full use'),
    interval: z
      .strictObject({
        lower: z.number().positive().describe('Lower bound, seconds'),
        upper: z.number().positive().describe('Upper bound, seconds'),
      })
      .nullable()
      .describe('95 % bootstrap interval over the measurements; null with fewer than five'),
    measurements: z.number().int().describe('Measured intervals'),
  })
  .describe('Measured service time');
export type ServiceTime = z.infer<typeof ServiceTime>;

export const CostInterval = z
  .strictObject({ lower: DecimalString.describe('Lower bound'), upper: DecimalString.describe('Upper bound') })
  .describe('95 % interval, in the currency of the cost');
export type CostInterval = z.infer<typeof CostInterval>;

export const UnitCost = z
  .strictObject({
    basis: z.enum(['benchmark', 'served']).describe('How it was measured'),
    perThousand: Money.nullable().describe('Effective cost per 1,000 predictions; null when unknown'),
    reason: z.string().nullable().describe('Why it is unknown, or what it leaves out; null when complete'),
    interval: CostInterval.nullable().describe(
      '95 % interval of perThousand; null for served, and with few measurements',
    ),
    busy: Money.nullable().describe('Part of perThousand in which requests were worked on; null when not measured'),
    idle: Money.nullable().describe('Rest of perThousand: replicas that waited; null when not measured'),
    hardware: Hardware,
    endpoint: z.string().nullable().describe('Endpoint that served it; null for a benchmark'),
    window: Period.describe('When it was measured'),
    predictions: z.number().int().describe('Predictions measured in the window'),
    predictionsPerMonth: z
      .number()
      .nullable()
      .describe('Predictions a month at the rate of the time in which it was served; null for a benchmark'),
    serviceTime: ServiceTime.nullable().describe('Measured service time; null for served'),
    source: z.string().describe('Where the figure came from'),
  })
  .describe('Cost per 1,000 predictions on one basis, one hardware and one window');
export type UnitCost = z.infer<typeof UnitCost>;

export const ScalingBounds = z
  .strictObject({
    endpoint: z.string().describe('Endpoint that serves the model'),
    hardware: z.string().describe('What one of its replicas holds'),
    minReplicas: z.number().int().min(0).describe('Replicas that always run'),
    maxReplicas: z.number().int().min(1).describe('Most replicas'),
    targetUtilization: z.number().gt(0).max(1).describe('Share of the capacity that is planned with, 0 to 1'),
  })
  .describe('Scaling policy of an endpoint that serves the model');
export type ScalingBounds = z.infer<typeof ScalingBounds>;

export const ComparedUnitCosts = z
  .strictObject({
    basis: z.enum(['benchmark', 'served']).nullable().describe('Basis of every figure; null when there is no figure'),
    hardware: z.string().nullable().describe('Hardware of every figure; null when there is no figure'),
    window: Period.nullable().describe('Window of every figure; null for a benchmark, which is priced as of now'),
    currency: Currency.nullable().describe('Currency of every figure; null when there is no figure'),
    figures: z
      .array(
        z
          .strictObject({
            version: z.string().describe('Model version'),
            perThousand: Money.describe('Effective cost per 1,000 predictions'),
            interval: CostInterval.nullable().describe('95 % interval; null when there is none'),
          })
          .describe('A figure that can be compared with the others'),
      )
      .describe('Figures that can be compared with each other'),
    leftOut: z
      .array(
        z
          .strictObject({
            version: z.string().describe('Model version'),
            reason: z.string().describe('Why it has no figure here'),
          })
          .describe('A version without a comparable figure'),
      )
      .describe('Versions without a comparable figure'),
    reason: z.string().nullable().describe('Why nothing can be compared; null when two figures or more can'),
  })
  .describe('Unit costs of the versions of a model on one basis, hardware, window and currency');
export type ComparedUnitCosts = z.infer<typeof ComparedUnitCosts>;
