import type { Sql } from '../../../platform/store/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { AlertRule, MeasuredQuality, Monitor, MonitorWindow } from '../../monitors/schema.ts';
import { computeGeneration, listWindows, type MonitorReader } from '../../quality/index.ts';
import { evaluateDrift } from '../alerts/looks/drift-look.ts';
import { evaluateQuality, type QualityRule } from '../alerts/looks/quality-look.ts';
import type { ServedRequests } from '../alerts/ports.ts';

/** The condition of an alert, evaluated on the predictions of one version. */
export interface VersionLook {
  /** `unknown`: too few predictions, or no counts. */
  readonly level: 'ok' | 'warning' | 'alert' | 'unknown';
  /** One sentence for people. */
  readonly reason: string;
  /** Predictions or requests that count; null: not counted. */
  readonly has: number | null;
  /** Predictions or requests that a verdict needs; null: not a number of them. */
  readonly needs: number | null;
}

export interface VersionLookDeps {
  readonly store: Sql;
  readonly clock: { now(): number };
  readonly reader: MonitorReader;
  readonly requests: ServedRequests;
}

/** A version and the UTC instant from which its predictions count. */
export interface VersionSince {
  readonly version: string;
  readonly start: string;
}

/** Latency and failures are counted over at most the longest window of their alerts. */
const MOST_SERVED_MS = 3 * DAY_MS;
/** Newest windows of drift among which those of the version are looked for. */
const MOST_WINDOWS = 50;

/** Evaluates an alert on the predictions of one version alone, as known now, without a new look of the alert. */
export async function lookAtVersion(
  deps: VersionLookDeps,
  monitor: Monitor,
  rule: AlertRule,
  since: VersionSince,
): Promise<VersionLook> {
  switch (rule.on) {
    case 'drift':
      return lookAtDrift(deps, monitor, rule, since);
    case 'quality':
    case 'estimated_quality':
      return lookAtQuality(deps, monitor, rule, since);
    case 'latency':
    case 'errors':
      return lookAtRequests(deps, monitor, rule, since);
    case 'no_data':
      return { level: 'alert', reason: `No prediction in ${rule.minutes} minutes.`, has: null, needs: null };
  }
}

async function lookAtQuality(
  { reader, clock }: VersionLookDeps,
  monitor: Monitor,
  rule: QualityRule,
  { version, start }: VersionSince,
): Promise<VersionLook> {
  const estimated = rule.on === 'estimated_quality';
  const own = await reader.window(monitor, { modelVersion: version, start });
  const before = rule.reference === undefined ? null : await reader.window(monitor, rule.reference);
  const now = selectMetric(own, rule.metric, estimated);
  const window = { start, end: new Date(clock.now()).toISOString() };
  const reference = selectMetric(before, rule.metric, false);
  const { level, reason } = evaluateQuality({ rule, window, now, reference, estimated });
  return { level: toVersionLevel(level), reason, has: now?.sampleSize ?? 0, needs: rule.minPredictions };
}

function selectMetric(window: MonitorWindow | null, metric: string, estimated: boolean): MeasuredQuality | null {
  if (!estimated) return window?.quality.find((one) => one.metric === metric) ?? null;
  return window?.estimates.find((one) => one.metric === metric) ?? null;
}

async function lookAtDrift(
  { store, reader }: VersionLookDeps,
  monitor: Monitor,
  rule: Extract<AlertRule, { on: 'drift' }>,
  { version, start }: VersionSince,
): Promise<VersionLook> {
  const { drift } = monitor.spec;
  const none = { level: 'unknown', has: null, needs: null } as const;
  if (drift === undefined) return { ...none, reason: 'The monitor no longer compares windows for drift.' };
  const windows = await listWindows(store, computeGeneration(monitor, drift), { since: start, limit: MOST_WINDOWS });
  const own = windows.filter(({ modelVersion }) => modelVersion === version || modelVersion === null);
  const judged = own.findLast((window) => window.drifted !== null);
  if (judged !== undefined) {
    const { level, reason } = evaluateDrift(rule, judged, null);
    return { level: toVersionLevel(level), reason, has: judged.predictions, needs: null };
  }
  const last = own.at(-1);
  if (last === undefined) return { ...none, reason: 'No window of its predictions is complete yet.' };
  const reason = `No verdict on drift: ${last.reason ?? 'no column was compared'}.`;
  if (!('first' in drift.reference)) return { ...none, reason };
  const counts = await reader.versions(monitor, { start: undefined, end: undefined });
  const has = counts.find((one) => one.version === version)?.predictions ?? 0;
  return { ...none, reason, ...(has < drift.reference.first ? { has, needs: drift.reference.first } : {}) };
}

async function lookAtRequests(
  { requests, clock }: VersionLookDeps,
  { spec: { model } }: Monitor,
  rule: Extract<AlertRule, { on: 'latency' | 'errors' }>,
  { version, start }: VersionSince,
): Promise<VersionLook> {
  const now = clock.now();
  const lengthMs = Math.min(MOST_SERVED_MS, now - Date.parse(start));
  const withinMs = rule.on === 'latency' ? rule.withinMs : null;
  const [counts] = (await requests.served({ model, version, now, lengthsMs: [lengthMs], withinMs })) ?? [];
  const needs = rule.minRequests;
  if (counts === undefined) return { level: 'unknown', reason: 'Its requests are not counted here.', has: null, needs };
  const { requests: has, bad } = counts;
  const what = rule.on === 'latency' ? `slower than ${rule.withinMs} ms` : 'failed';
  const allowed = Math.round((1 - rule.objective) * 1e6) / 1e4;
  const reason = `${bad.toLocaleString('en')} of ${has.toLocaleString('en')} requests ${what}; allowed ${allowed} %.`;
  if (has < needs) return { level: 'unknown', reason, has, needs };
  return { level: bad / has > 1 - rule.objective ? 'alert' : 'ok', reason, has, needs };
}

function toVersionLevel(level: string): VersionLook['level'] {
  return level === 'ok' || level === 'warning' || level === 'alert' ? level : 'unknown';
}
