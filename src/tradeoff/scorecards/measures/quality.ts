import type { Monitor, MonitorWindow } from '../../../mlops/monitors/schema.ts';
import type { PolicySpec } from '../../gates/schema.ts';
import { describeOpenAlerts, type OpenAlert } from './alerts.ts';
import type { QualityMeasure, ScorecardDays } from './schema.ts';
import { computeTrend, type TrendFigure } from './trend.ts';

/** A policy of the model by name. */
export interface ScorecardPolicy {
  readonly name: string;
  readonly spec: Pick<PolicySpec, 'quality' | 'slo'>;
}

export interface QualityFacts {
  readonly monitor: Monitor | null;
  /** Logged predictions of the days; null: no monitor. */
  readonly now: MonitorWindow | null;
  readonly before: MonitorWindow | null;
  /** Metrics of the current version by name. */
  readonly offline: ReadonlyMap<string, number>;
  readonly version: string | null;
  readonly policies: readonly ScorecardPolicy[];
  readonly alerts: readonly OpenAlert[];
  readonly days: ScorecardDays;
  readonly preceding: ScorecardDays;
}

/** Labelled share from which quality on labels is shown, where the monitor sets none. */
const COMPLETE = 0.5;
const ERROR_METRICS: ReadonlySet<string> = new Set(['mae', 'rmse']);
const PARTS = ['.ci_lower', '.ci_upper', '.n'];

type Figure = Pick<
  QualityMeasure,
  'value' | 'interval' | 'basis' | 'metric' | 'n' | 'completeness' | 'version' | 'reason'
>;

const NONE: Figure = {
  ...{ value: null, interval: null, basis: null, metric: null, n: null },
  ...{ completeness: null, version: null, reason: null },
};

/**
 * Quality of a model: on labels where enough predictions of the days have one, else estimated, else as logged with the run of the
 * current version. Only figures of one metric and one basis are compared.
 */
export function buildQualityMeasure(facts: QualityFacts): QualityMeasure {
  const { days, preceding, monitor } = facts;
  const figure = findFigure(facts);
  const better = findDirection(figure.metric, facts.policies);
  const target = findFloor(figure.metric, facts.policies, facts.monitor);
  return {
    ...figure,
    ...{ unit: figure.metric ?? 'metric', window: figure.basis === 'offline' || figure.value === null ? null : days },
    trend: computeTrend({
      now: figure,
      before: findEarlier(figure, facts),
      window: figure.basis === 'offline' ? null : preceding,
      better,
    }),
    target,
    ...(describeOpenAlerts(facts.alerts, ['quality', 'estimated_quality']) ?? describeFloor(figure, target, better)),
    ...{ better, monitor: monitor?.monitor ?? null },
  };
}

function findFigure(facts: QualityFacts): Figure {
  const { monitor, now } = facts;
  const live = monitor === null || now === null ? NONE : readLive(monitor, now, null);
  if (live.value !== null) return live;
  const offline = readOffline(facts);
  if (offline.value === null) {
    return { ...NONE, completeness: live.completeness, reason: live.reason ?? offline.reason };
  }
  return { ...offline, completeness: live.completeness };
}

/** `wanted`: only this metric and basis; null: the first metric of the monitor, measured or else estimated. */
function readLive(
  { spec }: Monitor,
  { quality, estimates, predictions, completeness }: MonitorWindow,
  wanted: Pick<Figure, 'metric' | 'basis'> | null,
): Figure {
  const share = predictions === 0 ? null : completeness;
  if (predictions === 0) return { ...NONE, reason: 'no predictions are logged in these days' };
  const select = <One extends { readonly metric: string }>(of: readonly One[]) =>
    of.find(({ metric }) => wanted === null || metric === wanted.metric);
  const isComplete = completeness >= (spec.estimate?.until ?? COMPLETE);
  const measured = select(quality);
  if (isComplete && measured !== undefined && measured.value !== null && wanted?.basis !== 'estimated') {
    return { ...toFigure(measured), basis: 'live', completeness: share };
  }
  const estimate = select(estimates);
  if (estimate !== undefined && estimate.value !== null && wanted?.basis !== 'live') {
    return { ...toFigure(estimate), basis: 'estimated', completeness: share };
  }
  return { ...NONE, completeness: share, reason: 'too few predictions of these days have labels' };
}

function toFigure(one: MonitorWindow['quality'][number]): Figure {
  const { metric, value, lower, upper, sampleSize } = one;
  return {
    ...NONE,
    metric,
    value,
    n: sampleSize,
    interval: lower === null || upper === null ? null : { lower, upper },
  };
}

/** The metric of the first quality rule of a policy that was logged, else the first metric by name. */
function readOffline({ offline, version, policies }: QualityFacts): Figure {
  const ruled = policies.flatMap(({ spec }) => spec.quality.map(({ metric }) => metric));
  const names = [...offline.keys()].filter(
    (name) => !name.startsWith('system/') && !PARTS.some((part) => name.endsWith(part)),
  );
  const metric = ruled.find((one) => offline.has(one)) ?? names.toSorted()[0];
  if (version === null) return { ...NONE, reason: 'no version is registered' };
  if (metric === undefined) return { ...NONE, reason: `no metric is logged for version ${version}` };
  const [lower, upper] = [offline.get(`${metric}.ci_lower`), offline.get(`${metric}.ci_upper`)];
  return {
    ...NONE,
    ...{ metric, value: offline.get(metric) ?? null, basis: 'offline', version },
    interval: lower === undefined || upper === undefined ? null : { lower, upper },
    n: offline.get(`${metric}.n`) ?? null,
  };
}

function findEarlier(figure: Figure, { monitor, before }: QualityFacts): TrendFigure {
  if (figure.basis === 'offline') return { value: null, reason: 'an offline figure belongs to a version, not to days' };
  if (monitor === null) return { value: null, reason: 'the model has no monitor' };
  if (before === null) return { value: null, reason: 'no predictions are logged in the preceding days' };
  const earlier = readLive(monitor, before, figure);
  return earlier.value === null
    ? { value: null, reason: earlier.reason?.replace('these days', 'the preceding days') ?? null }
    : earlier;
}

function findDirection(metric: string | null, policies: readonly ScorecardPolicy[]): QualityMeasure['better'] {
  if (metric === null) return null;
  const rule = policies.flatMap(({ spec }) => spec.quality).find((one) => one.metric === metric);
  if (rule !== undefined) return rule.direction;
  if (ERROR_METRICS.has(metric)) return 'lower';
  return /loss|error|perplexity/i.test(metric) ? 'lower' : 'higher';
}

/** The floor of a policy for exactly this metric, else the threshold of an alert of the monitor. */
function findFloor(
  metric: string | null,
  policies: readonly ScorecardPolicy[],
  monitor: Monitor | null,
): QualityMeasure['target'] {
  for (const { name, spec } of policies) {
    const rule = spec.quality.find((one) => one.metric === metric && one.floor !== undefined);
    if (rule?.floor === undefined) continue;
    const bound = rule.direction === 'lower' ? 'at_most' : 'at_least';
    return { value: Number(rule.floor), bound, source: 'policy', name };
  }
  for (const rule of monitor?.spec.alerts ?? []) {
    if (rule.on !== 'quality' && rule.on !== 'estimated_quality') continue;
    if (rule.metric !== metric || rule.worseThan === undefined) continue;
    const bound = ERROR_METRICS.has(rule.metric) ? 'at_most' : 'at_least';
    return { value: rule.worseThan, bound, source: 'alert', name: rule.name };
  }
  return null;
}

function describeFloor(
  { value, interval, metric, reason }: Figure,
  target: QualityMeasure['target'],
  better: QualityMeasure['better'],
): Pick<QualityMeasure, 'status' | 'statusReason'> {
  if (value === null)
    return { status: 'unknown', statusReason: `Quality unknown: ${reason ?? 'nothing was measured'}.` };
  if (target === null) {
    return {
      status: 'unknown',
      statusReason: `No policy and no alert has a bound for ${metric}, and no alert is open.`,
    };
  }
  const isBad = (figure: number) => (better === 'lower' ? figure > target.value : figure < target.value);
  const bound = `the bound ${target.value} of ${target.source} ${target.name}`;
  if (!isBad(value)) return { status: 'ok', statusReason: `${metric} meets ${bound}.` };
  const best = interval === null ? value : better === 'lower' ? interval.lower : interval.upper;
  return isBad(best)
    ? { status: 'critical', statusReason: `${metric} is worse than ${bound}.` }
    : { status: 'warning', statusReason: `${metric} is worse than ${bound}; its interval contains the bound.` };
}
