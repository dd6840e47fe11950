import type { Lake } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { EVALUATION_ROWS } from './lake-table.ts';
import type { OutcomeSummary } from './schema.ts';
import type { StoredEvaluation } from './store.ts';

/** Answers of a cascade of two tables: those of `first` from a confidence on, else those of `last`. Only reported examples. */
export interface CascadeAnswers {
  /** With a confidence column. */
  readonly first: StoredEvaluation;
  readonly last: StoredEvaluation;
  /** Confidence from which the answer of `first` is taken, 0 to 1. */
  readonly acceptAtConfidence: number;
}

/** A table, or the answers of a cascade of two. */
export type Answers = StoredEvaluation | CascadeAnswers;

/** One outcome of answers. */
export interface OutcomeRelation {
  /** FROM item with `id`, `o` and `cluster`; of a cascade also `last`, the outcome of the last table, and `escalated`, a boolean. */
  readonly from: string;
  readonly kind: OutcomeSummary['kind'];
  readonly hasClusters: boolean;
}

/** Rows of one evaluation as a FROM item. */
export async function readRelation(lake: Lake, sql: Sql, { lakeFile }: StoredEvaluation): Promise<string> {
  return lake.stagedRelation(EVALUATION_ROWS, await lake.filesById(sql, EVALUATION_ROWS, [lakeFile]));
}

/** An outcome of a table or of a cascade; null where a table lacks it, or both tables have it as different kinds. */
export async function readOutcome(
  lake: Lake,
  sql: Sql,
  answers: Answers,
  outcome: string,
): Promise<OutcomeRelation | null> {
  if ('evaluation' in answers) return readTableOutcome(lake, sql, answers, outcome);
  const joined = await joinStages(lake, sql, answers, outcome);
  if (joined === null) return null;
  const isAccepted = `confidence >= ${toDoubleSql(answers.acceptAtConfidence)}`;
  const from = `(SELECT id, cluster, CASE WHEN ${isAccepted} THEN a ELSE b END AS o, b AS last, NOT (${isAccepted}) AS escalated
    FROM ${joined.from} WHERE NOT is_fitted)`;
  return { ...joined, from };
}

async function readTableOutcome(
  lake: Lake,
  sql: Sql,
  table: StoredEvaluation,
  outcome: string,
): Promise<OutcomeRelation | null> {
  const { outcomes, clusters } = table.evaluation;
  const place = outcomes.findIndex((one) => one.outcome === outcome);
  const kind = outcomes[place]?.kind;
  if (kind === undefined) return null;
  const from = `(SELECT id, outcomes[${place + 1}] AS o, cluster, confidence FROM ${await readRelation(lake, sql, table)})`;
  return { from, kind, hasClusters: clusters !== null };
}

/** Examples of one fold are fitted or reported together; half of the folds of a fit order cascades, the other half test them. */
export const FOLDS = 20;

/**
 * The examples of both tables, with the outcomes `a` of the first and `b` of the last, the confidence of the first, and the side of the split.
 * The side and the fold follow from the MD5 of the cluster of an example, else of its id: they are the same for every model, cascade and
 * later version of an evaluation, and dependent examples are on one side.
 */
export async function joinStages(
  lake: Lake,
  sql: Sql,
  { first, last }: Pick<CascadeAnswers, 'first' | 'last'>,
  outcome: string,
): Promise<OutcomeRelation | null> {
  const one = await readTableOutcome(lake, sql, first, outcome);
  const other = await readTableOutcome(lake, sql, last, outcome);
  if (one === null || other === null || one.kind !== other.kind) return null;
  const from = `(SELECT id, cluster, a, b, confidence, hashed % 2 = 0 AS is_fitted, (hashed // 2) % ${FOLDS} AS fold FROM (
    SELECT id, coalesce(x.cluster, y.cluster) AS cluster, x.o AS a, y.o AS b, x.confidence,
      ('0x' || left(md5(coalesce(x.cluster, y.cluster, id)), 8))::UBIGINT AS hashed
    FROM ${one.from} x JOIN ${other.from} y USING (id)))`;
  return { from, kind: one.kind, hasClusters: one.hasClusters || other.hasClusters };
}

/** The same double: a literal with a point would be a decimal. */
function toDoubleSql(value: number): string {
  return `'${value}'::DOUBLE`;
}
