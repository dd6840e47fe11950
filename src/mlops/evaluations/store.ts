import type { Sql } from '../../platform/store/index.ts';
import { Evaluation } from './schema.ts';

interface EvaluationTables {
  evaluation: { evaluation: string; run_id: string; name: string; version: number; lake_file: string; facts: string };
}

/** An evaluation with the file of the lake that holds its rows. */
export interface StoredEvaluation {
  readonly evaluation: Evaluation;
  readonly lakeFile: string;
}

/** Evaluations of a run, newest version first within a name. */
export async function findEvaluations(sql: Sql, runId: string, name?: string): Promise<StoredEvaluation[]> {
  let query = sql.tables<EvaluationTables>().selectFrom('evaluation').selectAll().where('run_id', '=', runId);
  if (name !== undefined) query = query.where('name', '=', name);
  const rows = await query.orderBy('name').orderBy('version', 'desc').execute();
  return rows.map(toStored);
}

/** null when there is none of this id. */
export async function findEvaluationById(sql: Sql, id: string): Promise<StoredEvaluation | null> {
  const query = sql.tables<EvaluationTables>().selectFrom('evaluation').selectAll().where('evaluation', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

export async function insertEvaluation(sql: Sql, { evaluation, lakeFile }: StoredEvaluation): Promise<void> {
  const { evaluation: id, runId, name, version } = evaluation;
  const row = { evaluation: id, run_id: runId, name, version, lake_file: lakeFile, facts: JSON.stringify(evaluation) };
  await sql.tables<EvaluationTables>().insertInto('evaluation').values(row).execute();
}

function toStored(row: EvaluationTables['evaluation']): StoredEvaluation {
  return { evaluation: Evaluation.parse(JSON.parse(row.facts)), lakeFile: row.lake_file };
}
