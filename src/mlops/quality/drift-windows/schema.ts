import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../../platform/units/schema.ts';
import { Distribution, DriftColumn, DriftMethodChoice } from '../../drift/schema.ts';
import { WatchedColumn } from '../../monitors/schema.ts';

const params = { monitor: Name.describe('Name of the monitor') };

const WindowId = z
  .string()
  .regex(/^[a-z0-9]+-\d+$/, 'the id of a window')
  .describe('Id of a window');

const facts = {
  window: WindowId,
  period: Period.describe('From the first instant or prediction until after the last'),
  modelVersion: z.string().nullable().describe('Version of the predictions; null: all versions'),
  predictions: z.number().int().describe('Number of predictions'),
  referencePredictions: z.number().int().nullable().describe('Rows of the reference; null: no reference'),
  comparedAt: UtcInstant.describe('Time of the comparison'),
  pValue: z
    .number()
    .nullable()
    .describe('p-value of the whole window: the smallest `adjustedPValue` (Simes); null: a distance, or no verdict'),
  threshold: z
    .number()
    .nullable()
    .describe('Threshold of the p-value in this window that keeps `level` over time; null: none'),
  share: z
    .number()
    .nullable()
    .describe('Share of drifted columns among the compared ones, 0 to 1; null: none was compared'),
  drifted: z.boolean().nullable().describe('Whether the window drifted; null: no verdict'),
  reason: z.string().nullable().describe('Why there is no verdict'),
};

export const DriftWindow = z
  .strictObject({
    ...facts,
    columns: z.array(DriftColumn).describe('Column by column; `threshold` is that of the window'),
  })
  .describe('One window of a monitor against its reference');
export type DriftWindow = z.infer<typeof DriftWindow>;

const Monitored = {
  monitor: params.monitor,
  method: DriftMethodChoice,
  level: z.number().describe('`auto`: probability of any alarm in `over` windows without drift'),
  over: z.number().int().describe('Number of windows for `level`'),
};

export const listDriftWindows = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/drift',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'List drift of the predictions of a model by window and column',
  params: z.strictObject(params),
  query: z.strictObject({
    since: UtcInstant.optional().describe('Only windows that end after this time'),
    until: UtcInstant.optional().describe('Only windows that begin before this time'),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(200)
      .describe('Maximum number of windows; the latest are returned'),
  }),
  response: z.strictObject({
    ...Monitored,
    windows: z.array(DriftWindow).describe('Windows by time'),
  }),
  errors: ['monitor_not_found', 'monitor_without_drift'],
});

export const showDriftColumn = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/drift/:column',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Compare one column in one window with its reference',
  params: z.strictObject({ ...params, column: WatchedColumn }),
  query: z.strictObject({ window: WindowId.optional().describe('Id of the window; default: the last') }),
  response: z.strictObject({
    ...Monitored,
    ...facts,
    column: DriftColumn,
    distribution: Distribution.nullable().describe(
      'Distribution on both sides; null: a side has no values, or too many different texts',
    ),
  }),
  errors: ['monitor_not_found', 'monitor_without_drift', 'drift_window_not_found', 'drift_column_missing'],
});
