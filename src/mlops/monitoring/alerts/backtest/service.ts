import type { Store } from '../../../../platform/store/index.ts';
import { HOUR_MS } from '../../../../platform/units/durations.ts';
import { refuseUnmeasured } from '../../../monitors/index.ts';
import type { AlertRule, EstimatedQuality, MeasuredQuality, Monitor, MonitorWindow } from '../../../monitors/schema.ts';
import { computeGeneration, listWindows, type ReferencePredictions, readWindows } from '../../../quality/index.ts';
import { evaluateDrift } from '../looks/drift-look.ts';
import { type AlertLook, hasChange } from '../looks/look.ts';
import { evaluateQuality, type QualityRule } from '../looks/quality-look.ts';
import { computeWindowLosses, type LossDeps, measureMetric } from '../losses.ts';
import { replayLooks } from './replay.ts';
import type { BacktestedAlert } from './schema.ts';

export interface BacktestDeps extends LossDeps {
  readonly store: Store;
}

interface BacktestQuestion {
  /** Undefined: those of the monitor. */
  readonly alerts: readonly AlertRule[] | undefined;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

/** Windows that one alert is tried on, the latest. */
const MOST_WINDOWS = 5_000;

/** Back-tests alerts on past windows with the data known now. Error: `manifest_invalid` for an alert that can never have a verdict. */
export async function backtestAlerts(
  deps: BacktestDeps,
  monitor: Monitor,
  { alerts = monitor.spec.alerts, start, end }: BacktestQuestion,
): Promise<BacktestedAlert[]> {
  refuseUnmeasured({ ...monitor.spec, alerts: [...alerts] });
  const found: BacktestedAlert[] = [];
  for (const rule of alerts) {
    const looks = await listPastLooks(deps, monitor, rule, { start, end });
    found.push(looks === null ? buildNotBacktested(rule) : backtestRule(rule, looks));
  }
  return found;
}

type Between = Pick<BacktestQuestion, 'start' | 'end'>;

/** Looks at all complete windows, by time; null: no history exists for this kind of alert. */
async function listPastLooks(
  deps: BacktestDeps,
  monitor: Monitor,
  rule: AlertRule,
  between: Between,
): Promise<AlertLook[] | null> {
  if (rule.on === 'drift') return listDriftLooks(deps, monitor, rule, between);
  if (rule.on === 'quality' || rule.on === 'estimated_quality') return listQualityLooks(deps, monitor, rule, between);
  return null;
}

async function listDriftLooks(
  deps: BacktestDeps,
  monitor: Monitor,
  rule: Extract<AlertRule, { on: 'drift' }>,
  { start, end }: Between,
): Promise<AlertLook[]> {
  const { drift } = monitor.spec;
  if (drift === undefined) return [];
  const windows = await listWindows(deps.store, computeGeneration(monitor, drift), { limit: MOST_WINDOWS });
  const { reference } = drift;
  const usual: ReferencePredictions =
    'end' in reference ? { ...reference, modelVersion: reference.modelVersion ?? drift.modelVersion } : null;
  const asked = windows.filter(({ period }) => isBetween(period, { start, end }));
  const changed = asked.filter(hasChange);
  const losses = await computeWindowLosses(
    deps,
    monitor,
    changed.map((window) => ({ ...window, reference: usual })),
  );
  return asked.map((window) => evaluateDrift(rule, window, losses[changed.indexOf(window)]?.loss ?? null));
}

/** Reads all windows in one query: quality by the labels known now, and the estimate. */
async function listQualityLooks(
  deps: BacktestDeps,
  monitor: Monitor,
  rule: QualityRule,
  between: Between,
): Promise<AlertLook[]> {
  const now = deps.clock.now();
  const first = Math.floor(now / (rule.windowHours * HOUR_MS) - MOST_WINDOWS) * rule.windowHours * HOUR_MS;
  const start = new Date(Math.max(0, first)).toISOString();
  const selection = { model: monitor.spec.model, knownAt: new Date(now).toISOString(), start };
  const { windows } = await readWindows(deps.tables, {
    spec: monitor.spec,
    selection,
    by: { hours: rule.windowHours },
  });
  const { metric, reference: period } = rule;
  const measured = period === undefined ? null : await measureMetric(deps, monitor, metric, period);
  const estimated = rule.on === 'estimated_quality';
  return windows.flatMap((shown) => {
    if (shown.period === null) return [];
    const [start, end] = [shown.period.start, shown.period.end].map((instant) => new Date(instant).toISOString());
    if (start === undefined || end === undefined) return [];
    const window = { start, end };
    if (Date.parse(end) > now || !isBetween(window, between)) return [];
    return [evaluateQuality({ rule, window, now: selectQuality(shown, rule), reference: measured, estimated })];
  });
}

function selectQuality({ quality, estimates }: MonitorWindow, { on, metric }: QualityRule): MeasuredQuality | null {
  const figures: readonly (MeasuredQuality | EstimatedQuality)[] = on === 'quality' ? quality : estimates;
  const found = figures.find((one) => one.metric === metric);
  if (found === undefined) return null;
  const { value, lower, upper, sampleSize } = found;
  return { metric, value, lower, upper, sampleSize };
}

function isBetween(window: { readonly start: string; readonly end: string }, { start, end }: Between): boolean {
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  return Date.parse(window.start) >= from && Date.parse(window.end) <= until;
}

function backtestRule(rule: AlertRule, looks: readonly AlertLook[]): BacktestedAlert {
  const count = (level: AlertLook['level']) => looks.filter((look) => look.level === level).length;
  const episodes = replayLooks(looks, rule);
  const [first, last] = [looks[0], looks.at(-1)];
  return {
    ...{ alert: rule.name, cause: rule.on, windows: looks.length, episodes, reason: null },
    ...{ unknown: count('unknown'), warnings: count('warning'), alerts: count('alert') },
    openHours: episodes.reduce((sum, { hours }) => sum + hours, 0),
    period: first === undefined || last === undefined ? null : { start: first.window.start, end: last.window.end },
  };
}

function buildNotBacktested({ name, on }: AlertRule): BacktestedAlert {
  return {
    ...{ alert: name, cause: on, windows: 0, unknown: 0, warnings: 0, alerts: 0, openHours: 0, period: null },
    ...{
      episodes: [],
      reason: `Past windows of ${on} are not stored. Only drift, quality and estimated_quality can be back-tested.`,
    },
  };
}
