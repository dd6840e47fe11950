import { z } from 'zod';
import { Name } from '../../../org/schema.ts';
import { endpoint, NextPageToken, PageQuery } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { AlertCause, AlertEpisode } from './episode/schema.ts';

export const AlertState = AlertEpisode.shape.state;
export type AlertState = z.infer<typeof AlertState>;

export const AlertMute = z
  .strictObject({
    until: UtcInstant.describe('No notice is sent until then'),
    by: z.string().describe('Account that muted it'),
    why: z.string().describe('Why'),
    at: UtcInstant.describe('When it did'),
  })
  .describe('Its notices are suspended for a while');
export type AlertMute = z.infer<typeof AlertMute>;

export const Alert = z
  .strictObject({
    ...AlertEpisode.shape,
    changedAt: UtcInstant.describe('When it came to its state'),
    closedAt: UtcInstant.nullable().describe('When it ended; null: it is open'),
    closedAs: z
      .enum(['recovered', 'retrained', 'withdrawn', 'revised'])
      .nullable()
      .describe(
        '`recovered`: looks were good again; `retrained`: a new version answered it and is judged separately; `withdrawn`: the alert was removed from the monitor; `revised`: later labels show that there was no episode; null: open, or closed by an older server',
      ),
    reason: z.string().describe('What shows it, in a sentence'),
    mute: AlertMute.nullable().describe('Null: it is not muted'),
  })
  .describe('An episode of an alert, as it is now');
export type Alert = z.infer<typeof Alert>;

export const AlertStep = z
  .strictObject({
    at: UtcInstant.describe('When'),
    state: AlertState,
    reason: z.string().describe('What showed it'),
  })
  .describe('A state that an episode came to');
export type AlertStep = z.infer<typeof AlertStep>;

export const AlertDetail = z
  .strictObject({
    ...Alert.shape,
    steps: z.array(AlertStep).describe('States that it came to, in order'),
  })
  .describe('An episode with its story');
export type AlertDetail = z.infer<typeof AlertDetail>;

export const listAlerts = endpoint({
  method: 'GET',
  path: '/api/v1/alerts',
  scope: 'mlops.read',
  summary: 'Episodes of alerts, those that are open first, then the latest first',
  query: z.strictObject({
    monitor: Name.optional().describe('Only of this monitor'),
    cause: AlertCause.optional().describe('Only of this cause'),
    open: z.enum(['true', 'false']).optional().describe('Only those that are open, or only those that are not'),
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
    since: UtcInstant.nullable().describe('When it came to this state; null: nobody has looked yet'),
    lookedAt: UtcInstant.nullable().describe('When it was last looked at; null: never'),
    badInARow: z.number().int().describe('Looks in a row that were bad'),
    reason: z.string().nullable().describe('What the last look showed; null: nobody has looked yet'),
    episode: z.string().nullable().describe('Id of the episode that is open; null: none'),
  })
  .describe('Where an alert of a monitor stands');
export type AlertStanding = z.infer<typeof AlertStanding>;

export const listMonitorAlerts = endpoint({
  method: 'GET',
  path: '/api/v1/monitors/:monitor/alerts',
  scope: 'mlops.read',
  summary: 'Where the alerts of a monitor stand',
  params: z.strictObject({ monitor: Name.describe('Name of the monitor') }),
  response: z.strictObject({ alerts: z.array(AlertStanding).describe('In the order of the monitor') }),
  errors: ['monitor_not_found'],
});

const params = z.strictObject({ episode: z.string().min(1).max(64).describe('Id of the episode') });

export const getAlert = endpoint({
  method: 'GET',
  path: '/api/v1/alerts/:episode',
  scope: 'mlops.read',
  summary: 'One episode of an alert, and how it went',
  params,
  response: AlertDetail,
  errors: ['alert_not_found'],
});

export const muteAlert = endpoint({
  method: 'POST',
  path: '/api/v1/alerts/:episode/mute',
  scope: 'mlops.write',
  summary: 'Tell nobody of an episode until an instant; it goes on, and events of it too',
  params,
  body: z.strictObject({
    until: UtcInstant.describe('When it may tell again'),
    why: z.string().trim().min(1).max(500).describe('Why'),
  }),
  response: Alert,
  errors: ['alert_not_found', 'alert_closed'],
});

export const unmuteAlert = endpoint({
  method: 'POST',
  path: '/api/v1/alerts/:episode/unmute',
  scope: 'mlops.write',
  summary: 'Tell of an episode again',
  params,
  response: Alert,
  errors: ['alert_not_found', 'alert_closed'],
});
