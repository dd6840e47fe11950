import type { Monitor, MonitorWindow } from '../../../mlops/monitors/schema.ts';
import { describeOpenAlerts, type OpenAlert } from './alerts.ts';
import type { ScorecardPolicy } from './quality.ts';
import type { LatencyMeasure, ScorecardDays } from './schema.ts';
import { computeTrend } from './trend.ts';

/** Requests of a model at all endpoints in some days. */
export interface ServedRequests {
  readonly requests: number;
  readonly errors: number;
  /** Percentiles in ms, within 1 %; null without answers. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

export interface LatencyFacts {
  readonly served: ServedRequests | null;
  readonly servedBefore: ServedRequests | null;
  /** Logged predictions of the days; null: no monitor. */
  readonly logged: MonitorWindow | null;
  readonly loggedBefore: MonitorWindow | null;
  readonly monitor: Monitor | null;
  readonly policies: readonly ScorecardPolicy[];
  readonly alerts: readonly OpenAlert[];
  readonly days: ScorecardDays;
  readonly preceding: ScorecardDays;
}

type Figure = Pick<LatencyMeasure, 'value' | 'basis' | 'p50Ms' | 'requests' | 'errorRatio'>;

const NONE: Figure = { value: null, basis: null, p50Ms: null, requests: null, errorRatio: null };

/** Latency of requests at endpoints, else of logged predictions; only figures of one basis are compared. */
export function buildLatencyMeasure(facts: LatencyFacts): LatencyMeasure {
  const { days, preceding } = facts;
  const served = readServed(facts.served);
  const figure = served.value === null ? readLogged(facts.logged) : served;
  const before = figure.basis === 'endpoints' ? readServed(facts.servedBefore) : readLogged(facts.loggedBefore);
  const target = findLatencyBound(facts);
  const reason = figure.value === null ? 'no request was answered in these days' : null;
  return {
    ...figure,
    ...{ unit: 'ms', interval: null, window: figure.value === null ? null : days, reason, target },
    trend: computeTrend({
      now: figure,
      before: { value: before.value, reason: 'no request was answered in the preceding days' },
      window: preceding,
      better: 'lower',
    }),
    ...(describeOpenAlerts(facts.alerts, ['latency', 'errors', 'no_data']) ?? describeBounds(figure, target, facts)),
  };
}

function readServed(served: ServedRequests | null): Figure {
  if (served === null || served.p95Ms === null) return NONE;
  const { requests, errors, p50Ms, p95Ms } = served;
  return { value: p95Ms, basis: 'endpoints', p50Ms, requests, errorRatio: requests === 0 ? null : errors / requests };
}

function readLogged(logged: MonitorWindow | null): Figure {
  if (logged === null || logged.latencyMs === null) return NONE;
  const { p50, p95 } = logged.latencyMs;
  return { ...NONE, value: p95, basis: 'predictions', p50Ms: p50, requests: logged.predictions };
}

/** The bound of a policy, else the threshold of an alert of the monitor. */
function findLatencyBound({ policies, monitor }: Pick<LatencyFacts, 'policies' | 'monitor'>): LatencyMeasure['target'] {
  for (const { name, spec } of policies) {
    const bound = spec.slo?.latencyP95Ms;
    if (bound !== undefined) return { value: bound, bound: 'at_most', source: 'policy', name };
  }
  for (const rule of monitor?.spec.alerts ?? []) {
    if (rule.on === 'latency') return { value: rule.withinMs, bound: 'at_most', source: 'alert', name: rule.name };
  }
  return null;
}

function describeBounds(
  { value, errorRatio }: Figure,
  target: LatencyMeasure['target'],
  { policies }: LatencyFacts,
): Pick<LatencyMeasure, 'status' | 'statusReason'> {
  if (value === null) return { status: 'unknown', statusReason: 'No request was answered in these days.' };
  const allowed = policies.find(({ spec }) => spec.slo?.errorRate !== undefined);
  const errorRate = allowed?.spec.slo?.errorRate;
  if (allowed !== undefined && errorRate !== undefined && errorRatio !== null && errorRatio > errorRate) {
    return { status: 'critical', statusReason: `More requests fail than policy ${allowed.name} allows.` };
  }
  if (target === null) {
    return { status: 'unknown', statusReason: 'No policy and no alert has a bound for latency, and no alert is open.' };
  }
  const bound = `the bound of ${target.value} ms of ${target.source} ${target.name}`;
  return value > target.value
    ? { status: 'critical', statusReason: `The 95th percentile is above ${bound}.` }
    : { status: 'ok', statusReason: `The 95th percentile meets ${bound}.` };
}
