import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { Currency, DecimalString, Period } from '../../../platform/units/schema.ts';
import { WatchedColumn } from '../drift/schema.ts';

const inARow = (fallback: number, what: string) => z.number().int().min(1).max(1000).default(fallback).describe(what);

const common = (close: number) => ({
  name: Name.describe('Name of the alert, of its own in the monitor'),
  open: inARow(1, 'Looks in a row that are bad until an episode opens'),
  close: inARow(close, 'Looks in a row that are good until it closes'),
});

const metric = z
  .string()
  .min(1)
  .max(40)
  .describe('Measure of quality that the monitor has: accuracy, precision, recall, mae, rmse, ndcg@k, recall@k, mrr@k');

const ofQuality = {
  metric,
  worseThan: z
    .number()
    .optional()
    .describe(
      'Warns past this value, and alerts when the whole 95 % interval is past it: below, or above for an error',
    ),
  reference: Period.optional().describe('Alerts when it is worse than in this period by more than chance'),
  windowHours: z.number().int().min(1).max(744).default(24).describe('Hours of predictions that a look is over'),
  minPredictions: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(30)
    .describe('Predictions (with labels) that it needs'),
};

const OnDrift = z
  .strictObject({
    ...common(2),
    on: z.literal('drift').describe('A window drifted'),
    share: z.number().gt(0).max(1).optional().describe('From this share of drifted columns on; default: any column'),
    columns: z.array(WatchedColumn).min(1).max(500).optional().describe('Only these columns count; default: all'),
  })
  .describe('Each look is one window of `drift`');

const OnQuality = z
  .strictObject({
    ...common(2),
    on: z.literal('quality').describe('Labels say that quality is low'),
    ...ofQuality,
    waitHours: z.number().min(0).max(87_600).default(0).describe('Hours after its window until a look: for labels'),
  })
  .describe('Each look is one window of `windowHours`');

const OnEstimatedQuality = z
  .strictObject({
    ...common(2),
    on: z.literal('estimated_quality').describe('Quality is estimated to be low, before labels come'),
    ...ofQuality,
  })
  .describe('Each look is one window of `windowHours`');

const objective = z
  .number()
  .gt(0)
  .lt(1)
  .describe('Share of the requests that must be good, such as 0.99; the rest is the error budget of 30 days');

const minRequests = z
  .number()
  .int()
  .min(1)
  .max(1_000_000)
  .default(20)
  .describe('Requests that a long window needs until it says something');

const OnLatency = z
  .strictObject({
    ...common(5),
    on: z.literal('latency').describe('Answers are slow'),
    objective,
    minRequests,
    withinMs: z.number().gt(0).max(3_600_000).describe('Milliseconds in which a good answer comes'),
  })
  .describe(
    'Each look is a minute; it burns its error budget at 14.4 or 6 times (alert), or at once or more (warning)',
  );

const OnErrors = z
  .strictObject({
    ...common(5),
    on: z.literal('errors').describe('Requests fail'),
    objective,
    minRequests,
  })
  .describe('Each look is a minute; burn rates as of `latency`');

const OnNoData = z
  .strictObject({
    ...common(1),
    on: z.literal('no_data').describe('Predictions stay away'),
    minutes: z.number().int().min(1).max(525_600).default(60).describe('Minutes without any prediction'),
  })
  .describe('Each look is a minute');

/** One entry of `alerts:` of a monitor. */
export const AlertRule = z
  .discriminatedUnion('on', [OnDrift, OnQuality, OnEstimatedQuality, OnLatency, OnErrors, OnNoData])
  .describe('When somebody is to be told');
export type AlertRule = z.output<typeof AlertRule>;

/** `valuePerPrediction:` of a monitor. */
export const PredictionValue = z
  .strictObject({
    amount: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe('Amount, in `currency`'),
    currency: Currency,
    metric: metric
      .optional()
      .describe(
        'What has this value: one unit of this measure at one prediction. Of accuracy: one right answer instead of a wrong one; of an error: one unit less of it. Default: the first measure of the monitor',
      ),
  })
  .describe('What quality is worth');
export type PredictionValue = z.output<typeof PredictionValue>;
