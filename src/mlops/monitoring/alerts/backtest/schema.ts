import { z } from 'zod';
import { Name } from '../../../../org/schema.ts';
import { endpoint } from '../../../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../../../platform/units/schema.ts';
import { AlertRule } from '../../../monitors/schema.ts';
import { AlertCause, AlertEpisode } from '../episode/schema.ts';

export const BacktestEpisode = z
  .strictObject({
    openedAt: UtcInstant.describe('End of the window that opens it'),
    closedAt: UtcInstant.nullable().describe('End of the window that closes it; null: it is open at the end'),
    hours: z.number().describe('From its opening to its closing, or to the end of the last window'),
    state: AlertEpisode.shape.state.describe('Gravest state that it comes to'),
    window: Period.describe('The first window that shows it'),
    columns: z.array(z.string()).describe('Columns that it is of, the worst first; empty: none'),
    reason: z.string().describe('What shows it, in a sentence'),
  })
  .describe('An episode that the alert would have opened');
export type BacktestEpisode = z.infer<typeof BacktestEpisode>;

export const BacktestedAlert = z
  .strictObject({
    alert: Name.describe('Name of the alert'),
    cause: AlertCause,
    windows: z.number().int().describe('Windows that were looked at'),
    unknown: z.number().int().describe('Windows of which nothing can be said'),
    warnings: z.number().int().describe('Windows that are a warning'),
    alerts: z.number().int().describe('Windows that are an alert'),
    openHours: z.number().describe('Hours in which an episode is open'),
    period: Period.nullable().describe('From the first window to the end of the last; null: there is none'),
    episodes: z.array(BacktestEpisode).describe('By time'),
    reason: z.string().nullable().describe('Why it was not looked at; null: it was'),
  })
  .describe('What an alert would have done');
export type BacktestedAlert = z.infer<typeof BacktestedAlert>;

export const backtestAlerts = endpoint({
  method: 'POST',
  path: '/api/v1/monitors/:monitor/alerts/backtest',
  scope: 'mlops.read',
  summary: 'How often alerts would have opened on past windows, when, and for how long; changes nothing',
  params: z.strictObject({ monitor: Name.describe('Name of the monitor') }),
  body: z.strictObject({
    alerts: z
      .array(AlertRule)
      .min(1)
      .max(50)
      .optional()
      .describe('Alerts to try, as in `alerts:` of the monitor; default: those of the monitor'),
    start: UtcInstant.optional().describe('Only windows that begin at or after then'),
    end: UtcInstant.optional().describe('Only windows that end at or before then'),
  }),
  response: z.strictObject({
    monitor: Name.describe('Name of the monitor'),
    alerts: z.array(BacktestedAlert).describe('In the order asked for'),
  }),
  errors: ['monitor_not_found', 'manifest_invalid'],
});
