import { fitCascade } from './cascade/fit-cascade.ts';
import { compareCandidates } from './compare-candidates.ts';
import type { DataFile } from './file-rows.ts';
import { evaluateOutcomeFrontier } from './frontier/outcome-frontier.ts';
import { type CandidateColumns, readCandidates } from './frontier/read-candidates.ts';
import { evaluateTableFrontier } from './frontier/table-frontier.ts';
import type { LookPlan } from './looks.ts';
import { readOutcomes } from './read-outcomes.ts';
import type { CascadeMethod, CascadeReport, ComparedRows, FrontierReport, OutcomeComparison } from './schema.ts';
import { type EvaluationFile, readEvaluationSpec } from './spec.ts';

export { type DataFile, type DataRow, readDataRows } from './file-rows.ts';
export { type Candidate, evaluatePoints, type IsBetter } from './frontier/evaluate-points.ts';
export type { CandidateColumns } from './frontier/read-candidates.ts';
export type { LookPlan } from './looks.ts';
export { type Parsed, parseCost, parseNumber } from './parse-values.ts';
export type { EvaluationFile } from './spec.ts';
export { createValueInvalid } from './value-errors.ts';

/** Two candidates of a file of outcomes, and the question about them. */
export interface ComparisonRequest {
  readonly file: DataFile;
  readonly evaluation: EvaluationFile;
  readonly baseline: string;
  readonly candidate: string;
  /** Largest loss of quality that still counts as non-inferior; at least 0. */
  readonly margin: number;
  /** Two-sided error level, 0 to 1. */
  readonly alpha: number;
  readonly rows: ComparedRows;
  readonly plan: LookPlan;
}

/**
 * Compares two candidates of a CSV, CSV.gz or Parquet file, paired by row: difference of quality, saving, verdict. Needs no server.
 * Errors: those of reading the file and the SPEC, `candidate_unknown`, `currency_mismatch`.
 *
 * @example (await compareOutcomeFile({ ...request, baseline: 'large', candidate: 'small', margin: 0.01 })).verdict // 'non-inferior'
 */
export async function compareOutcomeFile(request: ComparisonRequest): Promise<OutcomeComparison> {
  const { file, baseline, candidate, rows } = request;
  const spec = await readEvaluationSpec(request.evaluation);
  const isAsked = (row: number): boolean => rows === 'all' || (row % 2 === 0) === (rows === 'even');
  return compareCandidates(
    await readOutcomes(file, spec, [baseline, candidate], { confidence: false, isAsked }),
    request,
  );
}

/** A cascade to fit. */
export interface CascadeRequest {
  readonly file: DataFile;
  readonly evaluation: EvaluationFile;
  readonly margin: number;
  readonly alpha: number;
  readonly method: CascadeMethod;
}

/**
 * Fits a cascade of the candidates of a file on half of the rows and tests it on the other half. Errors: those of reading, `candidate_cost_missing`,
 * `currency_mismatch`, `outcomes_too_few`.
 *
 * @example (await fitCascadeFile({ file, evaluation, margin: 0.01, alpha: 0.05, method: 'split' })).stages
 */
export async function fitCascadeFile(request: CascadeRequest): Promise<CascadeReport> {
  const spec = await readEvaluationSpec(request.evaluation);
  const names = spec.candidates.map(({ name }) => name);
  const table = await readOutcomes(request.file, spec, names, { confidence: true });
  return fitCascade(table, { ...request, fitRows: spec.fitRows });
}

/** A frontier of the candidates of a file of outcomes, or of a table with a row for each candidate. */
export type FrontierRequest = { readonly file: DataFile; readonly alpha: number } & (
  | { readonly evaluation: EvaluationFile }
  | { readonly columns: CandidateColumns }
);

/**
 * Evaluates the frontier of cost and quality: points on it, dominated and tied points, and the range of the trade price in which each
 * wins. Errors: those of reading, `currency_mismatch`.
 *
 * @example (await evaluateFrontierFile({ file, alpha: 0.05, columns })).points.filter(({ onPointFrontier }) => onPointFrontier)
 */
export async function evaluateFrontierFile(request: FrontierRequest): Promise<FrontierReport> {
  const { file, alpha } = request;
  if ('columns' in request) return evaluateTableFrontier(await readCandidates(file, request.columns), alpha);
  const spec = await readEvaluationSpec(request.evaluation);
  const names = spec.candidates.map(({ name }) => name);
  return evaluateOutcomeFrontier(await readOutcomes(file, spec, names, { confidence: false }), alpha);
}
