import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { NotifyTarget } from '../../platform/notices/schema.ts';
import { Period, UtcInstant } from '../../platform/units/schema.ts';
import { predictionSelection } from '../predictions/schema.ts';
import { AlertRule, PredictionValue } from './alerts/schema.ts';
import { DriftWatch } from './drift/schema.ts';

export { AlertRule, type PredictionValue } from './alerts/schema.ts';
export {
  type DriftWatch,
  type MinEffect,
  WatchedColumn,
  type WatchedReference,
  type WatchedWindow,
} from './drift/schema.ts';

const FieldPath = z
  .string()
  .regex(/^[^.\s]+(\.[^.\s]+)*$/, 'a field, or fields with dots between, such as user.email')
  .max(500);

const Log = z
  .strictObject({
    sample: z.number().min(0).max(1).default(1).describe('Share of the predictions that are stored, 0 to 1'),
    redact: z
      .array(FieldPath)
      .max(200)
      .default([])
      .describe('Fields of inputs and outputs that are never stored, such as "user.email"'),
  })
  .describe('Storage of predictions');

const output = FieldPath.optional().describe('Field of the output to compare; default: the whole output');

export const Quality = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('classification').describe('Outputs and labels are classes'),
      output,
      positive: z
        .union([z.string(), z.number(), z.boolean()])
        .transform(String)
        .optional()
        .describe('Positive class of precision and recall'),
      probability: FieldPath.optional().describe(
        'Field of the output with a probability, 0 to 1: of `positive`, else of the predicted class',
      ),
    }),
    z.strictObject({ kind: z.literal('regression').describe('Outputs and labels are numbers'), output }),
    z.strictObject({
      kind: z.literal('ranking').describe('Outputs are lists of items, best first; labels are the relevant items'),
      output,
      k: z.number().int().min(1).max(1000).default(10).describe('Number of first items that count'),
    }),
  ])
  .describe('Comparison of outputs with labels');
export type Quality = z.output<typeof Quality>;

const Estimate = z
  .strictObject({
    reference: Period.describe('Period of the labelled predictions from which the estimates learn'),
    until: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .describe('Minimum labelled share of a window at which measured quality replaces the estimate'),
  })
  .describe('Estimates quality while labels are missing: classes by CBPE, numbers by DLE');
export type Estimate = z.output<typeof Estimate>;

/** `kind: Monitor`: storage, labels, measures and alerts of the predictions of a model. */
export const MonitorSpec = z
  .strictObject({
    model: z.string().min(1).max(250).describe('Registered model; a monitor has one model'),
    log: Log.prefault({}),
    labels: z
      .strictObject({
        withinDays: z
          .number()
          .positive()
          .max(3650)
          .default(30)
          .describe('Maximum days from a prediction to an outcome of its entity that counts as its label'),
      })
      .prefault({})
      .describe('Join of labels with predictions'),
    quality: Quality.optional(),
    estimate: Estimate.optional(),
    drift: DriftWatch.optional(),
    alerts: z.array(AlertRule).max(50).default([]).describe('Alerts of the monitor'),
    notify: z
      .array(NotifyTarget)
      .max(10)
      .default([])
      .describe('Recipients of a notification when an episode opens, changes or closes'),
    valuePerPrediction: PredictionValue.optional(),
  })
  .describe('Monitoring of the predictions of a model');
export type MonitorSpec = z.output<typeof MonitorSpec>;

const MonitorName = Name.describe('Name of the monitor');

export const Monitor = z.strictObject({ monitor: MonitorName, spec: MonitorSpec }).describe('A monitor');
export type Monitor = z.output<typeof Monitor>;

export const listMonitors = endpoint({
  method: 'GET',
  path: '/api/v1/monitors',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List all monitors by name',
  response: z.strictObject({ monitors: z.array(Monitor).describe('Monitors') }),
  errors: [],
});

const METRIC = 'accuracy, precision, recall, f1, roc_auc, mae, rmse, ndcg@k, recall@k or mrr@k';

export const MeasuredQuality = z
  .strictObject({
    metric: z.string().describe(METRIC),
    value: z.number().nullable().describe('Value over the labelled predictions; null: no labelled predictions'),
    lower: z.number().nullable().describe('Lower end of the 95 % interval; null: too few predictions for an interval'),
    upper: z.number().nullable().describe('Upper end of the 95 % interval; null: too few predictions for an interval'),
    sampleSize: z.number().int().describe('Number of labelled predictions'),
  })
  .describe('One measure of quality');
export type MeasuredQuality = z.infer<typeof MeasuredQuality>;

export const EstimatedQuality = z
  .strictObject({
    metric: z.string().describe(METRIC),
    value: z.number().nullable().describe('Estimated value; null: no estimate, see `reason`'),
    lower: z
      .number()
      .nullable()
      .describe('Lower end of the 95 % interval, from the sampling error of window and reference'),
    upper: z.number().nullable().describe('Upper end of the 95 % interval'),
    sampleSize: z.number().int().describe('Number of predictions, labelled or not'),
    reason: z.string().nullable().describe('Why the value is null; null: there is a value'),
  })
  .describe('One measure of quality, estimated without the labels of the window');
export type EstimatedQuality = z.infer<typeof EstimatedQuality>;

export const ShownQuality = z
  .strictObject({
    ...MeasuredQuality.shape,
    value: z.number().nullable().describe('Measured or estimated value; null: neither exists'),
    sampleSize: z.number().int().describe('Number of predictions'),
    estimated: z.boolean().describe('True: an estimate; false: measured on labels'),
  })
  .describe('Measured value if enough predictions are labelled, else the estimate');
export type ShownQuality = z.infer<typeof ShownQuality>;

export const Estimation = z
  .strictObject({
    method: z
      .enum(['cbpe', 'dle'])
      .describe(
        '`cbpe`: confidence-based performance estimation, for classes; `dle`: direct loss estimation, for numbers',
      ),
    referenceSize: z.number().int().describe('Labelled predictions of the reference that the estimate learned from'),
    calibrated: z
      .boolean()
      .nullable()
      .describe('CBPE: true: probabilities were calibrated, because calibration lowers their error'),
    features: z.array(z.string()).describe('DLE: inputs from which the loss is learned, in addition to the output'),
    reason: z.string().nullable().describe('Why there are no estimates; null: there are estimates'),
  })
  .describe('Estimation of quality');
export type Estimation = z.infer<typeof Estimation>;

export const MonitorWindow = z
  .strictObject({
    period: Period.nullable().describe('The window; null: the whole requested time'),
    slice: z.string().nullable().describe('Value of the slicing input; null: missing, or not sliced'),
    predictions: z.number().int().describe('Stored predictions'),
    labelled: z.number().int().describe('Predictions with a label'),
    completeness: z.number().describe('labelled / predictions, 0 to 1'),
    unmeasured: z
      .number()
      .int()
      .describe('Labelled predictions whose output or label does not fit the kind of quality'),
    latencyMs: z
      .strictObject({
        p50: z.number().describe('Median'),
        p95: z.number().describe('95th percentile'),
        p99: z.number().describe('99th percentile'),
      })
      .nullable()
      .describe('Latency in milliseconds, exact; null: not reported'),
    quality: z.array(MeasuredQuality).describe('Quality of labelled predictions; empty: the monitor has no `quality`'),
    estimates: z
      .array(EstimatedQuality)
      .describe(
        'The same measures in the same order, estimated; kept when labels arrive; empty: no estimates are configured',
      ),
    shown: z.array(ShownQuality).describe('For each measure, the measured or estimated value'),
    inReference: z.boolean().describe('The window overlaps the reference of the estimates, so it is no test of them'),
  })
  .describe('Figures of a monitor for one window');
export type MonitorWindow = z.infer<typeof MonitorWindow>;

export const WINDOWS = ['hour', 'day', 'week', 'month', 'all'] as const;

export const showMonitor = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Report the quality of the predictions of a model by window and slice, as known at a time',
  params: z.strictObject({ monitor: MonitorName }),
  query: z.strictObject({
    ...predictionSelection,
    by: z.enum(WINDOWS).default('day').describe('Length of the windows'),
    slice: z.string().min(1).max(250).optional().describe('Name of an input: one row for each of its values'),
    mostValues: z.coerce
      .number()
      .int()
      .min(1)
      .max(5_000)
      .optional()
      .describe('With `slice`: maximum number of its values, those with the most predictions; default: all'),
  }),
  response: z.strictObject({
    monitor: MonitorName,
    spec: MonitorSpec,
    knownAt: UtcInstant.describe('Rows that arrived until this time count'),
    isStale: z
      .boolean()
      .describe(
        'True: predictions or labels arrived after `knownAt` and are not counted yet. Windows of a large log are stored every minute and shown until the next time',
      ),
    scoring: z
      .strictObject({
        predictions: z.number().int().describe('Predictions scored so far'),
        of: z.number().int().describe('Predictions to score'),
      })
      .nullable()
      .describe(
        'Progress of the first scoring of a large log, more than 1,000,000 predictions; there are no windows until it ends. Null: the windows are there',
      ),
    estimation: Estimation.nullable().describe('Estimation of quality; null: not configured in the monitor'),
    windows: z.array(MonitorWindow).describe('By time, then by slice; at most 5,000'),
    sliceValues: z
      .number()
      .int()
      .nullable()
      .describe('Values of the input in the requested predictions, including those not listed; null: not sliced'),
    unmatchedLabels: z.number().int().describe('Labels without a known prediction (yet)'),
    inputs: z.array(z.string()).describe('Names of the inputs of the latest predictions, at most 500'),
  }),
  errors: ['monitor_not_found'],
});
