import type { Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { countSlowRows, type LatencyCount } from './latency.ts';
import { type PairQuestion, type PairsQuestion, pairManyTables, pairTables } from './pair.ts';
import { evaluationRoutes } from './routes.ts';
import type { PairedOutcomes } from './schema.ts';
import type { EvaluationDeps } from './service.ts';
import { findEvaluations, type StoredEvaluation } from './store.ts';

export type { LatencyCount } from './latency.ts';
export { evaluationMigrations } from './migrations.ts';
export type { StoredEvaluation } from './store.ts';

/** Tables of per-example outcomes of runs: two of them pair by example id. */
export interface Evaluations {
  /** Versions of an evaluation of a run, newest first; of all its evaluations without a name. */
  versions(sql: Sql, runId: string, name?: string): Promise<StoredEvaluation[]>;
  /**
   * Sufficient statistics of an outcome over the examples of both tables; null where a table lacks the outcome, or has it as
   * another kind. Errors: `lake_file_damaged`.
   */
  pair(sql: Sql, question: PairQuestion): Promise<PairedOutcomes | null>;
  /** The same for several candidates with one baseline, in their order; reads many tables in one query. */
  pairMany(sql: Sql, question: PairsQuestion): Promise<(PairedOutcomes | null)[]>;
  /** Examples with a latency above a bound in ms; null without a latency column. */
  countSlow(sql: Sql, evaluation: StoredEvaluation, boundMs: number): Promise<LatencyCount | null>;
  readonly routes: readonly Route[];
}

export function createEvaluations(deps: EvaluationDeps): Evaluations {
  return {
    versions: findEvaluations,
    pair: (sql, question) => pairTables(deps.lake, sql, question),
    pairMany: (sql, question) => pairManyTables(deps.lake, sql, question),
    countSlow: (sql, evaluation, boundMs) => countSlowRows(deps.lake, sql, evaluation, boundMs),
    routes: evaluationRoutes(deps),
  };
}
