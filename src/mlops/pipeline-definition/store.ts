import type { Sql } from '../../platform/store/index.ts';
import { PipelineSpec } from './schema.ts';

interface PipelineTables {
  pipeline: { name: string; spec: string; pipeline_version: number; next_number: number; applied_at: string };
}

export interface StoredPipeline {
  readonly name: string;
  /** Grows with every change of the document. */
  readonly pipelineVersion: number;
  readonly spec: PipelineSpec;
  readonly appliedAt: string;
}

/** Pipelines by name. */
export async function findPipelines(sql: Sql, name: string | null): Promise<StoredPipeline[]> {
  let query = sql.tables<PipelineTables>().selectFrom('pipeline').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  return (await query.execute()).map((row) => ({
    name: row.name,
    pipelineVersion: row.pipeline_version,
    spec: PipelineSpec.parse(JSON.parse(row.spec)),
    appliedAt: row.applied_at,
  }));
}

/** Team and project of a pipeline as it is applied now; null when there is no such pipeline. */
export async function findPipelineOwner(
  sql: Sql,
  name: string,
): Promise<{ readonly team: string | null; readonly project: string | null } | null> {
  const [found] = await findPipelines(sql, name);
  return found === undefined ? null : { team: found.spec.team ?? null, project: found.spec.project ?? null };
}

export async function savePipeline(
  sql: Sql,
  { name, pipelineVersion, spec, appliedAt }: StoredPipeline,
): Promise<void> {
  const row = { spec: JSON.stringify(spec), pipeline_version: pipelineVersion, applied_at: appliedAt };
  await sql
    .tables<PipelineTables>()
    .insertInto('pipeline')
    .values({ name, next_number: 1, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** The number of the next run of a pipeline, taken in the caller's transaction. */
export async function takeRunNumber(sql: Sql, name: string): Promise<number> {
  const tables = sql.tables<PipelineTables>();
  const row = await tables
    .selectFrom('pipeline')
    .select('next_number')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  await tables
    .updateTable('pipeline')
    .set({ next_number: row.next_number + 1 })
    .where('name', '=', name)
    .execute();
  return row.next_number;
}
