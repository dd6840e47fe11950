import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../../platform/units/schema.ts';
import { predictionSelection } from '../predictions/schema.ts';

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

export const MeasuredQuality = z
  .strictObject({
    metric: z.string().describe('accuracy, precision, recall, mae, rmse, ndcg@k, recall@k or mrr@k'),
    value: z.number().nullable().describe('Its value over the labelled predictions; null: there are none'),
    lower: z.number().nullable().describe('Lower end of its 95 % interval; null: too few for one'),
    upper: z.number().nullable().describe('Upper end of it'),
    sampleSize: z.number().int().describe('Labelled predictions that it is over'),
  })
  .describe('One measure of quality');
export type MeasuredQuality = z.infer<typeof MeasuredQuality>;

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
  }),
  response: z.strictObject({
    monitor: MonitorName,
    spec: MonitorSpec,
    knownAt: UtcInstant,
    windows: z.array(MonitorWindow).describe('By time, then by slice; at most 5,000'),
    unmatchedLabels: z.number().int().describe('Labels whose prediction is not known here (yet)'),
  }),
  errors: ['monitor_not_found'],
});
