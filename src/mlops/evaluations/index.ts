import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { type CascadeAnswers, readRelation } from './cascade-answers.ts';
import {
  type CascadeQuestion,
  type CascadeSums,
  type ReportedCascade,
  reportCascade,
  sumByConfidence,
} from './cascade-sums.ts';
import { countSlowRows, type LatencyCount } from './latency.ts';
import { type PairQuestion, type PairsQuestion, pairManyTables, pairTables } from './pair.ts';
import { evaluationRoutes } from './routes.ts';
import type { PairedOutcomes } from './schema.ts';
import {
  type ComputedTable,
  type EvaluationDeps,
  type ImportedEvaluation,
  recordComputedTable,
  requireRun,
} from './service.ts';
import { findEvaluationById, findEvaluations, type StoredEvaluation } from './store.ts';

export type { CascadeAnswers } from './cascade-answers.ts';
export type { CascadeSums, ReportedCascade } from './cascade-sums.ts';
export { EVALUATION_ROWS } from './lake-table.ts';
export type { LatencyCount } from './latency.ts';
export { evaluationMigrations } from './migrations.ts';
export type { ComputedTable, ImportedEvaluation } from './service.ts';
export type { StoredEvaluation } from './store.ts';

/** Tables of per-example outcomes of runs: two of them pair by example id. */
export interface Evaluations {
  /** Versions of an evaluation of a run, newest first; of all its evaluations without a name. */
  versions(sql: Sql, runId: string, name?: string): Promise<StoredEvaluation[]>;
  /** null when there is none of this id. */
  find(sql: Sql, id: string): Promise<StoredEvaluation | null>;
  /** Rows of an evaluation as a FROM item (`id`, `cluster`, `outcomes`); read it within a hold of the lake. */
  relation(sql: Sql, evaluation: StoredEvaluation): Promise<string>;
  /** Records outcomes that are computed in a session of the lake. Errors: `run_not_found`, `evaluation_rows_invalid`. */
  record(table: ComputedTable): Promise<ImportedEvaluation>;
  /**
   * Sufficient statistics of an outcome over the examples of both tables; null where a table lacks the outcome, or has it as
   * another kind. Errors: `lake_file_damaged`.
   */
  pair(sql: Sql, question: PairQuestion): Promise<PairedOutcomes | null>;
  /** The same for several candidates with one baseline, in their order; reads many tables in one query. */
  pairMany(sql: Sql, question: PairsQuestion): Promise<(PairedOutcomes | null)[]>;
  /**
   * Sums over the fitted half of the examples of two tables, from which the threshold of a cascade is selected; null as for `pair`. Errors:
   * `lake_file_damaged`.
   */
  sumByConfidence(sql: Sql, question: CascadeQuestion): Promise<CascadeSums | null>;
  /** A cascade on the other half of the examples, paired with its last table; null as for `pair`. */
  reportCascade(sql: Sql, answers: CascadeAnswers, outcome: string): Promise<ReportedCascade | null>;
  /** Examples with a latency above a bound in ms; null without a latency column. */
  countSlow(sql: Sql, evaluation: StoredEvaluation, boundMs: number): Promise<LatencyCount | null>;
  readonly routes: readonly Route[];
}

export function createEvaluations(deps: EvaluationDeps): Evaluations {
  return {
    versions: findEvaluations,
    find: findEvaluationById,
    relation: (sql, evaluation) => readRelation(deps.lake, sql, evaluation),
    async record(table) {
      await requireRun(deps, table.runId);
      return recordComputedTable(deps, table);
    },
    pair: (sql, question) => pairTables(deps.lake, sql, question),
    pairMany: (sql, question) => pairManyTables(deps.lake, sql, question),
    sumByConfidence: (sql, question) => sumByConfidence(deps.lake, sql, question),
    reportCascade: (sql, answers, outcome) => reportCascade(deps.lake, sql, answers, outcome),
    countSlow: (sql, evaluation, boundMs) => countSlowRows(deps.lake, sql, evaluation, boundMs),
    routes: evaluationRoutes(deps),
  };
}
