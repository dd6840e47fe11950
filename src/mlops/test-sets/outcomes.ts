import type { EvaluationColumns } from '../evaluations/schema.ts';
import { listScores, type Score } from '../monitors/index.ts';
import type { MonitorSpec } from '../monitors/schema.ts';

/** A score with its place among those of the monitor: its column is `score<place>`. */
export interface ExampleScore extends Score {
  readonly place: number;
}

/**
 * Scores that have a value for each prediction, so that two versions pair on them: accuracy, absolute error, and the metrics of a
 * ranking. Precision, recall, F1, ROC AUC and RMSE are of a set of predictions only.
 */
export function listExampleScores({ quality }: Pick<MonitorSpec, 'quality'>): ExampleScore[] {
  const scores = quality === undefined ? [] : listScores(quality);
  const placed = scores.map((score, place) => ({ ...score, place }));
  return placed.filter(({ metric, of }) => of === 'mean' || metric === BINARY);
}

const BINARY = 'accuracy';

/** Columns of the outcomes, in the order in which an evaluation has them. */
export function toEvaluationColumns(scores: readonly ExampleScore[]): EvaluationColumns {
  const { binary = [], score = [] } = Object.groupBy(scores, ({ metric }) => (metric === BINARY ? 'binary' : 'score'));
  const [correct] = binary;
  return {
    id: 'prediction',
    cluster: 'entity',
    ...(correct === undefined ? {} : { correct: correct.metric }),
    scores: score.map(({ metric }) => metric),
  };
}

/** SQL columns `id`, `cluster`, `o0`, … of scored rows, in the order of `toEvaluationColumns`. */
export function buildOutcomeColumns(scores: readonly ExampleScore[]): string {
  const ordered = scores.toSorted((one, other) => Number(other.metric === BINARY) - Number(one.metric === BINARY));
  const outcomes = ordered.map(({ place }, at) => `score${place} AS o${at}`);
  return ['prediction AS id', 'coalesce(entity, prediction) AS cluster', ...outcomes].join(', ');
}

/** SQL condition: every outcome has a value. */
export function buildMeasuredCondition(scores: readonly ExampleScore[]): string {
  return scores.map(({ place }) => `score${place} IS NOT NULL`).join(' AND ');
}
