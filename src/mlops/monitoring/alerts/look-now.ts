import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import type { AlertRule, Monitor } from '../../monitors/schema.ts';
import { BURN_WINDOWS_MS } from './burn-rate.ts';
import { countLoggedLatencies, findLastPrediction } from './looks/logged.ts';
import type { AlertLook } from './looks/look.ts';
import { evaluateQuality, type QualityRule } from './looks/quality-look.ts';
import { evaluateServedRequests } from './looks/served-look.ts';
import { type LossDeps, measureMetric } from './losses.ts';
import type { ServedRequests } from './ports.ts';

export interface LookingDeps extends LossDeps {
  readonly served: ServedRequests;
}

/** Windows of quality that are made up for in one look. */
const MOST_AT_ONCE = 50;

export type TimedRule = Exclude<AlertRule, { on: 'drift' }>;
export type ServedRule = Exclude<TimedRule, QualityRule>;

export function isOfQuality(rule: AlertRule): rule is QualityRule {
  return rule.on === 'quality' || rule.on === 'estimated_quality';
}

/**
 * The looks that are due, as their ends: of quality the windows that have ended (at first only the last one), of the others
 * this minute.
 */
export function listDueLooks(rule: TimedRule, lookedUntil: string | null, now: number): string[] {
  if (!isOfQuality(rule)) {
    const minute = formatInstant(Math.floor(now / MINUTE_MS) * MINUTE_MS);
    return lookedUntil !== null && lookedUntil >= minute ? [] : [minute];
  }
  const [length, wait] = [rule.windowHours * HOUR_MS, rule.on === 'quality' ? rule.waitHours * HOUR_MS : 0];
  const last = Math.floor((now - wait) / length) * length;
  const from = lookedUntil === null ? last - length : Math.max(Date.parse(lookedUntil), last - MOST_AT_ONCE * length);
  const ends: string[] = [];
  for (let end = Math.floor(from / length) * length + length; end <= last; end += length) ends.push(formatInstant(end));
  return ends;
}

/** Evaluates an alert on served requests at the current minute. */
export async function evaluateServedRule(
  deps: LookingDeps,
  monitor: Monitor,
  rule: ServedRule,
  end: string,
): Promise<AlertLook> {
  const now = Date.parse(end);
  const { model } = monitor.spec;
  switch (rule.on) {
    case 'latency': {
      const asked = { model, now, lengthsMs: BURN_WINDOWS_MS, withinMs: rule.withinMs };
      const served = (await deps.served.served(asked)) ?? (await countLoggedLatencies(deps.tables, asked));
      return evaluateServedRequests(rule, served, now);
    }
    case 'errors': {
      const served = await deps.served.served({ model, now, lengthsMs: BURN_WINDOWS_MS, withinMs: null });
      return evaluateServedRequests(rule, served, now);
    }
    case 'no_data': {
      const withinMs = rule.minutes * MINUTE_MS;
      const last = await findLastPrediction(deps.tables, { model, now, withinMs });
      const facts = { window: { start: formatInstant(now - withinMs), end }, version: null, columns: [], loss: null };
      if (last === null) return { ...facts, level: 'no_data', reason: `No prediction in ${rule.minutes} minutes.` };
      return { ...facts, level: 'ok', reason: `The last prediction was made at ${last}.` };
    }
  }
}

/** The same of one version alone: what a retraining has put in place is judged by its own labels. */
export async function evaluateVersionQuality(
  deps: LookingDeps,
  monitor: Monitor,
  rule: Extract<TimedRule, { on: 'quality' }>,
  { end, version }: { readonly end: string; readonly version: string },
): Promise<AlertLook> {
  const window = { start: formatInstant(Date.parse(end) - rule.windowHours * HOUR_MS), end };
  const { metric } = rule;
  const now = await measureMetric(deps, monitor, metric, { ...window, modelVersion: version });
  const reference = rule.reference === undefined ? null : await measureMetric(deps, monitor, metric, rule.reference);
  const look = evaluateQuality({ rule, window, now, reference, estimated: false });
  return { ...look, version, reason: `Version ${version} alone: ${look.reason}` };
}

function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}
