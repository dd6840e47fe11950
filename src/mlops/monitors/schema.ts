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
    sample: z.number().min(0).max(1).default(1).describe('Share of the predictions that is kept, 0 to 1'),
    redact: z
      .array(FieldPath)
      .max(200)
      .default([])
      .describe('Fields of inputs and outputs that are never written, such as "user.email"'),
  })
  .describe('What is kept of predictions');

const output = FieldPath.optional().describe('Field of the output that is compared; default: the whole output');

export const Quality = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('classification').describe('Outputs and labels are classes'),
      output,
      positive: z
        .union([z.string(), z.number(), z.boolean()])
        .transform(String)
        .optional()
        .describe('The class that precision and recall are of'),
      probability: FieldPath.optional().describe(
        'Field of the output with a probability, 0 to 1: of `positive`, else of the class that was answered',
      ),
    }),
    z.strictObject({ kind: z.literal('regression').describe('Outputs and labels are numbers'), output }),
    z.strictObject({
      kind: z.literal('ranking').describe('Outputs are lists of items, best first; labels are what was relevant'),
      output,
      k: z.number().int().min(1).max(1000).default(10).describe('How many of the first items count'),
    }),
  ])
  .describe('How outputs are held against labels');
export type Quality = z.output<typeof Quality>;

const Estimate = z
  .strictObject({
    reference: Period.describe('When the labelled predictions were made that the estimates learn from'),
    until: z
      .number()
      .gt(0)
      .max(1)
      .default(0.5)
      .describe('Share of a window that has to be labelled before what was measured takes the place of the estimate'),
  })
  .describe('Quality is estimated while labels are awaited: classes by CBPE, numbers by DLE');
export type Estimate = z.output<typeof Estimate>;

/** `kind: Monitor`: how the predictions of a model are kept, labelled and measured. */
export const MonitorSpec = z
  .strictObject({
    model: z.string().min(1).max(250).describe('Registered model; one monitor is of one model'),
    log: Log.prefault({}),
    labels: z
      .strictObject({
        withinDays: z
          .number()
          .positive()
          .max(3650)
          .default(30)
          .describe('Days after a prediction within which an outcome of its entity counts as its label'),
      })
      .prefault({})
      .describe('How labels find their predictions'),
    quality: Quality.optional(),
    estimate: Estimate.optional(),
    drift: DriftWatch.optional(),
    alerts: z.array(AlertRule).max(50).default([]).describe('When somebody is to be told'),
    notify: z.array(NotifyTarget).max(10).default([]).describe('Who is told when an episode opens, changes and closes'),
    valuePerPrediction: PredictionValue.optional(),
  })
  .describe('How the predictions of a model are watched');
export type MonitorSpec = z.output<typeof MonitorSpec>;

const MonitorName = Name.describe('Name of the monitor');

export const Monitor = z.strictObject({ monitor: MonitorName, spec: MonitorSpec }).describe('A monitor');
export type Monitor = z.output<typeof Monitor>;

export const listMonitors = endpoint({
  method: 'GET',
  path: '/api/v1/monitors',
  scope: 'mlops.read',
  summary: 'All monitors, by name',
  response: z.strictObject({ monitors: z.array(Monitor).describe('Monitors') }),
  errors: [],
});

const METRIC = 'accuracy, precision, recall, f1, roc_auc, mae, rmse, ndcg@k, recall@k or mrr@k';

export const MeasuredQuality = z
  .strictObject({
    metric: z.string().describe(METRIC),
    value: z.number().nullable().describe('Its value over the labelled predictions; null: there are none'),
    lower: z.number().nullable().describe('Lower end of its 95 % interval; null: too few for one'),
    upper: z.number().nullable().describe('Upper end of it'),
    sampleSize: z.number().int().describe('Labelled predictions that it is over'),
  })
  .describe('One measure of quality');
export type MeasuredQuality = z.infer<typeof MeasuredQuality>;

export const EstimatedQuality = z
  .strictObject({
    metric: z.string().describe(METRIC),
    value: z.number().nullable().describe('What it is estimated to be; null: it cannot be told, see `reason`'),
    lower: z
      .number()
      .nullable()
      .describe('Lower end of its 95 % interval, of the sampling error of window and reference'),
    upper: z.number().nullable().describe('Upper end of it'),
    sampleSize: z.number().int().describe('Predictions that it is over, labelled or not'),
    reason: z.string().nullable().describe('Why there is no value; null: there is one'),
  })
  .describe('One measure of quality, estimated without the labels of the window');
export type EstimatedQuality = z.infer<typeof EstimatedQuality>;

export const ShownQuality = z
  .strictObject({
    ...MeasuredQuality.shape,
    value: z.number().nullable().describe('Its value, measured or estimated; null: neither is there'),
    sampleSize: z.number().int().describe('Predictions that it is over'),
    estimated: z.boolean().describe('true: an estimate; false: measured on labels'),
  })
  .describe('The figure to believe: measured where enough is labelled, else estimated');
export type ShownQuality = z.infer<typeof ShownQuality>;

export const Estimation = z
  .strictObject({
    method: z.enum(['cbpe', 'dle']).describe('Confidence-based, of classes; direct loss estimation, of numbers'),
    referenceSize: z.number().int().describe('Labelled predictions of the reference that were learned from'),
    calibrated: z.boolean().nullable().describe('CBPE: probabilities were calibrated, as that lowers their error'),
    features: z.array(z.string()).describe('DLE: inputs that the loss is learned from, beside the output itself'),
    reason: z.string().nullable().describe('Why nothing can be estimated; null: it can'),
  })
  .describe('How quality is estimated');
export type Estimation = z.infer<typeof Estimation>;

export const MonitorWindow = z
  .strictObject({
    period: Period.nullable().describe('The window; null: all of the time that was asked for'),
    slice: z.string().nullable().describe('Value of the input that was sliced by; null: none, or not sliced'),
    predictions: z.number().int().describe('Predictions that are kept'),
    labelled: z.number().int().describe('Those of which the outcome is known'),
    completeness: z.number().describe('labelled / predictions, 0 to 1'),
    unmeasured: z.number().int().describe('Labelled, but output or label is not what the kind of quality needs'),
    latencyMs: z
      .strictObject({
        p50: z.number().describe('Median'),
        p95: z.number().describe('95th percentile'),
        p99: z.number().describe('99th percentile'),
      })
      .nullable()
      .describe('Milliseconds until the answer, exact; null: nobody said'),
    quality: z.array(MeasuredQuality).describe('Quality on what is labelled; empty when the monitor names no kind'),
    estimates: z
      .array(EstimatedQuality)
      .describe('The same measures, in the same order, estimated; kept when labels come; empty when none are wanted'),
    shown: z.array(ShownQuality).describe('For each measure the figure to believe now'),
    inReference: z.boolean().describe('It overlaps the period that estimates learn from: no test of them'),
  })
  .describe('A monitor over one window');
export type MonitorWindow = z.infer<typeof MonitorWindow>;

export const WINDOWS = ['hour', 'day', 'week', 'month', 'all'] as const;

export const showMonitor = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor',
  scope: 'mlops.read',
  summary: 'What came of the predictions of a model: by window and slice, as it was known at a time',
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
      .describe('With `slice`: only so many of its values, those with the most predictions; default: all'),
  }),
  response: z.strictObject({
    monitor: MonitorName,
    spec: MonitorSpec,
    knownAt: UtcInstant,
    estimation: Estimation.nullable().describe('How quality is estimated; null: the monitor does not ask for it'),
    windows: z.array(MonitorWindow).describe('By time, then by slice; at most 5,000'),
    sliceValues: z
      .number()
      .int()
      .nullable()
      .describe(
        'Values of the input in the predictions that were asked for, also those that are not shown; null: not sliced',
      ),
    unmatchedLabels: z.number().int().describe('Labels whose prediction is not known here (yet)'),
    inputs: z.array(z.string()).describe('Names of the inputs of the latest predictions, at most 500'),
  }),
  errors: ['monitor_not_found'],
});
