import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery, SMALL_BODY_LIMIT_BYTES } from '../contract/schema.ts';
import { NotifyTarget, Severity } from '../notices/schema.ts';
import { UtcInstant } from '../units/schema.ts';

/** Most notices that one digest lists; it states the number of the others. */
export const MOST_LISTED = 50;

export const Topic = z
  .enum(['budget', 'anomaly', 'forecast', 'alert', 'decision', 'optimization', 'idle', 'retraining', 'report'])
  .describe(
    'Topic of a notice. budget: a budget crossed a threshold, is exhausted or stopped work. forecast: a budget is forecast to be passed. anomaly, alert, decision, optimization, idle (idle policies), retraining: changes of these. report: scheduled reports',
  );
export type Topic = z.infer<typeof Topic>;

const named = z.string().min(1).max(250);
const names = (of: string) => z.array(named).min(1).max(100).optional().describe(of);

export const RouteMatch = z
  .strictObject({
    topics: z.array(Topic).min(1).max(20).optional().describe('Only these topics; default: all but report'),
    teams: names(
      'Only notices of these teams. A notice of several teams matches when all of them are listed; a notice without a team does not match',
    ),
    projects: names('Only notices of these projects'),
    models: names('Only notices of these registered models'),
    endpoints: names('Only notices of these serving endpoints'),
    minSeverity: Severity.default('info').describe('Least severity; default info: all'),
  })
  .describe('Notices that the route delivers: those that match every field');
export type RouteMatch = z.infer<typeof RouteMatch>;

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "08:00"')
  .describe('Time of day in UTC, HH:MM');

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export const Digest = z
  .strictObject({
    every: z.enum(['hour', 'day', 'week']).describe('Interval of the digests'),
    at: TimeOfDay.optional().describe('Time of day in UTC of a daily or weekly digest; default 08:00'),
    on: z.enum(WEEKDAYS).optional().describe('Weekday of a weekly digest; default monday'),
  })
  .refine(({ every, at }) => every !== 'hour' || at === undefined, 'no `at` with every: hour; it is sent on the hour')
  .refine(({ every, on }) => every === 'week' || on === undefined, '`on` only with every: week')
  .describe(`Collects notices and sends one message: the first ${MOST_LISTED} and the number of the others`);
export type Digest = z.infer<typeof Digest>;

export const MuteWindow = z
  .strictObject({
    from: TimeOfDay.describe('Start, in UTC'),
    to: TimeOfDay.describe('End, in UTC; before `from`: on the next day'),
  })
  .refine(({ from, to }) => from !== to, 'a window of less than a day')
  .describe('Daily window without messages; notices wait for its end');
export type MuteWindow = z.infer<typeof MuteWindow>;

/** `kind: NotificationRoute` of `steelyard apply`. */
export const NotificationRouteSpec = z
  .strictObject({
    match: RouteMatch.prefault({}),
    to: NotifyTarget,
    owner: named.optional().describe('Account or team that answers for the route'),
    digest: Digest.optional().describe('Default: each notice is sent immediately'),
    mute: MuteWindow.optional().describe('Default: never muted'),
  })
  .describe('Recipient of notices, and the notices that it receives');
export type NotificationRouteSpec = z.output<typeof NotificationRouteSpec>;

export const DeliveryState = z
  .enum(['waiting', 'retrying', 'delivered', 'failed', 'digested'])
  .describe(
    'waiting: not tried, or held for a digest or the end of a mute window. retrying: tries failed and another follows. digested: included in a digest, which has its own delivery',
  );
export type DeliveryState = z.infer<typeof DeliveryState>;

export const NotificationDelivery = z
  .strictObject({
    delivery: z.string().describe('Id of the delivery'),
    route: z
      .string()
      .describe('Name of the route; `<kind>/<name>#<position>` for a recipient that a document names itself'),
    target: z.string().describe('Recipient without secrets: host of a webhook, secret reference, e-mail address'),
    notice: z.string().describe('Idempotency id of the notice, the same at every try and in the message'),
    topic: z.string().describe('Topic, `test` or `digest`'),
    severity: Severity,
    subject: z.string().describe('Subject of the notice, such as "budget/recs"'),
    title: z.string().describe('First line of the notice'),
    state: DeliveryState,
    at: UtcInstant.describe('Time of the notice'),
    tries: z.number().int().describe('Tries that have begun'),
    nextTryAt: UtcInstant.nullable().describe('Next try; null: none follows'),
    endedAt: UtcInstant.nullable().describe('Time of the last state change to delivered, failed or digested'),
    responseStatus: z.number().int().nullable().describe('HTTP status of the last try; null: no HTTP answer'),
    error: z.string().nullable().describe('Reason for the last failure; null: none'),
    digest: z.string().nullable().describe('Delivery of the digest that includes it; null: none'),
  })
  .describe('Delivery of one notice to one recipient');
export type NotificationDelivery = z.infer<typeof NotificationDelivery>;

export const NotificationRoute = z
  .strictObject({
    name: z.string().describe('Name'),
    owner: z.string().nullable().describe('Account or team that answers for the route; null: not stated'),
    target: z.string().describe('Recipient without secrets'),
    match: RouteMatch,
    digest: Digest.nullable().describe('null: each notice is sent immediately'),
    mute: MuteWindow.nullable().describe('null: never muted'),
    active: z.number().int().describe('Deliveries that wait or are retried'),
    lastDelivery: NotificationDelivery.nullable().describe('Newest delivery; null: none'),
  })
  .describe('A notification route and the state of its deliveries');
export type NotificationRoute = z.infer<typeof NotificationRoute>;

const RouteParams = z.strictObject({ route: named.describe('Name of the route') });

export const listNotificationRoutes = endpoint({
  method: 'GET',
  path: '/api/v1/notification-routes',
  scope: 'platform.read',
  reads: 'team',
  summary: 'List the notification routes with their last delivery',
  response: z.strictObject({ routes: z.array(NotificationRoute).describe('By name') }),
  errors: [],
});

export const getNotificationRoute = endpoint({
  method: 'GET',
  path: '/api/v1/notification-routes/:route',
  scope: 'platform.read',
  reads: 'team',
  summary: 'Get a notification route',
  params: RouteParams,
  response: z.strictObject({
    ...NotificationRoute.shape,
    manifest: z.string().describe('The document as YAML; addresses that are secrets are references'),
  }),
  errors: ['notification_route_not_found'],
});

export const deleteNotificationRoute = endpoint({
  method: 'DELETE',
  path: '/api/v1/notification-routes/:route',
  scope: 'platform.apply',
  summary: 'Delete a notification route; its waiting deliveries fail and stay in the log',
  params: RouteParams,
  response: z.strictObject({ cancelled: z.number().int().describe('Deliveries that waited or were retried') }),
  errors: ['notification_route_not_found'],
});

export const testNotificationRoute = endpoint({
  method: 'POST',
  path: '/api/v1/notification-routes/:route/test',
  scope: 'platform.write',
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  summary: 'Send a test message now, once, and return the result',
  params: RouteParams,
  response: NotificationDelivery,
  errors: ['notification_route_not_found'],
});

export const listNotificationDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/notification-deliveries',
  scope: 'platform.read',
  reads: 'team',
  summary: 'List deliveries of notices, newest first; ended ones are kept for 90 days',
  query: z.strictObject({
    route: z.string().max(250).optional().describe('Only of this route'),
    state: DeliveryState.optional().describe('Only in this state'),
    topic: z.string().max(50).optional().describe('Only of this topic'),
    ...PageQuery,
  }),
  response: z.strictObject({
    deliveries: z.array(NotificationDelivery).describe('Newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
