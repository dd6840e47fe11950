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
  period: Period.describe('From its first instant, or first prediction, until after its last'),
  modelVersion: z.string().nullable().describe('Version that it is of; null: all of them'),
  predictions: z.number().int().describe('Predictions in it'),
  referencePredictions: z.number().int().nullable().describe('Rows of the reference; null: there was none'),
  comparedAt: UtcInstant.describe('When it was compared'),
  pValue: z
    .number()
    .nullable()
    .describe('Of the window as a whole: the least `adjustedPValue` (Simes); null: a distance, or nothing to say'),
  threshold: z
    .number()
    .nullable()
    .describe('What the p-value is held against in this window, so that `level` holds over time; null: none'),
  share: z.number().nullable().describe('Drifted columns in those that were compared, 0 to 1; null where none was'),
  drifted: z.boolean().nullable().describe('Whether it drifted; null where nothing can be said'),
  reason: z.string().nullable().describe('Why nothing can be said'),
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
  level: z.number().describe('`auto`: chance of any alarm in `over` windows when nothing drifts'),
  over: z.number().int().describe('Windows that `level` is for'),
};

export const listDriftWindows = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/drift',
  scope: 'mlops.read',
  summary: 'Drift of the predictions of a model over time: window by window, column by column',
  params: z.strictObject(params),
  query: z.strictObject({
    since: UtcInstant.optional().describe('Only windows that end after then'),
    until: UtcInstant.optional().describe('Only windows that begin before then'),
    limit: z.coerce.number().int().min(1).max(1000).default(200).describe('The last so many of them'),
  }),
  response: z.strictObject({
    ...Monitored,
    windows: z.array(DriftWindow).describe('By time'),
  }),
  errors: ['monitor_not_found', 'monitor_without_drift'],
});

export const showDriftColumn = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/drift/:column',
  scope: 'mlops.read',
  summary: 'One column in one window beside its reference',
  params: z.strictObject({ ...params, column: WatchedColumn }),
  query: z.strictObject({ window: WindowId.optional().describe('Which window; default: the last') }),
  response: z.strictObject({
    ...Monitored,
    ...facts,
    column: DriftColumn,
    distribution: Distribution.nullable().describe('Null where a side has no values, or too many different texts'),
  }),
  errors: ['monitor_not_found', 'monitor_without_drift', 'drift_window_not_found', 'drift_column_missing'],
});
