import type { InstantRange } from '../../platform/journal/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';

export interface Selection {
  readonly model: string;
  readonly modelVersion?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly environment?: string | undefined;
  /** Variant of the endpoint that answered; predictions that clients recorded have none. */
  readonly variant?: string | undefined;
  /** UTC instants, `[start, end)` of when the prediction was made. */
  readonly start?: string | undefined;
  readonly end?: string | undefined;
  /** UTC instant; rows that arrived later are left out. */
  readonly knownAt?: string | undefined;
}

/** Columns of predictions to read. `answers` does not read `inputs`, which are most of the bytes. */
export type ReadColumns = 'all' | 'answers';

export interface Relations {
  readonly predictions: string;
  readonly labels: string;
  /**
   * Predictions of any day. Needed where `predictions` has only the rows of the selected time: an id that was sent again
   * with another time counts by its first record. Left out: the rows of `predictions` decide.
   */
  readonly predictionsOfAnyDay?: string;
}

/** Selects one row for each id: the first recorded one; of several in the same millisecond, the one with the earliest time. */
const FIRST_SENT = ['recordedAt', 'predictedAt'] as const;

/**
 * CTEs `predicted` (of the model), `told` and `labelled`: the predictions of a selection, each once and with its label.
 *
 * A prediction that was sent twice counts by its first record (`FIRST_SENT`), even if the second has another time. A label
 * names its prediction, or an entity and a time. A label of an entity belongs to the last prediction about that entity up to
 * its time, if that is no more than `withinMs` earlier; the earliest such label counts. A label that names its prediction
 * takes precedence. Of labels for the same outcome, the one that arrived last counts, because outcomes are corrected.
 * `label` is null while there is none.
 */
export function labelledSql(
  relations: Relations,
  selection: Selection,
  withinMs: number,
  columns: ReadColumns = 'all',
): string {
  const known = selection.knownAt === undefined ? [] : [`recordedAt <= ${buildInstantSql(selection.knownAt)}`];
  const model = `model = ${quoteLiteral(selection.model)}`;
  return `predicted AS (
      SELECT ${columns === 'all' ? '*' : '* EXCLUDE (inputs)'} FROM ${relations.predictions} sent
      WHERE ${[model, ...known, ...buildRivalsSql(selection, withinMs), ...buildFirstSentSql(relations, [model, ...known])].join(' AND ')}
      QUALIFY row_number() OVER (PARTITION BY prediction ORDER BY ${FIRST_SENT.join(', ')}, hash(output)) = 1
    ),
    told AS (SELECT * FROM ${relations.labels} WHERE ${[model, ...known].join(' AND ')}),
    matched AS (
      SELECT prediction, value, observedAt, recordedAt, true AS named FROM told WHERE prediction IS NOT NULL
      UNION ALL
      SELECT predicted.prediction, told.value, told.observedAt, told.recordedAt, false
      FROM (FROM told WHERE entity IS NOT NULL) told
      ASOF JOIN (FROM predicted WHERE entity IS NOT NULL) predicted
        ON told.entity = predicted.entity AND told.observedAt >= predicted.predictedAt
      WHERE told.observedAt <= predicted.predictedAt + ${buildMillisecondsSql(withinMs)}
    ),
    outcome AS (
      SELECT prediction, value AS label, recordedAt AS labelledAt FROM matched
      QUALIFY row_number() OVER (
        PARTITION BY prediction
        ORDER BY named DESC, CASE WHEN named THEN NULL ELSE observedAt END, recordedAt DESC, value) = 1
    ),
    labelled AS (
      SELECT predicted.*, outcome.label, outcome.labelledAt FROM predicted LEFT JOIN outcome USING (prediction)
      WHERE ${['true', ...buildConditions(selection)].join(' AND ')}
    )`;
}

/** Excludes rows with an id that was first sent at a time outside of the selected rows. */
function buildFirstSentSql({ predictionsOfAnyDay }: Relations, conditions: readonly string[]): string[] {
  if (predictionsOfAnyDay === undefined) return [];
  const [recordedAt, predictedAt] = FIRST_SENT;
  return [
    `NOT EXISTS (
        FROM (SELECT prediction, ${FIRST_SENT.join(', ')} FROM ${predictionsOfAnyDay} WHERE ${conditions.join(' AND ')}) before
        WHERE before.prediction = sent.prediction AND (before.${recordedAt} < sent.${recordedAt}
          OR (before.${recordedAt} = sent.${recordedAt} AND before.${predictedAt} < sent.${predictedAt})))`,
  ];
}

/** Rows of the model that were known at the time of a selection; `answers` without the content of `inputs`. */
export function rowsOfModelSql(relation: string, { model, knownAt }: Selection, columns: ReadColumns): string {
  const known = knownAt === undefined ? [] : [`recordedAt <= ${buildInstantSql(knownAt)}`];
  const read = columns === 'all' ? '*' : '* REPLACE (NULL::VARCHAR AS inputs)';
  return `SELECT ${read} FROM ${relation} WHERE ${[`model = ${quoteLiteral(model)}`, ...known].join(' AND ')}`;
}

/** Range of prediction times that `labelledSql` reads: files of other days need not be opened. */
export function computeReadRange({ start, end }: Pick<Selection, 'start' | 'end'>, withinMs: number): InstantRange {
  return { from: start, to: end === undefined ? undefined : new Date(Date.parse(end) + withinMs).toISOString() };
}

/**
 * Conditions for the selected predictions and all others that may take their outcomes: of other versions, or made up to
 * `withinMs` later.
 */
function buildRivalsSql({ start, end }: Selection, withinMs: number): string[] {
  const from = start === undefined ? [] : [`predictedAt >= ${buildInstantSql(start)}`];
  const until = end === undefined ? [] : [`predictedAt < ${buildInstantSql(end)} + ${buildMillisecondsSql(withinMs)}`];
  return [...from, ...until];
}

/** SQL conditions on the columns of a prediction. */
export function buildConditions({ modelVersion, endpoint, environment, variant, start, end }: Selection): string[] {
  const equal = Object.entries({ modelVersion, endpoint, environment, variant }).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${quoteLiteral(value)}`],
  );
  const from = start === undefined ? [] : [`predictedAt >= ${buildInstantSql(start)}`];
  const until = end === undefined ? [] : [`predictedAt < ${buildInstantSql(end)}`];
  return [...equal, ...from, ...until];
}

/** A UTC instant in the way of the lake's TIMESTAMP columns. */
export function buildInstantSql(text: string): string {
  return `TIMESTAMP ${quoteLiteral(text.replace('T', ' ').replace('Z', ''))}`;
}

function buildMillisecondsSql(duration: number): string {
  return `INTERVAL (${Math.round(duration)}) MILLISECOND`;
}
