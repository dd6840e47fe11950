import { z } from 'zod';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';

const CostFigure = z
  .strictObject({
    cost: Money.nullable().describe('Exact amount; null when unknown'),
    reason: z.string().nullable().describe('Why it is unknown, or what it leaves out; null when it is whole'),
  })
  .describe('A cost, or why it is not known');

export const Hardware = z
  .strictObject({
    resource: z
      .string()
      .describe(
        'Key of the price book, for example "gpu:A10G" or "g5.xlarge"; the model of the GPU where GPU readings are the source',
      ),
    resourceId: z
      .string()
      .nullable()
      .describe('The machine as the bill names it, or the host as GPU readings name it; null when unknown'),
    quantity: DecimalString.describe('The most of it that one usage interval held'),
    hours: DecimalString.describe('Quantity times hours, over all usage intervals'),
  })
  .describe('What was held');
export type Hardware = z.infer<typeof Hardware>;

/** Cost of a run, from each available record. Unknown is null with a reason, never zero. */
export const RunCost = z
  .strictObject({
    total: z
      .strictObject({
        ...CostFigure.shape,
        basis: z
          .enum(['reconciled', 'metered', 'allocated'])
          .nullable()
          .describe('Which of the figures below it is; null when none is known'),
      })
      .describe('Reconciled where the bill covers all metered hours; else metered; else allocated'),
    metered: CostFigure.describe(
      'Usage intervals times the price book; of a run without any, the time of the GPUs that it held times their price',
    ),
    reconciled: CostFigure.describe(
      'Effective cost of the bill (FOCUS EffectiveCost), split by metered usage; partial when the reason says so',
    ),
    allocated: CostFigure.describe(
      'Effective cost (FOCUS EffectiveCost) that allocation rules give to the run; never added to the others',
    ),
    gpuHours: z
      .strictObject({
        hours: DecimalString.nullable().describe('GPUs times hours; null when unknown'),
        reason: z.string().nullable().describe('Why it is unknown, or what it leaves out'),
      })
      .describe('GPU-hours held'),
    energy: z
      .strictObject({
        kilowattHours: z.number().nullable().describe('Energy of its GPUs in kWh; null when not measured'),
        reason: z.string().nullable().describe('Why it is unknown, or what it leaves out'),
      })
      .describe(
        'From the metrics system/gpu_*_energy_joules where the work was metered, else system/gpu_*_power_usage_watts by the trapezoid rule; GPUs only',
      ),
    priceSources: z
      .array(z.string())
      .describe('Each price behind the metered cost: where it is from, since when it holds and how old it is'),
    hardware: z
      .array(Hardware)
      .describe('What its usage intervals, or its GPU readings, say that it held, by resource'),
    asOf: UtcInstant.nullable().describe('When these figures were worked out; null when nothing is known of its usage'),
  })
  .describe('What a run cost');
export type RunCost = z.infer<typeof RunCost>;

/** Keys of `cost.<key>` in a filter and in a sort order of runs. Amounts in any currency are compared as numbers. */
export const costKeys = {
  total: 'number',
  metered: 'number',
  reconciled: 'number',
  allocated: 'number',
  gpu_hours: 'number',
  energy_kwh: 'number',
  currency: 'text',
} as const;
