import { identifier, literal } from '../../../platform/lake/index.ts';
import type { Period } from '../../../platform/units/index.ts';
import { instant, labelledSql, type Selection } from '../predictions/labelled.ts';
import type { WINDOWS } from './schema.ts';
import type { Score } from './scores.ts';

const MOST_WINDOWS = 5_000;
const HOUR_MS = 3_600_000;
const TO_THE_SECOND = '%Y-%m-%dT%H:%M:%SZ';
const TO_THE_MS = '%Y-%m-%dT%H:%M:%S.%gZ';

/** How predictions are cut into windows. */
export interface Cut {
  /** Or windows of so many hours, counted from 1970 in UTC; or these periods, at least one, by time, of which none overlap: what is in none is left out. */
  readonly by: (typeof WINDOWS)[number] | { readonly hours: number } | { readonly periods: readonly Period[] };
  /** Name of an input. */
  readonly slice?: string | undefined;
  /** UTC instant: predictions that were made before are in no window; left out: all are. */
  readonly from?: string | undefined;
}

/** Predictions with the place of their window among the windows. */
export function placedSql(relation: string, { by, slice, from }: Cut): string {
  return `WITH cut AS (SELECT *, ${windowColumns(by, slice)} FROM ${inPeriodsSql(relation, by)} ${sinceSql(from)})
    SELECT *, dense_rank() OVER (ORDER BY start, slice NULLS FIRST) - 1 AS place FROM cut
    QUALIFY place < ${MOST_WINDOWS}`;
}

function isByPeriods(by: Cut['by']): by is Extract<Cut['by'], { periods: unknown }> {
  return typeof by !== 'string' && 'periods' in by;
}

/** Rows with `periodStart` and `periodEnd` where a cut is by periods. */
function inPeriodsSql(relation: string, by: Cut['by']): string {
  if (!isByPeriods(by)) return relation;
  const rows = by.periods.map(({ start, end }) => `(${instant(start)}, ${instant(end)})`);
  return `(SELECT rows.*, periods.* FROM ${relation} rows
    ASOF JOIN (VALUES ${rows.join(', ')}) periods(periodStart, periodEnd) ON rows.predictedAt >= periods.periodStart
    WHERE rows.predictedAt < periods.periodEnd)`;
}

function sinceSql(from: string | undefined): string {
  return from === undefined ? '' : `WHERE predictedAt >= ${instant(from)}`;
}

function windowColumns(by: Cut['by'], slice: string | undefined): string {
  const start = windowStart(by);
  const part =
    slice === undefined ? 'NULL::VARCHAR' : `json_extract_string(inputs, ${literal(`$.${identifier(slice)}`)})`;
  return `${start} AS start, ${part} AS slice`;
}

function windowStart(by: Cut['by']): string {
  if (by === 'all') return 'NULL::TIMESTAMP';
  if (typeof by === 'string') return `date_trunc(${literal(by)}, predictedAt)`;
  if ('periods' in by) return 'periodStart';
  const lengthMs = by.hours * HOUR_MS;
  return `epoch_ms(epoch_ms(predictedAt) // ${lengthMs} * ${lengthMs})`;
}

/** SQL of the end of a window; null: it has none. */
function windowEnd(by: Cut['by']): string {
  if (by === 'all') return 'NULL';
  if (isByPeriods(by)) return `strftime(any_value(periodEnd), ${literal(TO_THE_MS)})`;
  const length = typeof by === 'string' ? `1 ${by}` : `${by.hours} hour`;
  return `strftime(start + INTERVAL ${length}, ${literal(TO_THE_SECOND)})`;
}

/** Predictions with their scores, so that several cuts parse outputs and labels once. */
export function scoredSql(common: string, scores: readonly Score[]): string {
  const scored = scores.flatMap(({ score, positive }, index) => [
    `CASE WHEN label IS NOT NULL THEN ${score} END AS score${index}`,
    ...(positive === undefined ? [] : [`label IS NOT NULL AND ${positive} AS positive${index}`]),
  ]);
  return `WITH ${common} SELECT ${['*', ...scored].join(', ')} FROM labelled`;
}

/** Windows over a relation as `scoredSql` gives it. */
export function windowsSql(
  relation: string,
  { by, slice, from, scores }: Cut & { readonly scores: readonly Score[] },
): string {
  const kept = scores.flatMap(({ positive }, index) =>
    positive === undefined ? [`score${index}`] : [`score${index}`, `positive${index}`],
  );
  const placed = scores.flatMap(({ of }, index) =>
    of === 'auc' ? [`${placementSql(index)} AS placement${index}`] : [],
  );
  const sums = scores.flatMap(({ of }, index) => (of === 'auc' ? aucSums(index) : meanSums(index)));
  const quantiles = [0.5, 0.95, 0.99].map((q, index) => `quantile_cont(latencyMs, ${q}) AS latency${index}`);
  const ends = isByPeriods(by) ? ['periodEnd'] : [];
  return `WITH
    scored AS (SELECT ${[windowColumns(by, slice), ...ends, 'label', 'latencyMs', ...kept].join(', ')} FROM ${inPeriodsSql(relation, by)}
      ${sinceSql(from)}),
    placed AS (SELECT ${['*', ...placed].join(', ')} FROM scored)
    SELECT strftime(start, ${literal(isByPeriods(by) ? TO_THE_MS : TO_THE_SECOND)}) AS start, ${windowEnd(by)} AS until,
      slice, count(*)::INTEGER AS predictions, count(label)::INTEGER AS labelled,
      ${[...quantiles, ...sums].join(', ')}
    FROM placed GROUP BY ALL ORDER BY start, slice NULLS FIRST LIMIT ${MOST_WINDOWS}`;
}

/**
 * Of each labelled row the share of the rows of the other class that it is told apart from rightly, ties by half (DeLong et
 * al. 1988): their mean over the positive ones is the area under the ROC curve.
 */
function placementSql(index: number): string {
  const [p, positive] = [`score${index}`, `positive${index}`];
  // Not with FILTER, which takes time in the square of the rows over a range.
  const count = (side: string, over: string) =>
    `count(CASE WHEN ${p} IS NOT NULL AND ${side} THEN 1 END) OVER (PARTITION BY start, slice${over})`;
  const below = (side: string) => {
    const upTo = count(side, ` ORDER BY ${p} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`);
    return `(${upTo} - ${count(side, `, ${p}`)} / 2.0::DOUBLE)`;
  };
  const negative = `NOT ${positive}`;
  return `CASE WHEN ${p} IS NULL THEN NULL
    WHEN ${positive} THEN ${below(negative)} / nullif(${count(negative, '')}, 0)
    WHEN ${negative} THEN 1 - ${below(positive)} / nullif(${count(positive, '')}, 0) END`;
}

/** `sd` is of one row, as if the area were a mean over all. */
function aucSums(index: number): string[] {
  const placement = `placement${index}`;
  const of = (sum: string, side: string) => `${sum}(${placement}) FILTER (${side})`;
  const [positive, negative] = [`positive${index}`, `NOT positive${index}`];
  const variance = (side: string) => `${of('var_samp', side)} / ${of('count', side)}`;
  return [
    `count(${placement})::INTEGER AS n${index}`,
    `${of('avg', positive)} AS mean${index}`,
    `sqrt((${variance(positive)} + ${variance(negative)}) * count(${placement})) AS sd${index}`,
  ];
}

function meanSums(index: number): string[] {
  return [
    `count(score${index})::INTEGER AS n${index}`,
    `avg(score${index}) AS mean${index}`,
    `stddev_samp(score${index}) AS sd${index}`,
  ];
}

export function unmatchedSql(
  { predictions, labels }: { predictions: string; labels: string },
  selection: Selection,
): string {
  const { model, knownAt } = selection;
  const ids = labelledSql({ predictions, labels }, { model, knownAt }, 0, 'answers');
  return `WITH ${ids} SELECT count(DISTINCT prediction) AS labels FROM told
    WHERE prediction IS NOT NULL AND prediction NOT IN (SELECT prediction FROM predicted)`;
}
