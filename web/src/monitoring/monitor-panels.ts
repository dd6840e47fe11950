import type { Alert } from '../../../src/mlops/monitoring/alerts/schema.ts';
import type { MonitorSpec, MonitorWindow } from '../../../src/mlops/monitors/schema.ts';
import { HOUR_MS } from '../../../src/platform/units/durations.ts';
import type { ModelHealth } from '../../../src/tradeoff/production-health/schema.ts';
import type { Panel, PanelMark, PanelSeries, TimePanelsData } from '../charts/time-panels-data.ts';
import { formatCount, formatMeasure, formatMilliseconds, formatPercent } from '../format/number.ts';
import { formatDay, formatMonth } from '../format/time.ts';
import type { WindowName } from './monitoring-search.ts';
import { CAUSES } from './words.ts';

const STEP_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS } as const;
const NONE = 'no predictions';

/** A version that began to answer. */
export interface VersionStart {
  readonly version: string;
  readonly endpoint: string;
  readonly at: string;
}

/** Measures of quality that some window has, measured or estimated. */
export function listMonitorMetrics(windows: readonly MonitorWindow[]): string[] {
  return [...new Set(windows.flatMap(({ shown }) => shown.map(({ metric }) => metric)))];
}

/** Quality, labels, predictions and latency by window, ready to be drawn on one axis of time. */
export function monitorPanels(
  windows: readonly MonitorWindow[],
  by: WindowName,
  metric: string | undefined,
  spec: Pick<MonitorSpec, 'alerts'>,
  episodes: readonly Alert[],
  versions: readonly VersionStart[] = [],
): TimePanelsData {
  const times = listTimes(windows, by);
  const placed = new Map(windows.flatMap((one) => (one.period === null ? [] : [[Date.parse(one.period.start), one]])));
  const slots = times.map((time) => placed.get(Date.parse(time)));
  return {
    times,
    timeText: (time) => timeText(time, by),
    panels: [
      ...(metric === undefined ? [] : [quality(slots, metric, spec)]),
      labelled(slots),
      predictions(slots),
      ...(windows.some(({ latencyMs }) => latencyMs !== null) ? [latency(slots)] : []),
    ],
    marks: [...listVersionMarks(versions, times), ...listEpisodeMarks(episodes, times)],
  };
}

/** The quality panel with one further point in the last window: the running version alone. */
export function addRunning(data: TimePanelsData, quality: ModelHealth['quality']): TimePanelsData {
  const last = data.times.length - 1;
  if (quality === null || last < 0) return data;
  const { version, value, lower, upper, predictions } = quality;
  const at = <T>(one: T) => data.times.map((_, index) => (index === last ? one : null));
  const running: PanelSeries = {
    ...{ id: 'running', name: `v${version} alone, since it answers`, variable: '--good', shape: 'line', dots: true },
    values: at(value),
    interval: { display: 'whiskers', lower: at(lower), upper: at(upper) },
    formatPoint: (index) =>
      index === last ? figure({ value, lower, upper, sampleSize: predictions }, NONE) : 'see the last window',
  };
  const panels = data.panels.map((panel) =>
    panel.id === 'quality'
      ? { ...panel, title: `${panel.title}; last point apart: v${version} alone`, series: [...panel.series, running] }
      : panel,
  );
  return { ...data, panels };
}

type Slots = readonly (MonitorWindow | undefined)[];

/** The server omits windows without predictions; the axis keeps their positions. */
function listTimes(windows: readonly MonitorWindow[], by: WindowName): string[] {
  const starts = windows.flatMap(({ period }) => (period === null ? [] : [Date.parse(period.start)]));
  const [first, last] = [starts[0], starts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const times: string[] = [];
  for (let at = first; at <= last; at = findNextSlot(at, by)) times.push(new Date(at).toISOString());
  return times;
}

function findNextSlot(at: number, by: WindowName): number {
  if (by !== 'month') return at + STEP_MS[by];
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function quality(slots: Slots, metric: string, { alerts }: Pick<MonitorSpec, 'alerts'>): Panel {
  const measured = slots.map((slot) => slot?.quality.find((one) => one.metric === metric));
  const estimated = slots.map((slot) => slot?.estimates.find((one) => one.metric === metric));
  const limits = alerts.flatMap((rule) =>
    (rule.on === 'quality' || rule.on === 'estimated_quality') && rule.metric === metric && rule.worseThan !== undefined
      ? [{ label: rule.name, value: rule.worseThan }]
      : [],
  );
  const hasEstimates = estimated.some((one) => one?.value != null);
  const estimate: PanelSeries = {
    ...{ id: 'estimated', name: 'Estimated without labels', variable: '--quality', shape: 'line', dashed: true },
    values: estimated.map((one) => one?.value ?? null),
    interval: toInterval('band', estimated),
    formatPoint: (index) => figure(estimated[index], estimated[index]?.reason ?? NONE),
  };
  const measure: PanelSeries = {
    ...{ id: 'measured', name: 'Measured on labels', variable: '--quality-fill', shape: 'line', dots: true },
    values: measured.map((one) => one?.value ?? null),
    interval: toInterval('whiskers', measured),
    formatPoint: (index) => figure(measured[index], 'no label yet'),
  };
  return {
    id: 'quality',
    title: `${metric}${hasEstimates ? ': measured, and dashed as estimated' : ''}`,
    axisText: formatMeasure,
    scaled: true,
    limits: [...new Map(limits.map((limit) => [limit.value, limit])).values()],
    series: hasEstimates ? [estimate, measure] : [measure],
  };
}

interface Figure {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly sampleSize: number;
}

function toInterval(display: 'band' | 'whiskers', figures: readonly (Figure | undefined)[]) {
  return {
    display: display,
    lower: figures.map((one) => one?.lower ?? null),
    upper: figures.map((one) => one?.upper ?? null),
  };
}

function figure(one: Figure | undefined, none: string): string {
  if (one === undefined) return NONE;
  if (one.value === null) return none;
  const { lower, upper } = one;
  const interval = lower === null || upper === null ? '' : ` (${formatMeasure(lower)} to ${formatMeasure(upper)})`;
  return `${formatMeasure(one.value)}${interval}, n ${formatCount(one.sampleSize)}`;
}

function labelled(slots: Slots): Panel {
  return {
    ...{ id: 'labelled', title: 'Labeled, % of predictions', leastMax: 100 },
    axisText: (percent) => formatPercent(percent),
    series: [
      {
        ...{ id: 'labelled', name: 'Labeled', variable: '--ink-3', shape: 'bar' },
        values: slots.map((slot) => (slot === undefined ? null : slot.completeness * 100)),
        formatPoint: (index) => {
          const slot = slots[index];
          if (slot === undefined) return NONE;
          return `${formatPercent(slot.completeness * 100)}, ${formatCount(slot.labelled)} of ${formatCount(slot.predictions)}`;
        },
      },
    ],
  };
}

function predictions(slots: Slots): Panel {
  return {
    ...{ id: 'predictions', title: 'Predictions that are kept', axisText: formatMeasure, leastMax: 1 },
    series: [
      {
        ...{ id: 'predictions', name: 'Predictions', variable: '--cat-1', shape: 'bar' },
        values: slots.map((slot) => slot?.predictions ?? null),
        formatPoint: (index) => (slots[index] === undefined ? NONE : formatCount(slots[index].predictions)),
      },
    ],
  };
}

function latency(slots: Slots): Panel {
  const series = (key: 'p50' | 'p95' | 'p99', faint: boolean): PanelSeries => ({
    ...{ id: `latency ${key}`, name: key, variable: '--cat-1', shape: 'line', faint },
    values: slots.map((slot) => slot?.latencyMs?.[key] ?? null),
    formatPoint: (index) => {
      const value = slots[index]?.latencyMs?.[key];
      return value === undefined ? 'not reported' : formatMilliseconds(value);
    },
  });
  return {
    ...{ id: 'latency', title: 'Latency in ms: p95, p50 and p99 dashed', axisText: formatMeasure },
    series: [series('p99', true), series('p95', false), series('p50', true)],
  };
}

function listEpisodeMarks(episodes: readonly Alert[], times: readonly string[]): PanelMark[] {
  const starts = times.map((time) => Date.parse(time));
  const first = starts[0] ?? Number.POSITIVE_INFINITY;
  return episodes.flatMap(({ alert, cause, window, openedAt }) => {
    // The mark is at the predictions that caused the episode; they may be older than the check that opened it.
    const at = Date.parse(window.start) < first ? Date.parse(openedAt) : Date.parse(window.start);
    const index = starts.findLastIndex((start) => start <= at);
    return index < 0 ? [] : [{ index, short: alert, label: `${alert} opened: ${CAUSES[cause]}` }];
  });
}

/** Starts of versions in the time of the chart. */
function listVersionMarks(versions: readonly VersionStart[], times: readonly string[]): PanelMark[] {
  const starts = times.map((time) => Date.parse(time));
  return versions.flatMap(({ version, endpoint, at }) => {
    const index = starts.findLastIndex((start) => start <= Date.parse(at));
    return index < 0 ? [] : [{ index, short: `v${version}`, label: `v${version} went live at ${endpoint}` }];
  });
}

function timeText(time: string, by: WindowName): string {
  if (by === 'month') return formatMonth(time.slice(0, 7));
  if (by !== 'hour' || time.slice(11, 16) === '00:00') return formatDay(time.slice(0, 10));
  return time.slice(11, 16);
}
