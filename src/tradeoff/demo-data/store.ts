import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { DemoState } from './schema.ts';

interface DemoDataRow {
  id: number;
  state: string;
  loaded_at: string | null;
  failure: string | null;
  before: string;
}

interface DemoTables {
  demo_data: DemoDataRow;
}

const ONLY = 1;

export const TableRows = z.record(z.string(), z.array(z.record(z.string(), z.unknown())));
export type TableRows = z.infer<typeof TableRows>;

export interface StoredDemo {
  readonly state: DemoState;
  readonly loadedAt: string | null;
  readonly failure: string | null;
}

/** null where no demo data was loaded. */
export async function findDemo(sql: Sql): Promise<StoredDemo | null> {
  const row = await sql
    .tables<DemoTables>()
    .selectFrom('demo_data')
    .select(['state', 'loaded_at', 'failure'])
    .executeTakeFirst();
  if (row === undefined) return null;
  return { state: DemoState.parse(row.state), loadedAt: row.loaded_at, failure: row.failure };
}

/** Rows of the server before the load; null where no demo data was loaded. */
export async function findRowsBefore(sql: Sql): Promise<TableRows | null> {
  const row = await sql.tables<DemoTables>().selectFrom('demo_data').select('before').executeTakeFirst();
  return row === undefined ? null : TableRows.parse(JSON.parse(row.before));
}

export async function insertDemo(sql: Sql, before: TableRows): Promise<void> {
  const row = { id: ONLY, state: 'loading', loaded_at: null, failure: null, before: JSON.stringify(before) };
  await sql.tables<DemoTables>().insertInto('demo_data').values(row).execute();
}

export async function updateDemo(sql: Sql, { state, loadedAt, failure }: StoredDemo): Promise<void> {
  await sql.tables<DemoTables>().updateTable('demo_data').set({ state, loaded_at: loadedAt, failure }).execute();
}

export async function deleteDemo(sql: Sql): Promise<void> {
  await sql.tables<DemoTables>().deleteFrom('demo_data').execute();
}
