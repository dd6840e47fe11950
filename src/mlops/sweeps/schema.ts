import { z } from 'zod';
import { MoneyText } from './money/schema.ts';
import { DimensionSpec, type Space, toDimension } from './space/schema.ts';

export { goesOnByAsha, goesOnByMedian, isBetter, type Progress } from './early-stopping/schema.ts';
export { MoneyText } from './money/schema.ts';
export { type Dimension, parseRange, type Space, sample } from './space/schema.ts';
export { createSpending, type Spending } from './spending/schema.ts';

/** Name under which a trial has its number. */
export const TRIAL = 'trial';

const Stop = z
  .strictObject({
    rule: z
      .enum(['asha', 'none'])
      .default('asha')
      .describe('`asha`: asynchronous successive halving, with the cost of a trial as its resource'),
    after: MoneyText.optional().describe(
      'Cost before which no trial is ended early; default: a quarter of an even share of the budget',
    ),
    eta: z.number().int().min(2).max(10).default(3).describe('One of so many trials continues at each rung'),
  })
  .describe('Early stopping of trials');

/** Trials of a step: a search for the values of its parameters. */
export const SweepSpec = z
  .strictObject({
    params: z
      .record(z.string().regex(/^(?!trial$)[A-Za-z_]\w{0,40}$/, 'a name, and not "trial"'), DimensionSpec)
      .refine((params) => Object.keys(params).length > 0, 'at least one parameter')
      .describe('Values by name; the expression matrix.name is the value of a trial, matrix.trial its number'),
    trials: z.number().int().min(1).max(1000).describe('Maximum number of trials'),
    parallel: z.number().int().min(1).max(64).default(1).describe('Maximum number of concurrent trials'),
    metric: z.string().min(1).max(250).describe('MLflow metric that the trials log'),
    best: z.enum(['max', 'min']).default('max').describe('Whether a higher or a lower value is better'),
    seed: z
      .number()
      .int()
      .min(0)
      .max(1_000_000_000)
      .default(1)
      .describe('Seed of the draws; the same seed draws the same trials'),
    stop: Stop.prefault({}),
  })
  .describe('One step for each trial, with values drawn at random, under the budget of the run');
export type SweepSpec = z.infer<typeof SweepSpec>;

/** Dimensions of the parameters of a sweep. */
export function toSpace({ params }: Pick<SweepSpec, 'params'>): Space {
  return Object.fromEntries(Object.entries(params).map(([name, spec]) => [name, toDimension(spec)]));
}
