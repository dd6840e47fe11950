import { insertRows, isAmong, type Sql } from '../store/index.ts';
import type { FileGroup } from './manifest-file.ts';
import type { IcebergFile } from './warehouse.ts';

interface ListedTables {
  iceberg_listed_file: {
    catalog_name: string;
    table_name: string;
    file_id: string;
    group_name: string;
    partition_name: string;
    address: string;
    row_count: number;
    size_bytes: number;
    other_columns: string;
  };
}

/** A table of listed files. */
export interface ListedTable {
  readonly catalog: string;
  readonly table: string;
}

/** A listed file with its group: the files of one manifest. */
export interface ListedFile extends IcebergFile {
  readonly group: string;
}

/** Files by id; unknown ones are left out. */
export function findListedFiles(sql: Sql, of: ListedTable, ids: readonly string[]): Promise<ListedFile[]> {
  return findBy(sql, of, 'file_id', ids);
}

export function findFilesOfGroups(sql: Sql, of: ListedTable, groups: readonly string[]): Promise<ListedFile[]> {
  return findBy(sql, of, 'group_name', groups);
}

async function findBy(
  sql: Sql,
  { catalog, table }: ListedTable,
  column: 'file_id' | 'group_name',
  values: readonly string[],
): Promise<ListedFile[]> {
  if (values.length === 0) return [];
  const rows = await sql
    .tables<ListedTables>()
    .selectFrom('iceberg_listed_file')
    .selectAll()
    .where('catalog_name', '=', catalog)
    .where('table_name', '=', table)
    .where(isAmong(sql, column, values))
    .execute();
  return rows.map((row) => ({
    id: row.file_id,
    partition: row.partition_name,
    address: row.address,
    rows: Number(row.row_count),
    sizeBytes: Number(row.size_bytes),
    others: JSON.parse(row.other_columns) as string[],
    group: row.group_name,
  }));
}

/** Stores the files of groups, in place of earlier facts about the same files. */
export async function saveListedFiles(
  sql: Sql,
  { catalog, table }: ListedTable,
  groups: readonly FileGroup[],
): Promise<void> {
  const rows = groups.flatMap(({ name, files }) =>
    files.map((file) => [
      ...[catalog, table, file.id, name, file.partition, file.address],
      ...[file.rows, file.sizeBytes, JSON.stringify(file.others)],
    ]),
  );
  await insertRows(sql, {
    table: 'iceberg_listed_file',
    columns: {
      ...{ catalog_name: 'text', table_name: 'text', file_id: 'text', group_name: 'text', partition_name: 'text' },
      ...{ address: 'text', row_count: 'bigint', size_bytes: 'bigint', other_columns: 'text' },
    },
    rows,
    onConflict: `on conflict (catalog_name, table_name, file_id) do update set group_name = excluded.group_name,
      partition_name = excluded.partition_name, address = excluded.address, row_count = excluded.row_count,
      size_bytes = excluded.size_bytes, other_columns = excluded.other_columns`,
  });
}

export async function deleteListedFiles(
  sql: Sql,
  { catalog, table }: ListedTable,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await sql
    .tables<ListedTables>()
    .deleteFrom('iceberg_listed_file')
    .where('catalog_name', '=', catalog)
    .where('table_name', '=', table)
    .where(isAmong(sql, 'file_id', ids))
    .execute();
}
