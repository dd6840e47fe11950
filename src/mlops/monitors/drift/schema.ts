import { z } from 'zod';
import { Period } from '../../../platform/units/schema.ts';
import { DriftMethodChoice, ProfileName } from '../../drift/schema.ts';

export const WatchedColumn = z
  .string()
  .max(500)
  .regex(
    /^(inputs\.[^"]+|output(\.[^."]+)*|label(\.[^."]+)*)$/,
    '`inputs.NAME`, `output`, `label`, or a field of one of them such as "output.score"',
  )
  .describe(
    'Column of predictions: `inputs.NAME`, `output`, `label`, or a field of one of them such as "output.score"',
  );

const version = z.string().min(1).max(250);

const Reference = z
  .union([
    z
      .strictObject({ profile: ProfileName })
      .describe('Saved profile of a file; its column `age` is the reference of `inputs.age`'),
    z
      .strictObject({
        start: Period.shape.start,
        end: Period.shape.end,
        modelVersion: version.optional().describe('Only predictions of this version'),
      })
      .refine(({ start, end }) => Date.parse(start) < Date.parse(end), 'a period whose end is after its start')
      .describe('The predictions of a period'),
    z
      .strictObject({
        first: z.number().int().min(2).max(1_000_000).describe('Number of predictions'),
        modelVersion: version
          .optional()
          .describe('Version of the predictions; default: each window is compared with its own version'),
      })
      .describe('The first predictions of a version'),
  ])
  .describe('Reference; it is profiled once and stored');
export type WatchedReference = z.output<typeof Reference>;

const Window = z
  .union([
    z
      .strictObject({ hours: z.number().int().min(1).max(744).describe('Hours, counted from 1970-01-01T00:00Z') })
      .describe('By time'),
    z
      .strictObject({ predictions: z.number().int().min(10).max(1_000_000).describe('Number of predictions') })
      .describe('By count'),
  ])
  .describe('Predictions of one window');
export type WatchedWindow = z.output<typeof Window>;

const leastEffect = z.number().min(0).max(1).optional();

const MinEffect = z
  .strictObject({
    ks: leastEffect.describe('Of numbers: Kolmogorov-Smirnov distance, 0 to 1'),
    jensenshannon: leastEffect.describe('Of categories and of missing values: Jensen-Shannon distance, 0 to 0.83'),
  })
  .describe(
    '`auto`: minimum effect size of drift; default: the variation of the reference between its periods, and at least 0.1',
  );
export type MinEffect = z.output<typeof MinEffect>;

/** `drift:` of a monitor. */
export const DriftWatch = z
  .strictObject({
    columns: z
      .array(WatchedColumn)
      .min(1)
      .max(500)
      .optional()
      .describe('Columns to compare; default: every input and the output'),
    method: DriftMethodChoice.default('auto'),
    reference: Reference,
    window: Window.default({ hours: 24 }),
    modelVersion: version.optional().describe('Only predictions of this version; default: all'),
    minEffect: MinEffect.optional(),
    minPredictions: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(50)
      .describe('Minimum number of predictions of a window by time; smaller windows have no verdict'),
    waitMinutes: z
      .number()
      .min(0)
      .max(525_600)
      .default(5)
      .describe('Minutes from the end of a window to its comparison, for late predictions and labels'),
    level: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.05)
      .describe('`auto`: probability of any alarm in `over` consecutive windows without drift, over all columns'),
    over: z.number().int().min(1).max(100_000).default(100).describe('`auto`: number of windows for `level`'),
  })
  .describe('Drift of predictions, window by window');
export type DriftWatch = z.output<typeof DriftWatch>;
