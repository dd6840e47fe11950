import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { defineHandlingEndpoints } from '../../../platform/acknowledgements/schema.ts';
import { endpoint, NextPageToken, PageQuery } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { AlertCause, AlertEpisode } from './episode/schema.ts';

export const AlertState = AlertEpisode.shape.state;
export type AlertState = z.infer<typeof AlertState>;

export const AlertMute = z
  .strictObject({
    until: UtcInstant.describe('Notifications are suspended until this time'),
    by: z.string().describe('Account that muted it'),
    why: z.string().describe('Reason'),
    at: UtcInstant.describe('Time of the mute'),
  })
  .describe('A mute: notifications of the episode are suspended until a time');
export type AlertMute = z.infer<typeof AlertMute>;

export const Alert = z
  .strictObject({
    ...AlertEpisode.shape,
    changedAt: UtcInstant.describe('Time of the last change of state'),
    closedAt: UtcInstant.nullable().describe('End of the episode; null: open'),
    closedAs: z
      .enum(['recovered', 'retrained', 'withdrawn', 'revised'])
      .nullable()
      .describe(
        '`recovered`: later windows were good; `retrained`: a new version replaced the model and is judged separately; `withdrawn`: the alert was removed from the monitor; `revised`: later labels show that there was no episode; null: open, or closed by an older server',
      ),
    reason: z.string().describe('Reason for the state, in one sentence'),
    mute: AlertMute.nullable().describe('Null: it is not muted'),
  })
  .describe('An episode of an alert in its current state');
export type Alert = z.infer<typeof Alert>;

export const AlertStep = z
  .strictObject({
    at: UtcInstant.describe('Time of the change'),
    state: AlertState,
    reason: z.string().describe('Reason for the change'),
  })
  .describe('A state of an episode');
export type AlertStep = z.infer<typeof AlertStep>;

export const AlertDetail = z
  .strictObject({
    ...Alert.shape,
    steps: z.array(AlertStep).describe('States of the episode, in order'),
  })
  .describe('An episode with its states');
export type AlertDetail = z.infer<typeof AlertDetail>;

export const listAlerts = endpoint({
  method: 'GET',
  path: '/api/v1/alerts',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List episodes of alerts: open episodes first, then the latest first',
  query: z.strictObject({
    monitor: Name.optional().describe('Only episodes of this monitor'),
    cause: AlertCause.optional().describe('Only episodes of this cause'),
    open: z.enum(['true', 'false']).optional().describe('Only open episodes (true), or only closed ones (false)'),
    ...PageQuery,
  }),
  response: z.strictObject({ alerts: z.array(Alert).describe('One page'), nextPageToken: NextPageToken }),
  errors: ['invalid_page_token'],
});

export const AlertStanding = z
  .strictObject({
    alert: z.string().describe('Name of the alert in the monitor'),
    cause: AlertCause,
    state: AlertState,
    since: UtcInstant.nullable().describe('Time of the change to this state; null: not evaluated yet'),
    lookedAt: UtcInstant.nullable().describe('Time of the last evaluation; null: never'),
    badInARow: z.number().int().describe('Consecutive bad evaluations'),
    reason: z.string().nullable().describe('Result of the last evaluation; null: not evaluated yet'),
    episode: z.string().nullable().describe('Id of the open episode; null: none'),
  })
  .describe('Status of an alert of a monitor');
export type AlertStanding = z.infer<typeof AlertStanding>;

export const listMonitorAlerts = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/alerts',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Show the status of each alert of a monitor',
  params: z.strictObject({ monitor: Name.describe('Name of the monitor') }),
  response: z.strictObject({ alerts: z.array(AlertStanding).describe('Alerts in the order of the monitor') }),
  errors: ['monitor_not_found'],
});

export const evaluateMonitor = endpoint({
  method: 'POST',
  path: '/api/v1/monitors/:monitor/evaluate',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Evaluate a monitor now, as the server does every minute: its complete drift windows and all of its alerts',
  params: z.strictObject({ monitor: Name.describe('Name of the monitor') }),
  response: z.strictObject({
    monitor: Name.describe('Name of the monitor'),
    evaluatedAt: UtcInstant.describe('End of the evaluation'),
    alerts: z.array(AlertStanding).describe('Status after it, in the order of the monitor'),
  }),
  errors: ['monitor_not_found'],
});

const params = z.strictObject({ episode: z.string().min(1).max(64).describe('Id of the episode') });

export const getAlert = endpoint({
  method: 'GET',
  path: '/api/v1/alerts/:episode',
  scope: 'mlops.read',
  reads: 'object',
  summary: 'Show one episode of an alert with its states',
  params,
  response: AlertDetail,
  errors: ['alert_not_found'],
});

export const muteAlert = endpoint({
  method: 'POST',
  path: '/api/v1/alerts/:episode/mute',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Mute an episode until a time: no notifications; the episode and its events continue',
  params,
  body: z.strictObject({
    until: UtcInstant.describe('End of the mute'),
    why: z.string().trim().min(1).max(500).describe('Reason'),
  }),
  response: Alert,
  errors: ['alert_not_found', 'alert_closed'],
});

export const unmuteAlert = endpoint({
  method: 'POST',
  path: '/api/v1/alerts/:episode/unmute',
  scope: 'mlops.write',
  reads: 'object',
  summary: 'Unmute an episode: notifications resume',
  params,
  response: Alert,
  errors: ['alert_not_found', 'alert_closed'],
});

export const alertHandling = defineHandlingEndpoints({
  ...{ noun: 'alert', path: '/api/v1/alerts/:episode', param: 'episode', notFound: 'alert_not_found' },
  ...{ read: 'mlops.read', write: 'mlops.write', reads: 'object' },
});
