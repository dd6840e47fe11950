import { z } from 'zod';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';

const CostFigure = z
  .strictObject({
    cost: Money.nullable().describe('Exact amount; null: unknown'),
    reason: z.string().nullable().describe('Why the cost is unknown or incomplete; null: complete'),
  })
  .describe('A cost, or the reason why it is unknown');

export const Hardware = z
  .strictObject({
    resource: z
      .string()
      .describe(
        'Key of the price book, for example "gpu:A10G" or "g5.xlarge"; the GPU model for costs from GPU readings',
      ),
    resourceId: z
      .string()
      .nullable()
      .describe('Machine as named in the bill, or host as named in GPU readings; null: unknown'),
    quantity: DecimalString.describe('Maximum quantity of one usage interval'),
    hours: DecimalString.describe('Quantity times hours, over all usage intervals'),
  })
  .describe('A resource that the run held');
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
          .describe('The figure below that `total` is; null: none is known'),
      })
      .describe('Reconciled if the bill covers all metered hours; else metered; else allocated'),
    metered: CostFigure.describe(
      'Usage intervals times the price book; without usage intervals, the time of the held GPUs times their price',
    ),
    reconciled: CostFigure.describe(
      'Effective cost of the bill (FOCUS EffectiveCost), split by metered usage; partial if the reason states it',
    ),
    allocated: CostFigure.describe(
      'Effective cost (FOCUS EffectiveCost) that allocation rules assign to the run; never added to the other figures',
    ),
    gpuHours: z
      .strictObject({
        hours: DecimalString.nullable().describe('GPUs times hours; null: unknown'),
        reason: z.string().nullable().describe('Why the hours are unknown or incomplete'),
      })
      .describe('GPU-hours held'),
    energy: z
      .strictObject({
        kilowattHours: z.number().nullable().describe('Energy of the GPUs in kWh; null: not measured'),
        reason: z.string().nullable().describe('Why the energy is unknown or incomplete'),
      })
      .describe(
        'From the metrics system/gpu_*_energy_joules if the work logged them, else from system/gpu_*_power_usage_watts by the trapezoid rule; GPUs only',
      ),
    priceSources: z.array(z.string()).describe('Prices behind the metered cost, each with origin, start date and age'),
    hardware: z.array(Hardware).describe('Resources held according to usage intervals or GPU readings, by resource'),
    asOf: UtcInstant.nullable().describe('Time of the calculation; null: no usage is known'),
  })
  .describe('Cost of a run');
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
