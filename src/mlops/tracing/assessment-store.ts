import type { Sql } from '../../platform/store/index.ts';
import type { AssessmentRow, TracingTables } from './tables.ts';
import { splitIntoChunks } from './trace-store.ts';

/** Inserts assessments, or replaces those of the same id and trace; an id of another trace is not replaced. */
export async function saveAssessments(sql: Sql, rows: readonly AssessmentRow[]): Promise<void> {
  const unique = new Map(rows.map((row) => [row.assessment_id, row]));
  for (const part of splitIntoChunks([...unique.values()], 500)) {
    await sql
      .tables<TracingTables>()
      .insertInto('assessment')
      .values(part)
      .onConflict((of) =>
        of
          .column('assessment_id')
          .doUpdateSet((eb) => ({
            trace_id: eb.ref('excluded.trace_id'),
            name: eb.ref('excluded.name'),
            type: eb.ref('excluded.type'),
            value: eb.ref('excluded.value'),
            numeric_value: eb.ref('excluded.numeric_value'),
            valid: eb.ref('excluded.valid'),
            content: eb.ref('excluded.content'),
          }))
          .whereRef('assessment.trace_id', '=', 'excluded.trace_id'),
      )
      .execute();
  }
}

export async function findAssessment(
  sql: Sql,
  traceId: string,
  assessmentId: string,
): Promise<AssessmentRow | undefined> {
  const query = sql.tables<TracingTables>().selectFrom('assessment').selectAll();
  return query.where('trace_id', '=', traceId).where('assessment_id', '=', assessmentId).executeTakeFirst();
}

/** True when there was such an assessment. */
export async function setValid(sql: Sql, traceId: string, assessmentId: string, valid: boolean): Promise<boolean> {
  const result = await sql
    .tables<TracingTables>()
    .updateTable('assessment')
    .set({ valid: valid ? 1 : 0 })
    .where('trace_id', '=', traceId)
    .where('assessment_id', '=', assessmentId)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function removeAssessment(sql: Sql, assessmentId: string): Promise<void> {
  await sql.tables<TracingTables>().deleteFrom('assessment').where('assessment_id', '=', assessmentId).execute();
}
