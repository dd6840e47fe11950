import type { z } from 'zod';
import { evaluateMonitor } from '../src/mlops/monitoring/alerts/schema.ts';
import {
  listMonitors,
  type Monitor,
  type MonitorWindow,
  type ShownQuality,
  showMonitor,
  WINDOWS,
} from '../src/mlops/monitors/schema.ts';
import { UtcInstant } from '../src/platform/units/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { alertsText, watchedBy, watchedText } from './monitor-watch.ts';
import { counted, formatCount } from './output/amounts.ts';
import { table } from './output/table.ts';

const monitorListCommand = command({
  path: ['monitor', 'list'],
  summary: 'List the monitors with their models and status',
  example: 'steelyard monitor list',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listMonitors);
    await context.answer(answer, () => listText(answer.monitors, context));
    if (answer.monitors.length === 0)
      await context.remark('No model is watched. docs/monitoring.md says how to begin.');
    return 0;
  },
});

const monitorShowCommand = command({
  path: ['monitor', 'show'],
  summary: 'Show labels, quality, latency, drift and alerts of a monitored model',
  example: `steelyard monitor show ranker --by day --start 2026-11-01T00:00:00Z
steelyard monitor show ranker --slice country --by all
steelyard monitor show ranker --known-at 2026-11-10T00:00:00Z`,
  needs: 'server',
  positionals: { monitor: { describe: 'Name of the monitor' } },
  options: {
    by: {
      value: WINDOWS.join('|'),
      schema: showMonitor.query.shape.by,
      fallback: 'day',
      describe: 'Length of the windows',
    },
    slice: { value: 'INPUT', describe: 'One row for each value of this input' },
    mostValues: {
      value: 'COUNT',
      schema: showMonitor.query.shape.mostValues.unwrap(),
      describe: 'With --slice: most values to list, those with the most predictions',
    },
    modelVersion: { value: 'VERSION', describe: 'Only of this version' },
    endpoint: { value: 'NAME', describe: 'Only of this endpoint' },
    environment: { value: 'NAME', describe: 'Only of this environment' },
    variant: { value: 'NAME', describe: 'Only those that this variant of an endpoint answered' },
    start: { value: 'INSTANT', schema: UtcInstant, describe: 'Only predictions made at or after this time' },
    end: { value: 'INSTANT', schema: UtcInstant, describe: 'Only predictions made before this time' },
    knownAt: {
      value: 'INSTANT',
      schema: UtcInstant,
      describe: 'State known at this time; later arrivals are left out',
    },
  },
  run: async (context, { monitor, ...query }) => {
    const client = await context.client();
    const report = await client.call(showMonitor, { params: { monitor }, query });
    const watching = await watchedBy(client, report);
    await context.answer({ ...report, ...watching }, () =>
      [windowsText(report, context), ...watchedText(watching, context)].join('\n').replace(/^\n+/, ''),
    );
    if (report.windows.length === 0) await context.remark('No stored prediction of this model for that time.');
    return 0;
  },
});

const monitorEvaluateCommand = command({
  path: ['monitor', 'evaluate'],
  summary: 'Evaluate a monitor now: complete drift windows and all alerts',
  example: 'steelyard monitor evaluate ranker',
  needs: 'server',
  positionals: { monitor: { describe: 'Name of the monitor' } },
  run: async (context, params) => {
    const answer = await (await context.client()).call(evaluateMonitor, { params });
    await context.answer(answer, () => (answer.alerts.length === 0 ? '' : alertsText(answer.alerts, context)));
    if (answer.alerts.length === 0) await context.remark('The monitor has no alerts. Its drift windows are compared.');
    return 0;
  },
});

function listText(monitors: readonly Monitor[], { paint }: Context): string {
  if (monitors.length === 0) return '';
  return table(
    monitors,
    [
      { title: 'MONITOR', cell: ({ monitor }) => monitor },
      { title: 'MODEL', cell: ({ spec }) => spec.model },
      { title: 'QUALITY', cell: ({ spec }) => spec.quality?.kind ?? null },
      { title: 'SAMPLING', align: 'right', cell: ({ spec }) => share(spec.log.sample) },
      { title: 'LABELS WITHIN', align: 'right', cell: ({ spec }) => counted(spec.labels.withinDays, 'day') },
    ],
    paint,
  );
}

type Shown = z.output<typeof showMonitor.response>;

function windowsText(report: Shown, { paint }: Context): string {
  const { windows, spec, estimation, unmatchedLabels, sliceValues } = report;
  if (windows.length === 0) return '';
  const metrics = windows[0]?.quality.map(({ metric }) => metric) ?? [];
  const rows = table(
    windows,
    [
      { title: 'FROM', cell: ({ period }) => (period === null ? 'all' : period.start.slice(0, 16).replace('T', ' ')) },
      ...(windows.some(({ slice }) => slice !== null)
        ? [{ title: 'SLICE', cell: ({ slice }: MonitorWindow) => slice }]
        : []),
      { title: 'PREDICTIONS', align: 'right', cell: ({ predictions }) => formatCount(predictions) },
      { title: 'LABELLED', align: 'right', cell: ({ completeness }) => share(completeness) },
      ...metrics.map((metric, index) => ({
        title: metric.toUpperCase(),
        cell: ({ shown: report }: MonitorWindow) => figureText(report[index]),
      })),
      { title: 'P50 MS', align: 'right', cell: ({ latencyMs }) => milliseconds(latencyMs?.p50) },
      { title: 'P99 MS', align: 'right', cell: ({ latencyMs }) => milliseconds(latencyMs?.p99) },
    ],
    paint,
  );
  const sampling = spec.log.sample < 1 ? [`${share(spec.log.sample)} of the predictions are logged.`] : [];
  const values = new Set(windows.map(({ slice }) => slice)).size;
  const hidden =
    sliceValues === null || sliceValues <= values
      ? []
      : [`${formatCount(values)} of ${counted(sliceValues, 'value')} are shown.`];
  const unmatched =
    unmatchedLabels === 0
      ? []
      : [paint.waiting(`${counted(unmatchedLabels, 'label')} of predictions that are not known here.`)];
  const { scoring } = report;
  if (scoring !== null) {
    const progress = `${formatCount(scoring.predictions)} of ${formatCount(scoring.of)}`;
    return paint.waiting(`Scoring predictions: ${progress}. Figures follow.`);
  }
  const stale = report.isStale
    ? [paint.waiting(`As of ${report.knownAt.slice(0, 19).replace('T', ' ')} UTC: later arrivals are not counted yet.`)]
    : [];
  return [rows, ...stale, ...estimateLines(windows, estimation), ...hidden, ...sampling, ...unmatched].join('\n');
}

function estimateLines(windows: readonly MonitorWindow[], estimation: Shown['estimation']): string[] {
  if (estimation === null) return [];
  if (estimation.reason !== null) return [`Nothing is estimated: ${estimation.reason}.`];
  if (!windows.some(({ shown: report }) => report.some(({ estimated }) => estimated))) return [];
  const { method, referenceSize } = estimation;
  return [
    `~ is estimated without labels (${method.toUpperCase()}, from ${counted(referenceSize, 'labelled prediction')}).`,
  ];
}

/** `0.912 (0.901 to 0.922)`; `~0.912 (…)` is an estimate. */
function figureText(quality: ShownQuality | undefined): string | null {
  if (quality === undefined || quality.value === null) return null;
  const { value, lower, upper, estimated } = quality;
  const ends = lower === null || upper === null ? '' : ` (${figure(lower)} to ${figure(upper)})`;
  return `${estimated ? '~' : ''}${figure(value)}${ends}`;
}

const figure = (value: number) => (Math.abs(value) < 1000 ? value.toPrecision(3) : value.toFixed(0));
const share = (value: number) => `${(value * 100).toFixed(value === 0 || value === 1 ? 0 : 1)} %`;
const milliseconds = (value: number | undefined) => (value === undefined ? null : value.toFixed(1));

export const monitorCommands = [monitorListCommand, monitorShowCommand, monitorEvaluateCommand];
