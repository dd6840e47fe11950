import type { Sql } from '../store/index.ts';
import type { Segment } from './segment.ts';

interface JournalTables {
  journal_settled: { table_name: string; segment: string; settled_at: number | null };
}

/**
 * Names of the segments whose rows are in the lake, and whose files may still be there, with the time of the settling in Unix milliseconds; 0:
 * settled by a version that did not store it.
 */
export async function findSettledSegments(sql: Sql, table: string): Promise<ReadonlyMap<string, number>> {
  const rows = await sql
    .tables<JournalTables>()
    .selectFrom('journal_settled')
    .select(['segment', 'settled_at'])
    .where('table_name', '=', table)
    .execute();
  return new Map(rows.map(({ segment, settled_at }) => [segment, settled_at ?? 0]));
}

/** `at`: Unix milliseconds. Fails when one of them was settled before: rows of a segment enter the lake once. */
export async function noteSegments(sql: Sql, table: string, segments: readonly Segment[], at: number): Promise<void> {
  if (segments.length === 0) return;
  const rows = segments.map(({ name }) => ({ table_name: table, segment: name, settled_at: at }));
  await sql.tables<JournalTables>().insertInto('journal_settled').values(rows).execute();
}

/** Their files are gone, and their names never come again. */
export async function forgetSegments(sql: Sql, table: string, segments: readonly string[]): Promise<void> {
  for (const segment of segments) {
    await sql
      .tables<JournalTables>()
      .deleteFrom('journal_settled')
      .where('table_name', '=', table)
      .where('segment', '=', segment)
      .execute();
  }
}

/** Counts the time that records stay from `at` on: the files of these segments are being removed. */
export async function restartRecords(sql: Sql, table: string, segments: readonly string[], at: number): Promise<void> {
  for (const segment of segments) {
    await sql
      .tables<JournalTables>()
      .updateTable('journal_settled')
      .set({ settled_at: at })
      .where('table_name', '=', table)
      .where('segment', '=', segment)
      .execute();
  }
}
