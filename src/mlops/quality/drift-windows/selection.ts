import type { InstantRange } from '../../../platform/journal/index.ts';
import { type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { buildInstantSql, LABEL, labelledSql, type Selection } from '../../predictions/index.ts';
import type { Tables } from '../windows/windows.ts';

/** Predictions of a model in the order of time and id, each once. */
export interface Predictions {
  readonly session: LakeSession;
  /** CTEs that end in `labelled`, of the predictions of a selection. */
  with(selection: Omit<Selection, 'model'>): string;
}

export interface PredictionSource {
  readonly tables: Tables;
  readonly model: string;
  readonly withinDays: number;
  /** Whether a column of labels is requested: labels are joined only then. */
  readonly labels: boolean;
  /** Time range of the predictions to read. */
  readonly range: InstantRange;
}

/** Reads predictions; the lake keeps the rows that `work` reads until it returns. */
export function readPredictions<T>(
  { tables, model, withinDays, labels, range }: PredictionSource,
  work: (predictions: Predictions) => Promise<T>,
): Promise<T> {
  return tables.predictions.read((predictions, session) => {
    const through = (told: string) =>
      work({
        session,
        with: (selection) =>
          labelledSql({ predictions, labels: told }, { model, ...selection }, labels ? withinDays * DAY_MS : 0),
      });
    return labels ? tables.labels.read((told) => through(told)) : through(NO_LABELS);
  }, range);
}

const NO_LABELS = `(SELECT ${Object.entries(LABEL.columns)
  .map(([name, type]) => `NULL::${type} AS "${name}"`)
  .join(', ')} WHERE false)`;

/** A prediction by its place in the order of time and id. */
export interface Place {
  /** UTC, to the microsecond as the lake has it. */
  readonly at: string;
  readonly prediction: string;
}

/** SQL condition for predictions after this one. Written without BETWEEN on pairs, on which DuckDB 1.5 fails. */
export function buildAfterSql({ at, prediction }: Place): string {
  return `(predictedAt > ${buildInstantSql(at)} OR (predictedAt = ${buildInstantSql(at)} AND prediction > ${quoteLiteral(prediction)}))`;
}

/** The same, with that one left in and all behind it out. */
export function buildUpToSql({ at, prediction }: Place): string {
  return `(predictedAt < ${buildInstantSql(at)} OR (predictedAt = ${buildInstantSql(at)} AND prediction <= ${quoteLiteral(prediction)}))`;
}

/** SQL of the exact instant of a prediction, as `Place` has it. */
export const EXACT_AT = `strftime(predictedAt, '%Y-%m-%dT%H:%M:%S.%fZ')`;
