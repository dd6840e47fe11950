import { z } from 'zod';
import { Period, UtcInstant } from '../../platform/units/schema.ts';

export const TestSet = z
  .strictObject({
    modelVersion: z.string().describe('Version that made the predictions'),
    wanted: Period.describe('Time that the test set is taken from'),
    window: Period.nullable().describe(
      'The part of `wanted` up to which enough predictions are labelled; null: there is no such part',
    ),
    knownAt: UtcInstant.describe('Later predictions and labels are left out'),
    predictions: z.number().int().describe('Logged predictions of the version in the window'),
    labelled: z.number().int().describe('Those with a label'),
    completeness: z.number().min(0).max(1).describe('labelled / predictions, 0 to 1'),
    heldOut: z
      .number()
      .min(0)
      .max(1)
      .describe('Share of the entities (of the predictions without an entity) that no training set has, 0 to 1'),
    rows: z.number().int().describe('Held-out labelled predictions: the examples of the test set'),
    unmeasured: z
      .number()
      .int()
      .describe('Held-out labelled predictions whose output or label does not fit the kind of quality; no examples'),
    outcomes: z
      .array(
        z.strictObject({
          outcome: z.string().describe('Metric of the monitor that has a value for each prediction'),
          mean: z.number().describe('Mean of the logged answers over the test set, in the unit of the metric'),
        }),
      )
      .describe('Outcomes of the logged answers; empty without a test set'),
    evaluation: z
      .string()
      .nullable()
      .describe('Evaluation with the outcomes of the logged answers; null: there is no test set'),
    sha256: z.string().nullable().describe('SHA-256 of its rows; null: there is no test set'),
    reason: z.string().nullable().describe('Why there is no test set; null: there is one'),
  })
  .describe('Held-out labelled predictions of a version, on which another version is compared with it');
export type TestSet = z.infer<typeof TestSet>;
