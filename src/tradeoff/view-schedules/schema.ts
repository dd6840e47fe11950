import { z } from 'zod';
import { Name } from '../../org/schema.ts';
import { endpoint, SMALL_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { DeliveryState } from '../../platform/notification-routes/schema.ts';
import { Currency, DecimalString, UtcInstant } from '../../platform/units/schema.ts';
import { ViewId } from '../views/schema.ts';

export const SendInterval = z.enum(['day', 'week', 'month']).describe('Interval of the messages');
export type SendInterval = z.infer<typeof SendInterval>;

export const Weekday = z
  .enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])
  .describe('Weekday of a weekly message');
export type Weekday = z.infer<typeof Weekday>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const TimeZone = z
  .string()
  .max(60)
  .regex(/^[A-Za-z][\w+/-]*$/, 'an IANA time zone such as "Europe/Berlin"')
  .refine(isTimeZone, 'an IANA time zone such as "Europe/Berlin"')
  .describe('IANA time zone of the hour, such as Europe/Berlin');

const Timing = {
  every: SendInterval,
  weekday: Weekday.default('monday').describe('Weekday of a weekly message; without effect on the others'),
  dayOfMonth: z.number().int().min(1).max(28).default(1).describe('Day of a monthly message, 1 to 28'),
  hour: z.number().int().min(0).max(23).default(8).describe('Hour of the day, 0 to 23'),
  timeZone: TimeZone.default('UTC'),
};

export const ViewScheduleSpec = z
  .strictObject({
    ...Timing,
    channel: Name.describe('Alert channel (notification route) that receives the messages'),
    paused: z.boolean().default(false).describe('true: nothing is sent until it is false again'),
  })
  .describe('Times at which a view is sent, and its channel');
export type ViewScheduleSpec = z.infer<typeof ViewScheduleSpec>;

const Days = z
  .strictObject({
    from: z.string().describe('First billing month, or first charge day in UTC'),
    to: z.string().describe('Last billing month, or last charge day in UTC; included'),
  })
  .describe('Period of the figures');

const Amount = {
  currency: Currency,
  amount: DecimalString.describe('Exact sum'),
  before: DecimalString.nullable().describe(
    'Exact sum of the compared period; null: nothing was charged, or no comparison',
  ),
};

export const ViewFigures = z
  .strictObject({
    period: Days.nullable().describe('null: all bills'),
    compared: Days.nullable().describe('Period of the comparison; null: none'),
    metric: z.string().describe('FOCUS cost column that is added up'),
    totals: z.array(z.strictObject(Amount)).describe('By currency'),
    rows: z
      .array(z.strictObject({ label: z.string().describe('Values of the dimensions'), ...Amount }))
      .describe('Largest groups, at most 5'),
    others: z.number().int().describe('Groups that are not listed'),
    notes: z.array(z.string()).describe('Data that the figures leave out'),
  })
  .describe('Headline figures of a view of Costs, as the page shows them');
export type ViewFigures = z.infer<typeof ViewFigures>;

export const ViewSummary = z
  .strictObject({
    headline: z.string().describe('The figures of the page in one phrase'),
    lines: z
      .array(
        z.strictObject({
          label: z.string().describe('Budget, anomaly, action, model, endpoint or tile'),
          text: z.string().describe('Its figures in words'),
          amount: DecimalString.nullable().describe('Its exact amount; null: none, or unknown'),
          currency: Currency.nullable().describe('Currency of `amount`; null without one'),
        }),
      )
      .describe('The largest or gravest, at most 5; of the overview, its six tiles'),
    others: z.number().int().describe('Lines that are not listed'),
    notes: z.array(z.string()).describe('Data that the figures leave out'),
  })
  .describe('Headline figures of a view of another page than Costs, as the page shows them');
export type ViewSummary = z.infer<typeof ViewSummary>;

export const ViewMessage = z
  .strictObject({
    title: z.string().describe('First line'),
    text: z.string().describe('The whole message as plain text'),
    link: z.string().describe('Path and parameters of the page with the same figures'),
    figures: ViewFigures.nullable().describe('Figures of a view of Costs; null: another page, or none, see reason'),
    summary: ViewSummary.nullable().describe('Figures of a view of another page; null: Costs, or none, see reason'),
    reason: z.string().nullable().describe('Reason for a message without figures; null: it has figures'),
  })
  .describe('Message of a view');
export type ViewMessage = z.infer<typeof ViewMessage>;

export const ViewDelivery = z
  .strictObject({
    trigger: z.enum(['schedule', 'request']).describe('schedule: at its time; request: it was sent on demand'),
    dueAt: UtcInstant.describe('Time for which it was sent'),
    sentAt: UtcInstant.describe('Time at which the message was made'),
    channel: z.string().describe('Alert channel'),
    state: DeliveryState.nullable().describe(
      'State of the delivery; null: nothing was filed, or the log no longer has it',
    ),
    error: z.string().nullable().describe('Reason for the last failure; null: none'),
    hasFigures: z.boolean().describe('false: the message has the link only'),
  })
  .describe('Message of a view that was sent');
export type ViewDelivery = z.infer<typeof ViewDelivery>;

export const ViewSchedule = z
  .strictObject({
    view: ViewId,
    ...Timing,
    channel: z.string().describe('Alert channel that receives the messages'),
    paused: z.boolean().describe('true: nothing is sent'),
    owner: z.string().describe('Account that scheduled it; figures are read with its permissions'),
    nextAt: UtcInstant.nullable().describe('Time of the next message; null: paused'),
    last: ViewDelivery.nullable().describe('Last message; null: none was sent yet'),
  })
  .describe('Schedule of a saved view');
export type ViewSchedule = z.infer<typeof ViewSchedule>;

const params = z.strictObject({ view: ViewId });

export const listViewSchedules = endpoint({
  method: 'GET',
  path: '/api/v1/view-schedules',
  scope: 'platform.read',
  reads: 'none',
  summary: 'List the schedules of the views that you see',
  response: z.strictObject({ schedules: z.array(ViewSchedule).describe('By id of the view, at most 1,000') }),
  errors: [],
});

export const getViewSchedule = endpoint({
  method: 'GET',
  path: '/api/v1/views/:view/schedule',
  scope: 'platform.read',
  reads: 'none',
  summary: 'Get the schedule of a view with its last delivery',
  params,
  response: ViewSchedule,
  errors: ['view_not_found', 'view_schedule_not_found'],
});

export const putViewSchedule = endpoint({
  method: 'PUT',
  path: '/api/v1/views/:view/schedule',
  scope: 'account.self',
  reads: 'none',
  summary: 'Send a view to an alert channel each day, week or month; replaces its schedule',
  params,
  body: ViewScheduleSpec,
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  response: ViewSchedule,
  errors: ['view_not_found', 'not_permitted', 'notification_route_not_found'],
});

export const deleteViewSchedule = endpoint({
  method: 'DELETE',
  path: '/api/v1/views/:view/schedule',
  scope: 'account.self',
  reads: 'none',
  summary: 'Stop sending a view; the response has its schedule',
  params,
  response: ViewSchedule,
  errors: ['view_not_found', 'view_schedule_not_found', 'not_permitted'],
});

export const sendView = endpoint({
  method: 'POST',
  path: '/api/v1/views/:view/schedule/send',
  scope: 'account.self',
  reads: 'none',
  bodyLimitBytes: SMALL_BODY_LIMIT_BYTES,
  summary: 'Send the message of a scheduled view now; the schedule shows the result',
  params,
  response: ViewSchedule,
  errors: ['view_not_found', 'view_schedule_not_found', 'not_permitted', 'notification_route_not_found'],
});

export const previewView = endpoint({
  method: 'GET',
  path: '/api/v1/views/:view/message',
  scope: 'finops.read',
  reads: ['totals', 'team'],
  summary: 'Get the message that a view would send now',
  params,
  query: z.strictObject({
    every: SendInterval.default('week'),
    timeZone: TimeZone.default('UTC'),
  }),
  response: ViewMessage,
  errors: ['view_not_found'],
});
