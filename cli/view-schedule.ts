import {
  deleteViewSchedule,
  previewView,
  putViewSchedule,
  SendInterval,
  sendView,
  type ViewSchedule,
  type ViewScheduleSpec,
  Weekday,
} from '../src/tradeoff/view-schedules/schema.ts';
import { command } from './frame/command.ts';
import { formatInstant } from './output/amounts.ts';
import { facts } from './output/table.ts';
import { resolveView, viewPositional } from './view-names.ts';

export function scheduleFacts({
  every,
  weekday,
  dayOfMonth,
  hour,
  timeZone,
  channel,
  paused,
  owner,
  nextAt,
  last,
}: ViewSchedule) {
  const day = `${weekday.charAt(0).toUpperCase()}${weekday.slice(1)}`;
  const on = every === 'week' ? ` on ${day}` : every === 'month' ? ` on day ${dayOfMonth}` : '';
  const time = `each ${every}${on} at ${String(hour).padStart(2, '0')}:00 (${timeZone})`;
  const state =
    last === null
      ? 'none'
      : [last.state ?? 'not sent', formatInstant(last.sentAt), last.error].filter(Boolean).join(', ');
  return [
    ...([
      ['schedule', paused ? `${time}, paused` : time],
      ['channel', channel],
      ['scheduled by', owner],
    ] as const),
    ...([
      ['next', nextAt === null ? null : formatInstant(nextAt)],
      ['last delivery', state],
    ] as const),
  ] as const;
}

const scheduleCommand = command({
  path: ['view', 'schedule'],
  summary: 'Send a view to an alert channel each day, week or month',
  example: `steelyard view schedule "Cost by team" --channel finance-mail --every week --weekday monday --hour 8 --time-zone Europe/Berlin
steelyard view schedule "Cost by team" --channel finance-mail --every month --paused`,
  needs: 'server',
  positionals: { view: viewPositional },
  options: {
    channel: { value: 'NAME', required: true, describe: 'Alert channel (notification route)' },
    every: { value: SendInterval.options.join('|'), fallback: 'week', schema: SendInterval, describe: 'Interval' },
    weekday: { value: 'DAY', fallback: 'monday', schema: Weekday, describe: 'Weekday, with --every week' },
    day: { value: 'N', fallback: '1', describe: 'Day of the month, 1 to 28, with --every month' },
    hour: { value: 'N', fallback: '8', describe: 'Hour of the day, 0 to 23' },
    timeZone: { value: 'ZONE', fallback: 'UTC', describe: 'IANA time zone of the hour' },
    paused: { describe: 'Keep the schedule and send nothing' },
  },
  run: async (context, { view: given, day, hour, ...spec }) => {
    const client = await context.client();
    const view = await resolveView(client, given);
    const body: ViewScheduleSpec = { ...spec, dayOfMonth: Number(day), hour: Number(hour) };
    const schedule = await client.call(putViewSchedule, { params: { view }, body });
    await context.answer(schedule, () => facts(scheduleFacts(schedule), context.paint));
    return 0;
  },
});

const unscheduleCommand = command({
  path: ['view', 'unschedule'],
  summary: 'Stop sending a view',
  example: 'steelyard view unschedule "Cost by team"',
  needs: 'server',
  positionals: { view: viewPositional },
  run: async (context, { view: given }) => {
    const client = await context.client();
    const params = { view: await resolveView(client, given) };
    const schedule = await client.call(deleteViewSchedule, { params });
    await context.answer(schedule, () => `The view ${schedule.view} is no longer sent to ${schedule.channel}.`);
    return 0;
  },
});

const sendCommand = command({
  path: ['view', 'send'],
  summary: 'Send the message of a scheduled view now; steelyard view show has the result',
  example: 'steelyard view send "Cost by team"',
  needs: 'server',
  positionals: { view: viewPositional },
  run: async (context, { view: given }) => {
    const client = await context.client();
    const params = { view: await resolveView(client, given) };
    const schedule = await client.call(sendView, { params });
    await context.answer(schedule, () => facts(scheduleFacts(schedule), context.paint));
    return 0;
  },
});

const messageCommand = command({
  path: ['view', 'message'],
  summary: 'Show the message that a view would send now',
  example: 'steelyard view message "Cost by team" --every month',
  needs: 'server',
  positionals: { view: viewPositional },
  options: {
    every: { value: SendInterval.options.join('|'), fallback: 'week', schema: SendInterval, describe: 'Interval' },
  },
  run: async (context, { view: given, every }) => {
    const client = await context.client();
    const params = { view: await resolveView(client, given) };
    const message = await client.call(previewView, { params, query: { every } });
    await context.answer(message, () => message.text);
    return 0;
  },
});

export const scheduleCommands = [scheduleCommand, unscheduleCommand, sendCommand, messageCommand];
