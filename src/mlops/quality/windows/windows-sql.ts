import { quoteLiteral } from '../../../platform/lake/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import type { Period } from '../../../platform/units/index.ts';
import type { Score } from '../../monitors/index.ts';
import type { WINDOWS } from '../../monitors/schema.ts';
import { buildInstantSql } from '../../predictions/index.ts';

const MOST_WINDOWS = 5_000;
const TO_THE_SECOND = '%Y-%m-%dT%H:%M:%SZ';
const TO_THE_MS = '%Y-%m-%dT%H:%M:%S.%gZ';

/** Division of predictions into windows. */
export interface Cut {
  /**
   * Or windows of so many hours, counted from 1970 in UTC; or these periods, at least one and without overlap: rows outside
   * of all periods are left out.
   */
  readonly by: (typeof WINDOWS)[number] | { readonly hours: number } | { readonly periods: readonly Period[] };
  /** Name of an input. */
  readonly slice?: string | undefined;
  /** Maximum number of values, those with the most predictions first; left out: all. */
  readonly mostValues?: number | undefined;
  /** UTC instant: predictions that were made before are in no window; left out: all are. */
  readonly from?: string | undefined;
}

/** A cut of a relation: `slice` is the SQL of the value that rows are sliced by; null: they are not. */
export interface CutRows extends Pick<Cut, 'by' | 'from' | 'mostValues'> {
  /** FROM item with scored predictions, see `ScoredRows`. */
  readonly relation: string;
  readonly slice: string | null;
}

/** Columns of scored predictions in addition to their scores. */
const PLAIN = ['isLabelled', 'latencyMs', 'term0', 'term1', 'draw'];

/** Names of the columns that scores are in. */
export function scoreColumns(scores: readonly Score[]): string[] {
  return scores.flatMap(({ positive }, index) =>
    positive === undefined ? [`score${index}`] : [`score${index}`, `positive${index}`],
  );
}

/** Columns of the scores of a prediction, over its `output` and `label` (JSON). */
export function scoresSql(scores: readonly Score[]): string[] {
  return scores.flatMap(({ score, positive }, index) => [
    `CASE WHEN label IS NOT NULL THEN ${score} END AS score${index}`,
    ...(positive === undefined ? [] : [`label IS NOT NULL AND ${positive} AS positive${index}`]),
  ]);
}

/**
 * The first windows of a cut in their order, with the number of their `place`, the sums of their rows, and `sliceValues`, the number of values that the
 * rows of the whole cut are sliced by.
 */
export function windowsSql(cut: CutRows, scores: readonly Score[]): string {
  const areas = scores.flatMap(({ of }, index) => (of === 'auc' ? [index] : []));
  const means = scores.flatMap(({ of }, index) => (of === 'auc' ? [] : buildMeanSums(index)));
  const sums = [
    'quantile_cont(latencyMs, [0.5, 0.95, 0.99]) AS latencies',
    ...means,
    'count(*) FILTER (term0 IS NOT NULL AND term1 IS NOT NULL)::INTEGER AS estimated',
    ...['term0', 'term1'].map((term) => `avg(${term}) AS ${term}`),
  ];
  const shownOfAreas = areas.map(
    (index) => `, coalesce(area${index}.n, 0)::INTEGER AS n${index},
      area${index}.mean AS mean${index}, area${index}.sd AS sd${index}`,
  );
  // Rows are read again rather than kept in memory, unless their slices are parsed from JSON.
  const kept = cut.slice === null ? 'NOT MATERIALIZED ' : '';
  return `WITH
    every AS ${kept}(${buildCutSql(cut, [...PLAIN, ...scoreColumns(scores)])}),
    sliced AS (SELECT slice, count(*) AS predictions FROM every GROUP BY slice),
    cut AS ${kept}(${mostFrequentSql(cut.mostValues)}),
    ${areas.map((index) => `area${index} AS (${areaSql(index)}),`).join('\n')}
    summed AS (SELECT start, slice, count(*)::INTEGER AS predictions, count(*) FILTER (isLabelled)::INTEGER AS labelled,
      ${sums.join(', ')} FROM cut GROUP BY start, slice),
    placed AS (SELECT * EXCLUDE (latencies), latencies[1] AS latency0, latencies[2] AS latency1, latencies[3] AS latency2, row_number() OVER (ORDER BY start, slice NULLS FIRST) - 1 AS place FROM summed)
    SELECT placed.* EXCLUDE (start), (SELECT count(*)::INTEGER FROM sliced) AS sliceValues, placed.start AS begun, strftime(placed.start, ${quoteLiteral(isByPeriods(cut.by) ? TO_THE_MS : TO_THE_SECOND)}) AS start,
      ${buildWindowEnd(cut.by)} AS until ${shownOfAreas.join('')}
    FROM placed ${areas.map((index) => `LEFT JOIN area${index} ON ${isSameWindow(`area${index}`, 'placed', 'start')}`).join('\n')}
    WHERE placed.place < ${MOST_WINDOWS} ORDER BY placed.place`;
}

/** FROM item: the rows of a cut that have terms, with the place of their window in a table of `windowsSql`. */
export function placedSql(cut: CutRows, windows: string): string {
  const condition = 'WHERE term0 IS NOT NULL AND term1 IS NOT NULL';
  return `(SELECT place, cut.draw, cut.term0, cut.term1
    FROM (SELECT * FROM (${buildCutSql(cut, PLAIN)}) ${condition}) cut
    JOIN ${windows} windows ON ${isSameWindow('cut', 'windows', 'begun')})`;
}

function mostFrequentSql(mostValues: number | undefined): string {
  if (mostValues === undefined) return 'FROM every';
  return `SELECT every.* FROM every
    JOIN (FROM sliced ORDER BY predictions DESC, slice NULLS FIRST LIMIT ${mostValues}) most ON every.slice IS NOT DISTINCT FROM most.slice`;
}

function buildCutSql({ by, slice, from, relation }: CutRows, columns: readonly string[]): string {
  const since = from === undefined ? '' : `WHERE predictedAt >= ${buildInstantSql(from)}`;
  return `SELECT ${buildWindowStart(by)} AS start, ${slice ?? 'NULL::VARCHAR'} AS slice, ${columns.join(', ')}
    FROM ${isByPeriods(by) ? inPeriodsSql(relation, by) : relation} ${since}`;
}

type ByPeriods = Extract<Cut['by'], { readonly periods: unknown }>;

function isByPeriods(by: Cut['by']): by is ByPeriods {
  return typeof by !== 'string' && 'periods' in by;
}

/** FROM item: rows with `periodStart`, where they are in a period. */
function inPeriodsSql(relation: string, by: ByPeriods): string {
  return `(SELECT rows.*, periods.periodStart FROM ${relation} rows
    ASOF JOIN ${periodsSql(by)} ON rows.predictedAt >= periods.periodStart WHERE rows.predictedAt < periods.periodEnd)`;
}

function periodsSql({ periods }: ByPeriods): string {
  const rows = periods.map(({ start, end }) => `(${buildInstantSql(start)}, ${buildInstantSql(end)})`);
  return `(VALUES ${rows.join(', ')}) periods(periodStart, periodEnd)`;
}

function isSameWindow(one: string, other: string, start: string): string {
  return `${one}.start IS NOT DISTINCT FROM ${other}.${start} AND ${one}.slice IS NOT DISTINCT FROM ${other}.slice`;
}

function buildWindowStart(by: Cut['by']): string {
  if (by === 'all') return 'NULL::TIMESTAMP';
  if (typeof by === 'string') return `date_trunc(${quoteLiteral(by)}, predictedAt)`;
  if (isByPeriods(by)) return 'periodStart';
  const lengthMs = by.hours * HOUR_MS;
  return `epoch_ms(epoch_ms(predictedAt) // ${lengthMs} * ${lengthMs})`;
}

/** SQL of the end of a window; null: it has none. */
function buildWindowEnd(by: Cut['by']): string {
  if (by === 'all') return 'NULL';
  if (isByPeriods(by)) {
    const end = `SELECT periodEnd FROM ${periodsSql(by)} WHERE periodStart = placed.start`;
    return `strftime((${end}), ${quoteLiteral(TO_THE_MS)})`;
  }
  const length = typeof by === 'string' ? `1 ${by}` : `${by.hours} hour`;
  return `strftime(placed.start + INTERVAL ${length}, ${quoteLiteral(TO_THE_SECOND)})`;
}

/**
 * Area under the ROC curve of each window, by its placements (DeLong et al. 1988): of each labelled row the share of the rows of the other class
 * that it is told apart from rightly, ties by half. Their mean over the positive rows is the area. Rows of equal probability are counted together, so
 * that one pass over the distinct probabilities does. `sd` is of one row, as if the area were a mean over all.
 */
function areaSql(index: number): string {
  const [p, positive] = [`score${index}`, `positive${index}`];
  const count = (side: string) => `count(*) FILTER (${side})::DOUBLE`;
  const moments = (weight: string, placement: string) =>
    `sum(${weight}) AS ${weight}, sum(${weight} * ${placement}) AS ${weight}Sum, sum(${weight} * ${placement} * ${placement}) AS ${weight}Squares`;
  const variance = (side: string) =>
    `(CASE WHEN ${side} > 1 THEN greatest(0, ${side}Squares - ${side}Sum * ${side}Sum / ${side}) / (${side} - 1) / ${side} END)`;
  return `SELECT start, slice, positives + negatives AS n, positivesSum / positives AS mean,
      sqrt((${variance('positives')} + ${variance('negatives')}) * (positives + negatives)) AS sd
    FROM (
      SELECT start, slice, ${moments('positives', 'positivePlacement')}, ${moments('negatives', 'negativePlacement')}
      FROM (
        SELECT start, slice, positives, negatives,
          (sum(negatives) OVER upTo - negatives / 2) / sum(negatives) OVER whole AS positivePlacement,
          1 - (sum(positives) OVER upTo - positives / 2) / sum(positives) OVER whole AS negativePlacement
        FROM (
          SELECT start, slice, ${p} AS p, ${count(positive)} AS positives, ${count(`NOT ${positive}`)} AS negatives
          FROM cut WHERE ${p} IS NOT NULL AND ${positive} IS NOT NULL GROUP BY ALL)
        WINDOW upTo AS (PARTITION BY start, slice ORDER BY p ROWS UNBOUNDED PRECEDING), whole AS (PARTITION BY start, slice))
      GROUP BY start, slice)
    WHERE positives > 0 AND negatives > 0`;
}

function buildMeanSums(index: number): string[] {
  return [
    `count(score${index})::INTEGER AS n${index}`,
    `avg(score${index}) AS mean${index}`,
    `stddev_samp(score${index}) AS sd${index}`,
  ];
}
