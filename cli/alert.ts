import { AlertCause } from '../src/mlops/monitoring/alerts/episode/schema.ts';
import {
  type Alert,
  type AlertDetail,
  type AlertState,
  getAlert,
  listAlerts,
  muteAlert,
  unmuteAlert,
} from '../src/mlops/monitoring/alerts/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';
import { shownInstant, shownMoney } from './output/amounts.ts';
import { metricText } from './output/metrics.ts';
import type { Paint } from './output/paint.ts';
import { facts, table } from './output/table.ts';

const episode = { episode: { describe: 'Id of the episode' } };

const alertListCommand = command({
  path: ['alert', 'list'],
  summary: 'List episodes of alerts, those that are open first',
  example: `steelyard alert list --open
steelyard alert list --monitor ranker --cause drift`,
  needs: 'server',
  options: {
    open: { describe: 'Only those that are open' },
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
  summary: 'Show an episode of an alert: what shows it, what it costs, and how it went',
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
  summary: 'Tell nobody of an episode until an instant',
  example: `steelyard alert mute 4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21 --until 2026-11-12T08:00:00Z --why "known, retraining runs"
steelyard alert mute 4f0c2a6e-9d58-4c1b-8a35-6a1d0f3c7b21 --off`,
  needs: 'server',
  positionals: episode,
  options: {
    until: { value: 'INSTANT', schema: UtcInstant, describe: 'When it may tell again; needed without --off' },
    why: { value: 'TEXT', describe: 'Why; needed without --off' },
    off: { describe: 'Tells again from now on' },
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

function mutedText({ mute, alert, monitor }: Alert): string {
  const what = `The alert ${alert} of ${monitor}`;
  return mute === null ? `${what} tells again.` : `${what} tells nobody until ${shownInstant(mute.until)}.`;
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
      { title: 'OPENED', cell: ({ openedAt }) => shownInstant(openedAt) },
      { title: 'A DAY', align: 'decimal', cell: ({ moneyPerDay }) => shownMoney(moneyPerDay) },
      { title: 'WHY', cell: ({ reason }) => reason, least: 16 },
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
  const money = shownMoney(alert.moneyPerDay);
  const rows: [string, string | null][] = [
    ['monitor', `${alert.monitor} of ${alert.model}${alert.version === null ? '' : `, version ${alert.version}`}`],
    ['alert', `${alert.alert} (${alert.cause})`],
    ['state', stateText(alert)],
    ['why', alert.reason],
    ['window', `${shownInstant(window.start)} to ${shownInstant(window.end)}`],
    ['columns', columns.length === 0 ? null : columns.join(', ')],
    ['quality', loss === null ? null : lossText(loss)],
    ['worth a day', money],
    ['muted', mute === null ? null : `until ${shownInstant(mute.until)} by ${mute.by}: ${mute.why}`],
  ];
  const steps = alert.steps.map(({ at, state, reason }) => `${shownInstant(at)}  ${state}: ${reason}`);
  return [facts(rows, paint), '', ...steps].join('\n');
}

function lossText({ metric, reference, current, lower, upper, estimated }: NonNullable<Alert['loss']>): string {
  const interval = lower === null || upper === null ? '' : ` (${metricText(lower)} to ${metricText(upper)})`;
  const how = estimated ? 'estimated' : 'by labels';
  return `${metric} ${metricText(reference)} before, ${metricText(current)}${interval} now, ${how}`;
}

export const alertCommands = [alertListCommand, alertShowCommand, alertMuteCommand];
