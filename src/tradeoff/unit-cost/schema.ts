import { z } from 'zod';
import {
  Currency,
  DecimalString,
  decimalString,
  groupThousands,
  Money,
  Period,
  UtcInstant,
} from '../../platform/units/schema.ts';

export const UnitCostBasis = z
  .enum(['benchmark', 'served', 'atDemand'])
  .describe(
    'benchmark: measured service time at full use times the price of the hardware. served: cost of the replicas in a window, idle time included, divided by their predictions. atDemand: replicas that a stated demand needs times their price',
  );
export type UnitCostBasis = z.infer<typeof UnitCostBasis>;

export const Hardware = z
  .strictObject({
    name: z.string().describe('Resources of one replica: quantity and key of the price book, such as "1 x gpu:A10G"'),
    pricePerHour: Money.nullable().describe('Present price per hour; null without a price'),
    priceSource: z.string().nullable().describe('Origin of the price; null without a price'),
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
    basis: z.enum(['benchmark', 'served']).describe('Basis of the measurement'),
    perThousand: Money.nullable().describe('Effective cost per 1,000 predictions; null when unknown'),
    reason: z.string().nullable().describe('Reason for an unknown or incomplete figure; null when complete'),
    interval: CostInterval.nullable().describe(
      '95 % interval of perThousand; null for served, and with few measurements',
    ),
    busy: Money.nullable().describe('Part of perThousand for time with requests; null when not measured'),
    idle: Money.nullable().describe('Part of perThousand for time without requests; null when not measured'),
    hardware: Hardware,
    batchSize: z
      .number()
      .int()
      .nullable()
      .optional()
      .describe(
        'Predictions of one request of a benchmark; null when it was not recorded, and for served; left out in older decisions',
      ),
    endpoint: z.string().nullable().describe('Endpoint that served it; null for a benchmark'),
    window: Period.describe('Window of the measurement'),
    predictions: z.number().int().describe('Predictions measured in the window'),
    predictionsPerMonth: z
      .number()
      .nullable()
      .describe('Predictions a month at the rate of the time in which it was served; null for a benchmark'),
    serviceTime: ServiceTime.nullable().describe('Measured service time; null for served'),
    source: z.string().describe('Origin of the figure'),
  })
  .describe('Cost per 1,000 predictions on one basis, one hardware and one window');
export type UnitCost = z.infer<typeof UnitCost>;

export const WaitingSlo = z
  .strictObject({
    waitSeconds: z.number().min(0).describe('Seconds that a request may wait for a slot'),
    missRatio: z.number().gt(0).lt(1).describe('Share of requests that may wait longer, above 0 and below 1'),
  })
  .describe('Latency SLO of an endpoint');
export type WaitingSlo = z.infer<typeof WaitingSlo>;

export const ReplicaCapacity = z
  .strictObject({
    source: z
      .enum(['traffic', 'benchmark'])
      .describe('Origin of the service times: live traffic of the version, or a benchmark of it'),
    endpoint: z.string().nullable().describe('Endpoint that served the version; null for a benchmark'),
    hardware: Hardware,
    batchSize: z.number().int().describe('Predictions of one request; 1 on live traffic'),
    concurrency: z.number().int().describe('Concurrent requests of a replica'),
    measurements: z.number().int().describe('Requests whose service time was measured'),
    secondsPerThousand: z.number().positive().describe('Seconds of a replica for 1,000 predictions at full use'),
    slo: WaitingSlo,
    askedSlo: z.enum(['policy', 'endpoint', 'default']).describe('Origin of the SLO'),
    predictionsPerSecond: z
      .number()
      .positive()
      .nullable()
      .describe('Largest rate of one replica at which the SLO holds; null when it holds at no rate'),
    interval: z
      .strictObject({
        lower: z.number().positive().describe('Lower bound, predictions a second'),
        upper: z.number().positive().describe('Upper bound, predictions a second'),
      })
      .nullable()
      .describe('95 % bootstrap interval over the measured service times; null with fewer than 20'),
  })
  .describe('Capacity of one replica at a latency SLO');
export type ReplicaCapacity = z.infer<typeof ReplicaCapacity>;

export const DemandTrace = z
  .strictObject({
    endpoint: z.string().describe('Endpoint of the requests'),
    days: z
      .array(
        z
          .strictObject({
            start: UtcInstant.describe('Start of the 24 hours'),
            requestsPerHour: z.array(z.number().int().min(0)).length(24).describe('Requests in each hour'),
          })
          .describe('24 hours in a row, all of which were measured'),
      )
      .describe('Days by time; days with an hour that was not measured are left out'),
  })
  .describe('Recorded requests of a model at its endpoint, by the hour');
export type DemandTrace = z.infer<typeof DemandTrace>;

export const PlannedCapacity = z
  .strictObject({
    source: z
      .enum(['measured', 'benchmark', 'assumed'])
      .describe(
        'measured: on live traffic, at the SLO. benchmark: from the service times of a benchmark, at the SLO. assumed: the mean service time of the benchmark at targetUtilization',
      ),
    predictionsPerSecond: z.number().positive().describe('Rate that one replica is planned with'),
    slo: WaitingSlo.nullable().describe('SLO that it holds at; null when it is assumed'),
    targetUtilization: z
      .number()
      .nullable()
      .describe('Share of full use that is planned with; null when it is measured'),
    concurrency: z.number().int().nullable().describe('Concurrent requests of a replica; null when assumed'),
    measurements: z.number().int().describe('Measured requests, or measured intervals when it is assumed'),
  })
  .describe('Capacity of a replica that a cost at demand was computed with');
export type PlannedCapacity = z.infer<typeof PlannedCapacity>;

export const PlannedDemand = z
  .strictObject({
    source: z
      .enum(['stated', 'recorded', 'measured'])
      .describe(
        'stated: by the policy. recorded: requests of the endpoint by the hour. measured: mean rate of the last seven days',
      ),
    predictionsPerMonth: z.number().positive().describe('Predictions a month'),
    days: z.number().int().nullable().describe('Recorded days; null when it is not a recorded trace'),
  })
  .describe('Demand that a cost at demand was computed for');
export type PlannedDemand = z.infer<typeof PlannedDemand>;

export const AtDemand = z
  .strictObject({
    capacity: PlannedCapacity,
    demand: PlannedDemand,
    replicas: z
      .strictObject({
        least: z.number().int().min(0).describe('Fewest at any time'),
        most: z.number().int().min(0).describe('Most at any time'),
      })
      .describe('Replicas that the demand requires'),
  })
  .describe('Inputs of a cost at demand');
export type AtDemand = z.infer<typeof AtDemand>;

/** Four significant digits. Example: 108231.55 is "108,200 predictions a second". */
export function describeRate(predictionsPerSecond: number): string {
  return `${groupThousands(decimalString(predictionsPerSecond.toPrecision(RATE_DIGITS)))} predictions a second`;
}

const RATE_DIGITS = 4;

/**
 * Inputs of a cost at demand, in one line.
 * Example: "capacity measured at the SLO, 4 predictions a second and replica; recorded demand of 7 days; 1 to 3 replicas".
 */
export function describeAtDemand({ capacity, demand, replicas }: AtDemand): string {
  const { source, predictionsPerSecond, targetUtilization } = capacity;
  const capacityText = {
    measured: 'measured at the SLO',
    benchmark: "from the benchmark's service times at the SLO",
    assumed: `assumed at utilization ${targetUtilization}`,
  }[source];
  const days = demand.days === null ? '' : ` of ${demand.days} days`;
  const { least, most } = replicas;
  const count = least === most ? String(most) : `${least} to ${most}`;
  return `capacity ${capacityText}, ${describeRate(predictionsPerSecond)} and replica; ${demand.source} demand${days}; ${count} ${most === 1 ? 'replica' : 'replicas'}`;
}

export const ScalingBounds = z
  .strictObject({
    endpoint: z.string().describe('Endpoint that serves the model'),
    hardware: z.string().describe('Resources of one replica'),
    minReplicas: z.number().int().min(0).describe('Replicas that always run'),
    maxReplicas: z.number().int().min(1).describe('Most replicas'),
    targetUtilization: z.number().gt(0).max(1).describe('Share of the capacity that is planned with, 0 to 1'),
    slo: WaitingSlo.nullable()
      .optional()
      .describe('Latency SLO; null for hpa and kpa, which plan by targetUtilization; left out in older decisions'),
  })
  .describe('Scaling policy of an endpoint that serves the model');
export type ScalingBounds = z.infer<typeof ScalingBounds>;

export const ComparedUnitCosts = z
  .strictObject({
    basis: z.enum(['benchmark', 'served']).nullable().describe('Basis of every figure; null when there is no figure'),
    hardware: z.string().nullable().describe('Hardware of every figure; null when there is no figure'),
    batchSize: z
      .number()
      .int()
      .nullable()
      .describe('Batch size of every figure; null when it was not recorded for any of them, and for served'),
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
            reason: z.string().describe('Reason for the missing figure'),
          })
          .describe('A version without a comparable figure'),
      )
      .describe('Versions without a comparable figure'),
    reason: z
      .string()
      .nullable()
      .describe('Reason why no comparison is possible; null when two or more figures are comparable'),
  })
  .describe('Unit costs of the versions of a model on one basis, hardware, window and currency');
export type ComparedUnitCosts = z.infer<typeof ComparedUnitCosts>;
