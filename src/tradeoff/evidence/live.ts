import type { Cohort, CohortMetric, LiveQualitySource } from '../../mlops/cohorts/index.ts';
import type { Monitor } from '../../mlops/monitors/schema.ts';
import { computeNormalQuantile } from '../../platform/numbers/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { computeWilsonInterval } from '../statistics/index.ts';
import type { LiveEvidence, LiveQuality } from './schema.ts';

export interface LiveDeps {
  readonly clock: Clock;
  readonly liveQuality: LiveQualitySource;
}

/** Level of the intervals, two-sided. */
const LEVEL = 0.95;

/**
 * Quality of a version in traffic: measured on its matured predictions, and estimated for those that may still get labels. Both are kept
 * apart: an estimate is no measurement of later predictions.
 */
export async function gatherLiveQuality(
  { clock, liveQuality }: LiveDeps,
  sql: Sql,
  { model, version }: { readonly model: string; readonly version: string },
): Promise<LiveQuality[]> {
  const monitor = await liveQuality.monitor(sql, model);
  if (monitor === null) return [];
  const now = clock.now();
  const { window, cohorts } = await liveQuality.cohorts({ monitor, versions: [version], now });
  const [cohort] = cohorts;
  const measured =
    window === null || cohort === undefined
      ? []
      : cohort.metrics.map((metric) => toMeasured(monitor, cohort, metric, window));
  return [...measured, ...(await gatherEstimates({ clock, liveQuality }, monitor, version))];
}

function toMeasured(
  { monitor }: Monitor,
  { predictions, labelled }: Cohort,
  { metric, n, ...moments }: CohortMetric,
  window: LiveQuality['window'],
): LiveQuality {
  return {
    ...{ metric, kind: 'measured', value: n === 0 ? null : moments.mean, interval: computeInterval({ n, ...moments }) },
    ...{ n, predictions, completeness: predictions === 0 ? null : labelled / predictions, window, monitor },
  };
}

/** Wilson's interval of a share, the normal one of a mean; entities as clusters divide the number of predictions. */
function computeInterval({
  kind,
  n,
  mean,
  variance,
  inflation,
}: Omit<CohortMetric, 'metric'>): LiveQuality['interval'] {
  const tail = (1 - LEVEL) / 2;
  const effective = n / inflation;
  if (n < 2 || variance === null) return null;
  if (kind === 'binary')
    return { ...computeWilsonInterval({ successes: mean * effective, n: effective }, tail), level: LEVEL };
  const half = computeNormalQuantile(1 - tail) * Math.sqrt(variance / effective);
  return { lower: mean - half, upper: mean + half, level: LEVEL };
}

async function gatherEstimates(
  { clock, liveQuality }: LiveDeps,
  monitor: Monitor,
  version: string,
): Promise<LiveQuality[]> {
  const { window, predictions, estimates } = await liveQuality.estimates({ monitor, version, now: clock.now() });
  return estimates.flatMap(({ metric, value, lower, upper, sampleSize }) => {
    if (value === null) return [];
    const interval = lower === null || upper === null ? null : { lower, upper, level: LEVEL };
    return [
      {
        ...{ metric, kind: 'estimated' as const, value, interval, n: sampleSize },
        ...{ predictions, completeness: null, window, monitor: monitor.monitor },
      },
    ];
  });
}

export interface LiveQuestion {
  readonly model: string;
  readonly version: string;
  /** null: no champion to compare with. */
  readonly championVersion: string | null;
  readonly metrics: readonly string[];
}

/** Matured cohorts of candidate and champion in their common time, for each metric. */
export async function gatherLiveEvidence(deps: LiveDeps, sql: Sql, question: LiveQuestion): Promise<LiveEvidence[]> {
  const { model, version, championVersion, metrics } = question;
  if (metrics.length === 0) return [];
  const monitor = await deps.liveQuality.monitor(sql, model);
  if (monitor === null) {
    const reason = `${model} has no monitor, which defines its labels; apply a document of kind Monitor`;
    return metrics.map((metric) => ({ ...NOTHING, metric, reason }));
  }
  const versions = championVersion === null ? [version] : [version, championVersion];
  const { window, cohorts, reason } = await deps.liveQuality.cohorts({ monitor, versions, now: deps.clock.now() });
  const estimates = window === null ? await gatherEstimates(deps, monitor, version) : [];
  return metrics.map((metric) => {
    const [candidate = null, champion = null] = cohorts.map((cohort) => toSide(cohort, metric));
    const kind = cohorts[0]?.metrics.find((one) => one.metric === metric)?.kind ?? null;
    const unmeasured = window !== null && kind === null ? explainUnmeasured(monitor, metric) : null;
    return {
      ...{ metric, monitor: monitor.monitor, kind, window, candidate, champion },
      estimated: estimates.find((one) => one.metric === metric) ?? null,
      reason: reason ?? unmeasured,
    };
  });
}

const NOTHING = { monitor: null, kind: null, window: null, candidate: null, champion: null, estimated: null };

function explainUnmeasured({ monitor }: Monitor, metric: string): string {
  return `monitor ${monitor} measures no "${metric}" that is a mean over predictions`;
}

function toSide({ version, predictions, labelled, metrics }: Cohort, metric: string): LiveEvidence['candidate'] {
  const found = metrics.find((one) => one.metric === metric);
  if (found === undefined) return null;
  const { n, mean, variance, inflation } = found;
  return { version, predictions, labelled, n, mean, variance, inflation };
}
