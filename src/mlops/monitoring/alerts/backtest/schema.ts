import { z } from 'zod';
import { Name } from '../../../../org/schema.ts';
import { endpoint } from '../../../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../../../platform/units/schema.ts';
import { AlertRule } from '../../../monitors/schema.ts';
import { AlertCause, AlertEpisode } from '../episode/schema.ts';

export const BacktestEpisode = z
  .strictObject({
    openedAt: UtcInstant.describe('End of the window that opens the episode'),
    closedAt: UtcInstant.nullable().describe('End of the window that closes the episode; null: still open at the end'),
    hours: z.number().describe('Hours from opening to closing, or to the end of the last window'),
    state: AlertEpisode.shape.state.describe('Most severe state of the episode'),
    window: Period.describe('First window with the condition'),
    columns: z.array(z.string()).describe('Affected columns, the worst first; empty: none'),
    reason: z.string().describe('Reason for the episode, in one sentence'),
  })
  .describe('An episode that the alert would have opened');
export type BacktestEpisode = z.infer<typeof BacktestEpisode>;

export const BacktestedAlert = z
  .strictObject({
    alert: Name.describe('Name of the alert'),
    cause: AlertCause,
    windows: z.number().int().describe('Windows that were evaluated'),
    unknown: z.number().int().describe('Windows without a verdict'),
    warnings: z.number().int().describe('Windows with a warning'),
    alerts: z.number().int().describe('Windows with an alert'),
    openHours: z.number().describe('Hours in which an episode is open'),
    period: Period.nullable().describe('From the first window to the end of the last; null: no windows'),
    episodes: z.array(BacktestEpisode).describe('Episodes by time'),
    reason: z.string().nullable().describe('Why the alert was not evaluated; null: it was'),
  })
  .describe('Result of one alert on past windows');
export type BacktestedAlert = z.infer<typeof BacktestedAlert>;

export const backtestAlerts = endpoint({
  method: 'POST',
  path: '/api/v1/monitors/:monitor/alerts/backtest',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Back-test alerts on past windows: number, time and duration of their episodes; changes nothing',
  params: z.strictObject({ monitor: Name.describe('Name of the monitor') }),
  body: z.strictObject({
    alerts: z
      .array(AlertRule)
      .min(1)
      .max(50)
      .optional()
      .describe('Alerts to test, as in `alerts:` of the monitor; default: those of the monitor'),
    start: UtcInstant.optional().describe('Only windows that begin at or after this time'),
    end: UtcInstant.optional().describe('Only windows that end at or before this time'),
  }),
  response: z.strictObject({
    monitor: Name.describe('Name of the monitor'),
    alerts: z.array(BacktestedAlert).describe('Results in the order of the request'),
  }),
  errors: ['monitor_not_found', 'manifest_invalid'],
});
