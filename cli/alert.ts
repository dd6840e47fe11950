import { z } from 'zod';
import { type BacktestedAlert, backtestAlerts } from '../src/mlops/monitoring/alerts/backtest/schema.ts';
import { AlertCause } from '../src/mlops/monitoring/alerts/episode/schema.ts';
import {
  type Alert,
  type AlertDetail,
  type AlertState,
  alertHandling,
  getAlert,
  listAlerts,
  muteAlert,
  unmuteAlert,
} from '../src/mlops/monitoring/alerts/schema.ts';
import { AlertRule } from '../src/mlops/monitors/alerts/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { buildHandlingCommands } from './handling.ts';
import { counted, formatCount, formatInstant, formatMoney } from './output/amounts.ts';
import { metricText } from './output/metrics.ts';
import type { Paint } from './output/paint.ts';
import { facts, table } from './output/table.ts';

/** Kinds of alerts that a back-test covers. */
const BACKTESTED = ['drift', 'quality', 'estimated_quality'] as const;

const episode = { episode: { describe: 'Id of the episode' } };

const alertListCommand = command({
  path: ['alert', 'list'],
  summary: 'List alert episodes, open ones first',
  example: `steelyard alert list --open
steelyard alert list --monitor ranker --cause drift`,
  needs: 'server',
  options: {
    open: { describe: 'Only open episodes' },
    monitor: { value: 'NAME', schema: listAlerts.query.shape.monitor, describe: 'Only of this monitor' },
    cause: { value: AlertCause.options.join('|'), schema: AlertCause, describe: 'Only of this cause' },
  },
  run: async (context, { open, ...selection }) => {
    const query = { ...selection, ...(open ? { open: 'true' as const } : {}) };
    const page = await (await context.client()).call(listAlerts, { query });
    await context.answer(page, () => alertsText(page.alerts, context));
    if (page.alerts.length === 0) await context.remark(open ? 'No episode is open.' : 'There has been no episode.');
    if (page.nextPageToken !== null) await context.remark('There are more, older ones. Narrow it with --monitor.');
    return 0;
  },
});

const alertShowCommand = command({
  path: ['alert', 'show'],
  summary: 'Show an alert episode: its evidence, cost and history',
  example: 'steelyard alert show 4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21',
  needs: 'server',
  positionals: episode,
  run: async (context, params) => {
    const alert = await (await context.client()).call(getAlert, { params });
    await context.answer(alert, () => alertText(alert, context));
    return 0;
  },
});

const alertMuteCommand = command({
  path: ['alert', 'mute'],
  summary: 'Mute the notifications of an alert episode until a time',
  example: `steelyard alert mute 4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21 --until 2026-11-12T08:00:00Z --why "known, retraining runs"
steelyard alert mute 4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21 --off`,
  needs: 'server',
  positionals: episode,
  options: {
    until: { value: 'INSTANT', schema: UtcInstant, describe: 'End of the mute; required without --off' },
    why: { value: 'TEXT', describe: 'Reason; required without --off' },
    off: { describe: 'Unmute now' },
  },
  run: async (context, { episode: id, until, why, off }) => {
    if (!off && (until === undefined || why === undefined)) {
      throw new CommandError('usage', '"alert mute" needs --until and --why, or --off. See "alert mute --help".');
    }
    const client = await context.client();
    const params = { episode: id };
    const alert = off
      ? await client.call(unmuteAlert, { params })
      : await client.call(muteAlert, { params, body: { until: until ?? '', why: why ?? '' } });
    await context.answer(alert, () => mutedText(alert));
    return 0;
  },
});

const Share = z.coerce.number().gt(0).max(1);
const Figure = z.coerce.number();
const Count = z.coerce.number().int().min(1);

const alertBacktestCommand = command({
  path: ['alert', 'backtest'],
  summary: 'Test alerts on past windows: how often, when and how long they open',
  example: `steelyard alert backtest ranker
steelyard alert backtest ranker --on drift --share 0.3
steelyard alert backtest ranker --on quality --metric accuracy --worse-than 0.9 --window-hours 168`,
  needs: 'server',
  positionals: { monitor: { describe: 'Name of the monitor' } },
  options: {
    on: {
      value: BACKTESTED.join('|'),
      schema: z.enum(BACKTESTED),
      describe: 'Cause of a trial alert; default: the alerts of the monitor',
    },
    share: { value: 'SHARE', schema: Share, describe: 'With --on drift: smallest share of drifted columns' },
    metric: { value: 'NAME', describe: 'With --on quality or estimated_quality: the metric' },
    worseThan: { value: 'NUMBER', schema: Figure, describe: 'Limit of the metric' },
    windowHours: { value: 'HOURS', schema: Count, describe: 'Hours of predictions in one evaluation; default 24' },
    open: { value: 'COUNT', schema: Count, describe: 'Consecutive failing windows that open an episode; default 1' },
    close: { value: 'COUNT', schema: Count, describe: 'Consecutive passing windows that close it; default 2' },
    start: { value: 'INSTANT', schema: UtcInstant, describe: 'Only windows that start at or after this time' },
    end: { value: 'INSTANT', schema: UtcInstant, describe: 'Only windows that end at or before this time' },
  },
  run: async (context, { monitor, on, start, end, ...rule }) => {
    const alerts = on === undefined ? undefined : [parseRule({ name: 'backtest', on, ...rule })];
    const client = await context.client();
    const answer = await client.call(backtestAlerts, { params: { monitor }, body: { alerts, start, end } });
    await context.answer(answer, () => answer.alerts.map((alert) => backtestText(alert, context)).join('\n\n'));
    if (answer.alerts.length === 0) await context.remark('The monitor has no alerts. Try one with --on.');
    return 0;
  },
});

function parseRule(options: Readonly<Record<string, unknown>>): AlertRule {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const rule = AlertRule.safeParse(given);
  if (rule.success) return rule.data;
  const [issue] = rule.error.issues;
  throw new CommandError('usage', `The alert is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
}

function backtestText(
  { alert, cause, windows, unknown, reason, episodes, openHours, alerts, warnings }: BacktestedAlert,
  { paint }: Context,
) {
  if (reason !== null) return `${alert} (${cause}): ${reason}`;
  const days = formatCount(Math.round(openHours / 24));
  const summary = `${alert} (${cause}): ${counted(episodes.length, 'episode')} in ${counted(windows, 'window')}, open for ${days} days. Alerts: ${alerts}, warnings: ${warnings}, nothing known: ${unknown}.`;
  if (episodes.length === 0) return summary;
  const rows = table(
    episodes,
    [
      { title: 'OPENED', cell: ({ openedAt }) => formatInstant(openedAt) },
      { title: 'CLOSED', cell: ({ closedAt }) => (closedAt === null ? 'open' : formatInstant(closedAt)) },
      { title: 'HOURS', align: 'right', cell: ({ hours }) => formatCount(Math.round(hours)) },
      { title: 'STATE', cell: ({ state }) => state.replace('_', ' '), style: ({ state }) => stateStyle(state, paint) },
      { title: 'REASON', cell: (episode) => episode.reason, least: 16 },
    ],
    paint,
  );
  return [summary, '', rows].join('\n');
}

function mutedText({ mute, alert, monitor }: Alert): string {
  const what = `The alert ${alert} of ${monitor}`;
  return mute === null ? `${what} is unmuted.` : `${what} is muted until ${formatInstant(mute.until)}.`;
}

function alertsText(alerts: readonly Alert[], { paint }: Context): string {
  if (alerts.length === 0) return '';
  return table(
    alerts,
    [
      { title: 'EPISODE', cell: ({ episode: id }) => id },
      { title: 'MONITOR', cell: ({ monitor }) => monitor },
      { title: 'ALERT', cell: ({ alert }) => alert },
      { title: 'CAUSE', cell: ({ cause }) => cause },
      { title: 'STATE', cell: stateText, style: ({ state }) => stateStyle(state, paint) },
      { title: 'OPENED', cell: ({ openedAt }) => formatInstant(openedAt) },
      { title: 'PER DAY', align: 'decimal', cell: ({ moneyPerDay }) => formatMoney(moneyPerDay) },
      { title: 'REASON', cell: ({ reason }) => reason, least: 16 },
    ],
    paint,
  );
}

function stateText({ state, closedAt, mute }: Alert): string {
  if (closedAt !== null) return 'over';
  return mute === null ? state.replace('_', ' ') : `${state.replace('_', ' ')}, muted`;
}

/** Colour of a state. */
export function stateStyle(state: AlertState, paint: Paint): (text: string) => string {
  if (state === 'ok') return paint.good;
  return state === 'alert' ? paint.bad : paint.waiting;
}

function alertText(alert: AlertDetail, { paint }: Context): string {
  const { loss, mute, columns, window } = alert;
  const money = formatMoney(alert.moneyPerDay);
  const rows: [string, string | null][] = [
    ['monitor', `${alert.monitor} of ${alert.model}${alert.version === null ? '' : `, version ${alert.version}`}`],
    ['alert', `${alert.alert} (${alert.cause})`],
    ['state', stateText(alert)],
    ['reason', alert.reason],
    ['window', `${formatInstant(window.start)} to ${formatInstant(window.end)}`],
    ['columns', columns.length === 0 ? null : columns.join(', ')],
    ['quality', loss === null ? null : lossText(loss)],
    ['worth per day', money],
    ['muted', mute === null ? null : `until ${formatInstant(mute.until)} by ${mute.by}: ${mute.why}`],
  ];
  const steps = alert.steps.map(({ at, state, reason }) => `${formatInstant(at)}  ${state}: ${reason}`);
  return [facts(rows, paint), '', ...steps].join('\n');
}

function lossText({ metric, reference, current, lower, upper, estimated }: NonNullable<Alert['loss']>): string {
  const interval = lower === null || upper === null ? '' : ` (${metricText(lower)} to ${metricText(upper)})`;
  const how = estimated ? 'estimated' : 'by labels';
  return `${metric} ${metricText(reference)} before, ${metricText(current)}${interval} now, ${how}`;
}

const handlingCommands = buildHandlingCommands(alertHandling, {
  ...{ noun: 'alert', thing: 'alert', param: 'episode', example: '4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21' },
});

export const alertCommands = [
  ...[alertListCommand, alertShowCommand, alertMuteCommand, alertBacktestCommand],
  ...handlingCommands,
];
