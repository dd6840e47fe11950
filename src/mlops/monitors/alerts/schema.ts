import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { Currency, DecimalString, Period } from '../../../platform/units/schema.ts';
import { WatchedColumn } from '../drift/schema.ts';

const inARow = (fallback: number, what: string) => z.number().int().min(1).max(1000).default(fallback).describe(what);

const common = (close: number) => ({
  name: Name.describe('Name of the alert, unique in the monitor'),
  open: inARow(1, 'Consecutive bad evaluations that open an episode'),
  close: inARow(close, 'Consecutive good evaluations that close the episode'),
});

const metric = z
  .string()
  .min(1)
  .max(40)
  .describe('Measure of quality of the monitor: accuracy, precision, recall, mae, rmse, ndcg@k, recall@k, mrr@k');

const ofQuality = {
  metric,
  worseThan: z
    .number()
    .optional()
    .describe(
      'Warns when the value crosses this threshold, and alerts when the whole 95 % interval does: below it, or above it for an error',
    ),
  reference: Period.optional().describe('Alerts when quality is significantly worse than in this period'),
  windowHours: z.number().int().min(1).max(744).default(24).describe('Hours of predictions per evaluation'),
  minPredictions: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(30)
    .describe('Minimum number of predictions (with labels)'),
};

const OnDrift = z
  .strictObject({
    ...common(2),
    on: z.literal('drift').describe('Drift of a window'),
    share: z.number().gt(0).max(1).optional().describe('Minimum share of drifted columns; default: any column'),
    columns: z.array(WatchedColumn).min(1).max(500).optional().describe('Columns that count; default: all'),
  })
  .describe('Evaluates each window of `drift`');

const OnQuality = z
  .strictObject({
    ...common(2),
    on: z.literal('quality').describe('Low quality according to labels'),
    ...ofQuality,
    waitHours: z
      .number()
      .min(0)
      .max(87_600)
      .default(0)
      .describe('Hours from the end of a window to its evaluation, for late labels'),
  })
  .describe('Evaluates each window of `windowHours`');

const OnEstimatedQuality = z
  .strictObject({
    ...common(2),
    on: z.literal('estimated_quality').describe('Low estimated quality, before labels arrive'),
    ...ofQuality,
  })
  .describe('Evaluates each window of `windowHours`');

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
  .describe('Minimum number of requests of a long window');

const OnLatency = z
  .strictObject({
    ...common(5),
    on: z.literal('latency').describe('Slow answers'),
    objective,
    minRequests,
    withinMs: z.number().gt(0).max(3_600_000).describe('Maximum latency of a good answer, in milliseconds'),
  })
  .describe('Evaluates each minute; alerts at a burn rate of 14.4 or 6, warns at 1 or more');

const OnErrors = z
  .strictObject({
    ...common(5),
    on: z.literal('errors').describe('Failed requests'),
    objective,
    minRequests,
  })
  .describe('Evaluates each minute, with the burn rates of `latency`');

const OnNoData = z
  .strictObject({
    ...common(1),
    on: z.literal('no_data').describe('Missing predictions'),
    minutes: z.number().int().min(1).max(525_600).default(60).describe('Minutes without any prediction'),
  })
  .describe('Evaluates each minute');

/** One entry of `alerts:` of a monitor. */
export const AlertRule = z
  .discriminatedUnion('on', [OnDrift, OnQuality, OnEstimatedQuality, OnLatency, OnErrors, OnNoData])
  .describe('Condition that opens an episode');
export type AlertRule = z.output<typeof AlertRule>;

/** `valuePerPrediction:` of a monitor. */
export const PredictionValue = z
  .strictObject({
    amount: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe('Amount, in `currency`'),
    currency: Currency,
    metric: metric
      .optional()
      .describe(
        'Measure with this value: one unit of it at one prediction. Accuracy: one right answer instead of a wrong one; an error: one unit less error. Default: the first measure of the monitor',
      ),
  })
  .describe('Value of quality');
export type PredictionValue = z.output<typeof PredictionValue>;
