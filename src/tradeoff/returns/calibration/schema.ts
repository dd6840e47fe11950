import { z } from 'zod';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';

export const CalibratedRound = z
  .strictObject({
    retraining: z.string().describe('Retraining'),
    round: z.number().int().describe('Round'),
    model: z.string().describe('Registered model'),
    version: z.string().nullable().describe('Version that was promoted; null: not known'),
    at: UtcInstant.describe('Time of the rollout'),
    isFinal: z.boolean().describe('True: the horizon is over and its labels are due'),
    predicted: Money.nullable().describe('Expected gain for the measured length of time; null: not known'),
    measured: Money.nullable().describe('Measured gain: improvement x predictions x value of a unit; null: not known'),
    ratio: z.number().nullable().describe('measured / predicted; null: one is not known, or predicted is not above 0'),
    reason: z.string().nullable().describe('Reason for a missing ratio; null when known'),
    calibration: z
      .number()
      .nullable()
      .describe('Mean ratio of this and all earlier rounds; null before five rounds with a ratio'),
  })
  .describe('Predicted against measured gain of a promoted round of retraining');
export type CalibratedRound = z.infer<typeof CalibratedRound>;

export const Calibration = z
  .strictObject({
    rounds: z.number().int().describe('Rounds with a ratio'),
    ratio: z
      .number()
      .nullable()
      .describe(
        'Mean of measured / predicted: 1 is calibrated, below 1 the gain is predicted too high; null before five rounds',
      ),
    lower: z
      .number()
      .nullable()
      .describe("Lower end of Student's 95 % interval of the mean ratio; null before five rounds"),
    upper: z
      .number()
      .nullable()
      .describe("Upper end of Student's 95 % interval of the mean ratio; null before five rounds"),
    reason: z.string().nullable().describe('Reason for a missing mean; null when known'),
  })
  .describe('Calibration of predicted gains');
export type Calibration = z.infer<typeof Calibration>;

export const RetrainingReturns = z
  .strictObject({
    rounds: z.array(CalibratedRound).describe('Promoted rounds, newest first, at most 100'),
    calibration: Calibration,
  })
  .describe('Predicted against measured gain of retraining');
export type RetrainingReturns = z.infer<typeof RetrainingReturns>;
