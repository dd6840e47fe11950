import type { JournaledTable } from '../../platform/journal/index.ts';
import { type LakeRow, quoteLiteral } from '../../platform/lake/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Period } from '../../platform/units/index.ts';
import { listScores, type Score } from '../monitors/index.ts';
import type { EstimatedQuality, Monitor, MonitorSpec } from '../monitors/schema.ts';
import { buildInstantSql } from '../predictions/index.ts';
import { readWindows, type ScoredRows, scoreRows } from '../quality/index.ts';

export interface CohortTables {
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
}

export interface CohortQuestion {
  readonly monitor: Monitor;
  readonly versions: readonly string[];
  /** Labels that were known at this instant count; Unix milliseconds. */
  readonly now: number;
  /** Predictions that were matured at this instant; Unix milliseconds; left out: `now`. */
  readonly maturedAt?: number | undefined;
}

/** Labelled predictions of one version that have a value of a metric. */
export interface CohortMetric {
  readonly metric: string;
  /** binary: 0 or 1; score: any number. */
  readonly kind: 'binary' | 'score';
  readonly n: number;
  readonly mean: number;
  /** Sample variance; null with one prediction. */
  readonly variance: number | null;
  /** Variance of the mean with entities as clusters, divided by that of independent predictions; at least 1. */
  readonly inflation: number;
}

/** Predictions of one version whose time for labels is over. */
export interface Cohort {
  readonly version: string;
  readonly predictions: number;
  readonly labelled: number;
  /** Metrics that are means of values of predictions; others, such as ROC AUC, have no test of two means. */
  readonly metrics: readonly CohortMetric[];
}

export interface Cohorts {
  /** The same time for all versions; null: they made no matured predictions in a common time. */
  readonly window: Period | null;
  /** In the order of the question; empty without a window. */
  readonly cohorts: readonly Cohort[];
  readonly reason: string | null;
}

/** Reads no older predictions. */
const OLDEST_MS = 90 * DAY_MS;

/**
 * Matured cohorts of versions: their logged predictions whose time for labels (`labels.withinDays` of the monitor) is over, from the
 * first prediction of the version that came last to the last one of the version that went first. The cohorts have the same window, so
 * that they have the same age and see the same time; the window grows with time as long as all of them answer.
 */
export async function readCohorts(tables: CohortTables, question: CohortQuestion): Promise<Cohorts> {
  const { monitor, versions, now, maturedAt = now } = question;
  const spec: MonitorSpec = { ...monitor.spec, estimate: undefined };
  const until = computeMaturedUntil(spec, maturedAt);
  const time = { start: toInstant(until - OLDEST_MS), end: toInstant(until), knownAt: toInstant(now) };
  const scoring = { spec, selection: { model: spec.model, ...time }, withInputs: false };
  return scoreRows(tables, scoring, async (rows) => {
    const presence = await readPresence(rows, versions);
    const absent = versions.find((version) => !presence.has(version));
    if (absent !== undefined) return toNone(explainAbsence(absent, spec, until));
    const spans = versions.flatMap((version) => presence.get(version) ?? []);
    const start = Math.max(...spans.map(({ first }) => first));
    const end = Math.min(...spans.map(({ last }) => last)) + 1;
    if (start >= end) return toNone(`versions ${versions.join(' and ')} made no predictions at the same time`);
    const window = { start: toInstant(start), end: toInstant(end) };
    return { window, cohorts: await sumCohorts(rows, spec, versions, window), reason: null };
  });
}

/** Estimated quality of the predictions of a version that may still get labels; empty where the monitor estimates none. */
export async function readEstimates(
  tables: CohortTables,
  { monitor: { spec }, version, now }: Omit<CohortQuestion, 'versions'> & { readonly version: string },
): Promise<{ readonly window: Period; readonly predictions: number; readonly estimates: readonly EstimatedQuality[] }> {
  const window = { start: toInstant(computeMaturedUntil(spec, now)), end: toInstant(now) };
  if (spec.estimate === undefined) return { window, predictions: 0, estimates: [] };
  const selection = { model: spec.model, modelVersion: version, ...window, knownAt: window.end };
  const [whole] = (await readWindows(tables, { spec, selection, by: 'all' })).windows;
  return { window, predictions: whole?.predictions ?? 0, estimates: whole?.estimates ?? [] };
}

function computeMaturedUntil({ labels }: MonitorSpec, now: number): number {
  return now - labels.withinDays * DAY_MS;
}

function toNone(reason: string): Cohorts {
  return { window: null, cohorts: [], reason };
}

function explainAbsence(version: string, { model, labels }: MonitorSpec, until: number): string {
  return `no logged prediction of version ${version} of ${model} is older than the time for labels (${labels.withinDays} days, until ${toInstant(until)})`;
}

const toInstant = (instant: number): string => new Date(instant).toISOString();

async function readPresence(
  { session, relation }: ScoredRows,
  versions: readonly string[],
): Promise<Map<string, { readonly first: number; readonly last: number }>> {
  const rows = await session.query(`SELECT modelVersion AS version, epoch_ms(min(predictedAt))::DOUBLE AS first,
      epoch_ms(max(predictedAt))::DOUBLE AS last FROM ${relation}
    WHERE modelVersion IN (${versions.map(quoteLiteral).join(', ')}) GROUP BY modelVersion`);
  return new Map(rows.map((row) => [String(row.version), { first: Number(row.first), last: Number(row.last) }]));
}

/** Scores whose metric is the mean of a value of each prediction. */
interface MeanScore extends Score {
  readonly place: number;
}

function listMeanScores({ quality }: MonitorSpec): MeanScore[] {
  const scores = quality === undefined ? [] : listScores(quality);
  return scores.flatMap((score, place) => (score.of === 'share' || score.of === 'mean' ? [{ ...score, place }] : []));
}

async function sumCohorts(
  { session, relation }: ScoredRows,
  spec: MonitorSpec,
  versions: readonly string[],
  { start, end }: Period,
): Promise<Cohort[]> {
  const scores = listMeanScores(spec);
  const within = `predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)}`;
  const found: Cohort[] = [];
  for (const version of versions) {
    const cohort = `(FROM ${relation} WHERE modelVersion = ${quoteLiteral(version)} AND ${within})`;
    const [row = {}] = await session.query(
      `SELECT count(*)::INTEGER AS predictions, count(*) FILTER (isLabelled)::INTEGER AS labelled FROM ${cohort}`,
    );
    const metrics: CohortMetric[] = [];
    for (const score of scores) {
      const [sums = {}] = await session.query(buildMetricSql(cohort, `score${score.place}`));
      metrics.push(toMetric(score, sums));
    }
    found.push({ version, predictions: Number(row.predictions), labelled: Number(row.labelled), metrics });
  }
  return found;
}

/**
 * Number, mean and variance of a score, and its cluster-robust variance of the mean: G / (G - 1) times the sum over entities of (sum of
 * residuals)^2, divided by n^2. Source: Cameron and Miller, "A practitioner's guide to cluster-robust inference" (2015), section II.
 */
function buildMetricSql(cohort: string, score: string): string {
  return `WITH scored AS (SELECT coalesce(entity, prediction) AS cluster, ${score} AS value FROM ${cohort} WHERE ${score} IS NOT NULL),
    whole AS (SELECT count(*) AS n, avg(value) AS mean, var_samp(value) AS variance FROM scored),
    groups AS (SELECT count(*) AS size, sum(value) AS total FROM scored GROUP BY cluster)
    SELECT n::INTEGER AS n, mean, variance, (
      SELECT sum(power(total - size * mean, 2)) * count(*) / nullif(count(*) - 1, 0) FROM groups) / nullif(n * variance, 0) AS inflation
    FROM whole`;
}

function toMetric({ metric, of }: MeanScore, row: LakeRow): CohortMetric {
  const variance = row.variance == null ? null : Number(row.variance);
  const kind = of === 'share' ? 'binary' : 'score';
  return {
    metric,
    kind,
    n: Number(row.n),
    mean: Number(row.mean ?? 0),
    variance,
    inflation: Math.max(1, Number(row.inflation ?? 1)),
  };
}
