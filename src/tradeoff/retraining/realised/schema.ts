import { z } from 'zod';
import { DecimalString, Money, Period, UtcInstant } from '../../../platform/units/schema.ts';

const Measured = {
  value: z.number().describe('Value of the measure'),
  lower: z.number().nullable().describe('Lower end of its 95 % interval; null: too few for one'),
  upper: z.number().nullable().describe('Upper end of it'),
};

export const RealisedGain = z
  .strictObject({
    at: UtcInstant.describe('When it was measured'),
    period: Period.describe('Predictions that count: from the rollout until now, or until the horizon is over'),
    isFinal: z.boolean().describe('True: the horizon is over and its labels had their time; it is measured no more'),
    metric: z.string().nullable().describe('Measure of quality; null: the monitor has none'),
    before: z
      .strictObject({
        ...Measured,
        from: z
          .enum(['labels', 'episode'])
          .describe(
            '`labels`: of the version before, until the rollout; `episode`: as the episode said, which may be an estimate',
          ),
      })
      .nullable()
      .describe('Quality of the version that it took the place of; null: not known'),
    after: z
      .strictObject({ ...Measured, labels: z.number().int().describe('Labelled predictions that it is of') })
      .nullable()
      .describe('Quality of the new version by its labels; null: too few are there'),
    predictions: DecimalString.nullable().describe('Predictions of the new version in the period; null: not counted'),
    improvement: DecimalString.nullable().describe('By how much it is better than before; negative: worse'),
    improvementLower: DecimalString.nullable().describe('Smaller end of its 95 % interval; null: none'),
    improvementUpper: DecimalString.nullable().describe('Larger end of it'),
    valuePerPrediction: Money.nullable().describe(
      'What a unit of the measure is worth in one prediction; null: nobody says',
    ),
    gain: Money.nullable().describe('improvement x predictions x value; null: one of them is not known'),
    gainLower: Money.nullable().describe('The same by the smaller end; null: none'),
    gainUpper: Money.nullable().describe('The same by the larger end'),
    expected: Money.nullable().describe(
      'What was expected for as long a time, of the gain that it was begun for; null: not known',
    ),
    cost: Money.nullable().describe('What the round cost, as metered; null: not known'),
    net: Money.nullable().describe('gain - cost; null: one of them is not known'),
    reason: z.string().nullable().describe('Why the gain is not known; null: it is'),
  })
  .describe(
    'What a retraining has really gained, by the labels of what its version answered, beside what was expected',
  );
export type RealisedGain = z.infer<typeof RealisedGain>;
