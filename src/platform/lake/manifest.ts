import type { Sql } from '../store/index.ts';
import type { LakeSwap, StagedFile } from './lake.ts';

interface LakeTables {
  lake_manifest: { table_name: string; sequence: number };
  lake_file: {
    id: string;
    table_name: string;
    partition_name: string;
    path: string;
    row_count: number;
    size_bytes: number;
    added_at: number;
    removed_at: number | null;
  };
}

/** The files that the newest manifest of a table names, in the order they were added. */
export async function currentFiles(sql: Sql, table: string, partitions?: readonly string[]): Promise<StagedFile[]> {
  let query = sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .selectAll()
    .where('table_name', '=', table)
    .where('removed_at', 'is', null)
    .orderBy('added_at')
    .orderBy('id');
  if (partitions !== undefined) query = query.where('partition_name', 'in', [...partitions, '']);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    table: row.table_name,
    partition: row.partition_name,
    path: row.path,
    rows: row.row_count,
    sizeBytes: row.size_bytes,
  }));
}

export async function currentPartitions(sql: Sql, table: string): Promise<string[]> {
  const rows = await sql
    .tables<LakeTables>()
    .selectFrom('lake_file')
    .select('partition_name')
    .distinct()
    .where('table_name', '=', table)
    .where('removed_at', 'is', null)
    .orderBy('partition_name')
    .execute();
  return rows.map((row) => row.partition_name);
}

/** Every path that any manifest, current or old, still names. */
export async function knownPaths(sql: Sql): Promise<Set<string>> {
  const rows = await sql.tables<LakeTables>().selectFrom('lake_file').select('path').execute();
  return new Set(rows.map((row) => row.path));
}

export async function swapFiles(sql: Sql, table: string, change: LakeSwap): Promise<void> {
  const db = sql.tables<LakeTables>();
  const { sequence } = await db
    .insertInto('lake_manifest')
    .values({ table_name: table, sequence: 1 })
    .onConflict((conflict) =>
      conflict.column('table_name').doUpdateSet((eb) => ({ sequence: eb('lake_manifest.sequence', '+', 1) })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  for (const partition of change.remove) {
    await db
      .updateTable('lake_file')
      .set({ removed_at: sequence })
      .where('table_name', '=', table)
      .where('partition_name', '=', partition)
      .where('removed_at', 'is', null)
      .execute();
  }
  for (const file of change.add) {
    await db
      .insertInto('lake_file')
      .values({
        id: file.id,
        table_name: table,
        partition_name: file.partition,
        path: file.path,
        row_count: file.rows,
        size_bytes: file.sizeBytes,
        added_at: sequence,
        removed_at: null,
      })
      .execute();
  }
}
