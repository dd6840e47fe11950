import { z } from 'zod';
import { Money } from '../../../platform/units/schema.ts';

export const ExperimentReturn = z
  .strictObject({
    experimentId: z.string().describe('MLflow experiment id'),
    runs: z.number().int().describe('Runs'),
    runsWithoutCost: z.number().int().describe('Runs with an unknown cost; the cost to make is then a lower bound'),
    versions: z
      .array(
        z.strictObject({
          model: z.string().describe('Registered model'),
          version: z.string().describe('Version'),
          isServed: z.boolean().describe('Whether an endpoint serves or served it, or the alias champion names it'),
        }),
      )
      .describe('Versions from runs of the experiment, newest first, at most 100'),
    paid: z
      .boolean()
      .nullable()
      .describe('Whether the contribution of its versions covers the cost of its runs; null when unknown'),
    quality: z
      .strictObject({
        metric: z.string().nullable().describe('Metric; null: none is known'),
        baseline: z.number().nullable().describe('Value of the first run that logged the metric; null: none did'),
        best: z.number().nullable().describe('Best value of all runs; null: none'),
        points: z.number().nullable().describe('Improvement in points of 0.01 of the metric; null when unknown'),
        costPerPoint: Money.nullable().describe('Cost of the runs / points; null when unknown'),
        reason: z.string().nullable().describe('Reason for an unknown cost per point; null when known'),
      })
      .describe('Cost per point of quality'),
  })
  .describe('Facts of an experiment');
export type ExperimentReturn = z.infer<typeof ExperimentReturn>;
