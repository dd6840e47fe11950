import { z } from 'zod';
import { CostMetric } from '../../../finops/billing/schema.ts';
import { Currency, DecimalString, Money } from '../../../platform/units/schema.ts';
import { Payback, ReturnDay } from '../../returns/schema.ts';

export const ScorecardDays = z
  .strictObject({ start: ReturnDay.describe('First day'), end: ReturnDay.describe('Day after the last') })
  .describe('Days, UTC, half-open');
export type ScorecardDays = z.infer<typeof ScorecardDays>;

export const MeasureStatus = z
  .enum(['ok', 'warning', 'critical', 'unknown'])
  .describe('Status against the target, the alerts or the service level of the measure; unknown: see `statusReason`');
export type MeasureStatus = z.infer<typeof MeasureStatus>;

const TargetSource = z
  .enum(['budget', 'policy', 'alert'])
  .describe('budget: limit of a budget. policy: bound of the gate policy. alert: threshold of an alert of the monitor');

/** Fields of every measure; `number` is the type of its figures: a decimal string for money, else a number. */
function measureFields<Figure extends z.ZodType, Basis extends z.ZodType>(figure: Figure, basis: Basis, value: string) {
  return {
    value: figure.nullable().describe(`${value}; null when unknown`),
    unit: z.string().describe('Unit of `value`'),
    interval: z
      .strictObject({
        lower: figure.describe('Lower bound, unit of `value`'),
        upper: figure.describe('Upper bound, unit of `value`'),
      })
      .nullable()
      .describe('95 % interval of `value`; null where it is no estimate, or without enough data'),
    basis,
    window: ScorecardDays.nullable().describe('Days of the figure; null: it belongs to no range, or is unknown'),
    reason: z.string().nullable().describe('Reason for an unknown or incomplete figure; null when complete'),
    trend: z
      .strictObject({
        before: figure.nullable().describe('Figure of the preceding days; null when unknown'),
        change: figure.nullable().describe('Difference from `before`, unit of `value`; null when unknown'),
        changeRatio: z.number().nullable().describe('change / |before|; null when unknown or `before` is 0'),
        direction: z
          .enum(['up', 'down', 'flat'])
          .nullable()
          .describe('flat: less than 0.5 %, or the intervals overlap; null when unknown'),
        meaning: z.enum(['better', 'worse', 'same']).nullable().describe('Meaning of the change; null when unknown'),
        window: ScorecardDays.nullable().describe('The preceding days of the same number; null when unknown'),
        reason: z.string().nullable().describe('Reason for an unknown change; null when known'),
      })
      .describe('Change from the preceding days, as many as those of the figure'),
    target: z
      .strictObject({
        value: figure.describe('Bound, unit of `value`'),
        bound: z.enum(['at_most', 'at_least']).describe('Direction of the bound'),
        source: TargetSource,
        name: z.string().describe('Name of the budget, policy or alert'),
      })
      .nullable()
      .describe('Target; null: none is set'),
    status: MeasureStatus,
    statusReason: z.string().describe('Reason for the status, one sentence'),
  };
}

const Count = z.number().int();

export const CostMeasure = z
  .strictObject({
    ...measureFields(
      DecimalString,
      z
        .enum(['allocated', 'reconciled', 'metered', 'mixed'])
        .nullable()
        .describe('Basis as in returns; mixed: cost to make and cost to run have different ones; null when unknown'),
      'Cost to make + cost to run, in the currency of `unit`',
    ),
    metric: CostMetric.describe('FOCUS cost column of billed cost'),
    currency: Currency.nullable().describe('Currency; null when unknown'),
    making: Money.nullable().describe('Cost of training, experiments and data; null when unknown'),
    running: Money.nullable().describe('Cost of all other purposes, such as endpoints; null when unknown'),
    isLowerBound: z.boolean().describe('True: a part is unknown, so the cost is at least this much'),
  })
  .describe('Cost of the model');
export type CostMeasure = z.infer<typeof CostMeasure>;

export const GpuMeasure = z
  .strictObject({
    ...measureFields(
      z.number(),
      z
        .enum(['measured'])
        .nullable()
        .describe('measured: readings of GPUs whose owner is the model; null when unknown'),
      'GPU hours held by the model',
    ),
    usedHours: z.number().nullable().describe('Utilization x time outside of idle time, GPU hours; null when unknown'),
    utilizationRatio: z.number().nullable().describe('usedHours / value, 0 to 1; null when unknown'),
    idleHours: z.number().nullable().describe('GPU hours without load; null when unknown'),
  })
  .describe('GPU hours and utilization');
export type GpuMeasure = z.infer<typeof GpuMeasure>;

export const RoiMeasure = z
  .strictObject({
    ...measureFields(
      z.number(),
      z
        .enum(['events', 'labels', 'stated', 'metric', 'mixed'])
        .nullable()
        .describe('Source of the value, as in returns; null when unknown'),
      '(value - cost to make - cost to run) / (cost to make + cost to run)',
    ),
    valueAmount: Money.nullable().describe('Value of the predictions; null when unknown'),
    cost: Money.nullable().describe('Cost to make + cost to run; null when unknown'),
    net: Money.nullable().describe('Value - cost; null when unknown'),
    payback: Payback,
  })
  .describe('Return on the cost, and payback');
export type RoiMeasure = z.infer<typeof RoiMeasure>;

export const QualityMeasure = z
  .strictObject({
    ...measureFields(
      z.number(),
      z
        .enum(['live', 'estimated', 'offline'])
        .nullable()
        .describe(
          'live: on labels of logged predictions, where enough have one. estimated: without labels. offline: logged with the run of the version. null when unknown',
        ),
      'Value of `metric`',
    ),
    metric: z.string().nullable().describe('Metric; null when unknown'),
    better: z.enum(['higher', 'lower']).nullable().describe('Better direction of the metric; null when not known'),
    n: Count.nullable().describe(
      'Labelled predictions, for an estimate predictions, offline examples; null: not known',
    ),
    completeness: z
      .number()
      .nullable()
      .describe('Labelled predictions / predictions, 0 to 1; null without logged predictions'),
    version: z.string().nullable().describe('Version of an offline figure; null: all versions that answered'),
    monitor: z.string().nullable().describe('Monitor of the model; null: it has none'),
  })
  .describe('Quality');
export type QualityMeasure = z.infer<typeof QualityMeasure>;

export const LatencyMeasure = z
  .strictObject({
    ...measureFields(
      z.number(),
      z
        .enum(['endpoints', 'predictions'])
        .nullable()
        .describe(
          'endpoints: requests at the endpoints of this server. predictions: latency of logged predictions, without errors. null when unknown',
        ),
      '95th percentile of the latency in ms',
    ),
    p50Ms: z.number().nullable().describe('Median of the latency in ms; null when unknown'),
    requests: Count.nullable().describe('Requests, or logged predictions; null when unknown'),
    errorRatio: z.number().nullable().describe('Failed requests / requests, 0 to 1; null when unknown'),
  })
  .describe('Latency and errors');
export type LatencyMeasure = z.infer<typeof LatencyMeasure>;

export const DriftMeasure = z
  .strictObject({
    ...measureFields(
      z.number(),
      z
        .enum(['windows'])
        .nullable()
        .describe('windows: windows of predictions that the monitor compared with its reference; null when unknown'),
      'Share of compared windows that drifted, 0 to 1',
    ),
    windows: Count.nullable().describe('Windows with a verdict; null when unknown'),
    drifted: Count.nullable().describe('Windows that drifted; null when unknown'),
    columns: z.array(z.string()).describe('Columns of the latest drifted window'),
    latest: z
      .enum(['drifted', 'stable'])
      .nullable()
      .describe('Verdict of the latest window with one; null when unknown'),
    monitor: z.string().nullable().describe('Monitor of the model; null: it has none'),
  })
  .describe('Drift of inputs and outputs');
export type DriftMeasure = z.infer<typeof DriftMeasure>;
