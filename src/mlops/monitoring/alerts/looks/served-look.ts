import { HOUR_MS } from '../../../../platform/units/durations.ts';
import type { AlertRule } from '../../../monitors/schema.ts';
import { BURN_WINDOWS_MS, evaluateBurnRate, type RequestCounts } from '../burn-rate.ts';
import { type AlertLook, formatFigure } from './look.ts';

type ServedRule = Extract<AlertRule, { on: 'latency' | 'errors' }>;

/** Level of an objective from the requests of the last three days. `served` has one entry for each length in `BURN_WINDOWS_MS`. */
export function evaluateServedRequests(
  rule: ServedRule,
  served: readonly RequestCounts[] | null,
  now: number,
): AlertLook {
  const what = rule.on === 'latency' ? `answers within ${rule.withinMs} ms` : 'answers without an error';
  const counts = new Map(BURN_WINDOWS_MS.map((length, at) => [length, served?.[at] ?? { requests: 0, bad: 0 }]));
  const found = evaluateBurnRate(counts, { objective: rule.objective, least: rule.minRequests });
  const window = { start: formatInstant(now - found.longMs), end: formatInstant(now) };
  const facts = { window, version: null, columns: [], loss: null, level: found.level };
  if (served === null) return { ...facts, reason: `This server has no counts of ${what}.` };
  const { requests, bad } = counts.get(found.longMs) ?? { requests: 0, bad: 0 };
  const hours = found.longMs / HOUR_MS;
  const many = `${bad} of ${requests} requests in ${hours} h`;
  if (found.level === 'unknown') return { ...facts, reason: `Too few requests: ${requests} in ${hours} h.` };
  const rate = `${formatFigure(found.burnRate)} times the error budget of ${formatFigure(1 - rule.objective)}`;
  return { ...facts, reason: `Not among the ${what}: ${many}, ${rate}.` };
}

function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}
