import type { Sql } from '../store/index.ts';
import type { Segment } from './segment.ts';

interface JournalTables {
  journal_settled: { table_name: string; segment: string };
}

/** Names of the segments whose rows are in the lake, and whose files may still be there. */
export async function findSettledSegments(sql: Sql, table: string): Promise<ReadonlySet<string>> {
  const rows = await sql
    .tables<JournalTables>()
    .selectFrom('journal_settled')
    .select('segment')
    .where('table_name', '=', table)
    .execute();
  return new Set(rows.map(({ segment }) => segment));
}

export async function noteSegments(sql: Sql, table: string, segments: readonly Segment[]): Promise<void> {
  if (segments.length === 0) return;
  const rows = segments.map(({ name }) => ({ table_name: table, segment: name }));
  await sql.tables<JournalTables>().insertInto('journal_settled').values(rows).execute();
}

/** Its file is gone, and its name never comes again. */
export async function forgetSegment(sql: Sql, table: string, segment: string): Promise<void> {
  await sql
    .tables<JournalTables>()
    .deleteFrom('journal_settled')
    .where('table_name', '=', table)
    .where('segment', '=', segment)
    .execute();
}
