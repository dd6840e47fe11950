import { z } from 'zod';
import { DecimalString, Money, Period, UtcInstant } from '../../../platform/units/schema.ts';

const Measured = {
  value: z.number().describe('Value of the measure'),
  lower: z.number().nullable().describe('Lower end of the 95 % interval of the value; null: too few labels'),
  upper: z.number().nullable().describe('Upper end of the 95 % interval of the value; null: too few labels'),
};

export const RealisedGain = z
  .strictObject({
    at: UtcInstant.describe('Time of the measurement'),
    period: Period.describe('Period of the predictions: from the rollout until now, or to the end of the horizon'),
    isFinal: z.boolean().describe('True: the horizon is over and its labels are due; the measurement is complete'),
    metric: z.string().nullable().describe('Measure of quality; null: the monitor has none'),
    before: z
      .strictObject({
        ...Measured,
        from: z
          .enum(['labels', 'episode'])
          .describe(
            '`labels`: by the labels of the previous version until the rollout; `episode`: as the episode reported it, possibly an estimate',
          ),
      })
      .nullable()
      .describe('Quality of the previous version; null: not known'),
    after: z
      .strictObject({ ...Measured, labels: z.number().int().describe('Number of labelled predictions') })
      .nullable()
      .describe('Quality of the new version by its labels; null: too few labels'),
    predictions: DecimalString.nullable().describe('Predictions of the new version in the period; null: not counted'),
    improvement: DecimalString.nullable().describe('Improvement over the previous version; negative: worse'),
    improvementLower: DecimalString.nullable().describe(
      'Smaller end of the 95 % interval of the improvement; null: none',
    ),
    improvementUpper: DecimalString.nullable().describe(
      'Larger end of the 95 % interval of the improvement; null: none',
    ),
    valuePerPrediction: Money.nullable().describe(
      'Value of one unit of the measure in one prediction; null: not stated',
    ),
    gain: Money.nullable().describe('improvement x predictions x value; null: one of them is not known'),
    gainLower: Money.nullable().describe('Gain by the smaller end of the improvement; null: none'),
    gainUpper: Money.nullable().describe('Gain by the larger end of the improvement; null: none'),
    expected: Money.nullable().describe('Expected gain of the round, for the same length of time; null: not known'),
    cost: Money.nullable().describe('Metered cost of the round; null: not known'),
    net: Money.nullable().describe('gain - cost; null: one of them is not known'),
    reason: z.string().nullable().describe('Reason for an unknown gain; null: it is known'),
  })
  .describe(
    'Realised gain of a retraining, by the labels of the predictions of its version, next to the expected gain',
  );
export type RealisedGain = z.infer<typeof RealisedGain>;
