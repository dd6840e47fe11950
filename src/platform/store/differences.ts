import { randomUUID } from 'node:crypto';
import {
  CompiledQuery,
  type CreateTableBuilder,
  type Expression,
  type Kysely,
  PostgresAdapter,
  sql as raw,
  type SqlBool,
} from 'kysely';
import { EachRow, type Row } from './each-row.ts';
import type { Sql, StoreEngine } from './sql.ts';

/** The few places where the two engines need different SQL; everything else is written once. */

/** Which engine a migration step runs on; steps get Kysely's own object and not our `Sql`. */
export function detectEngine<Tables>(database: Kysely<Tables>): StoreEngine {
  return database.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

/** An auto-increment primary key whose values are never reused. */
export function addSequence<Name extends string, Columns extends string, Column extends string, Tables>(
  database: Kysely<Tables>,
  table: CreateTableBuilder<Name, Columns>,
  column: Column,
): CreateTableBuilder<Name, Columns | Column> {
  if (detectEngine(database) === 'sqlite') {
    return table.addColumn(column, 'integer', (of) => of.primaryKey().autoIncrement());
  }
  return table.addColumn(column, 'bigint', (of) => of.primaryKey().generatedAlwaysAsIdentity());
}

/** Keeps the rows in the order of their primary key, where the engine can (SQLite: no second tree to write to). */
export function addClustering<Name extends string, Columns extends string, Tables>(
  database: Kysely<Tables>,
  table: CreateTableBuilder<Name, Columns>,
): CreateTableBuilder<Name, Columns> {
  return detectEngine(database) === 'sqlite' ? table.modifyEnd(raw`without rowid`) : table;
}

/**
 * Waits for the lock of this name, and holds it until the transaction ends. SQLite's
 * transactions run one after another, so no lock is needed there.
 */
export async function lockUntilCommit(sql: Sql, name: string): Promise<void> {
  if (sql.engine === 'sqlite') return;
  await raw`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(sql.tables());
}

/**
 * Name of the lease holder. One server owns an SQLite store (enforced by the folder lock), so after a crash it takes its leases
 * back immediately; servers that share PostgreSQL have unique names and wait for the lease expiry of a dead one.
 */
export function leaseOwner(engine: StoreEngine): string {
  return engine === 'sqlite' ? 'the server of this folder' : randomUUID();
}

/** Longest rest before looking at the store again: only with PostgreSQL can another server have written to it. */
export function chooseLongestRestMs(engine: StoreEngine): number {
  return engine === 'sqlite' ? 60_000 : 1_000;
}

/**
 * True where the column holds one of these values. One parameter, so that the text of a statement is the same for any
 * number of them: a list of a hundred takes longer to write and to plan than its rows to read.
 */
export function isAmong(sql: Sql, column: string, values: readonly (string | number)[]): Expression<SqlBool> {
  return sql.engine === 'sqlite'
    ? raw<SqlBool>`${raw.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`
    : raw<SqlBool>`${raw.ref(column)} = any(${values})`;
}

export interface BulkInsert {
  readonly table: string;
  /** Column and its SQL type, in the order of the values in a row. */
  readonly columns: Readonly<Record<string, 'text' | 'bigint' | 'integer' | 'double precision'>>;
  readonly rows: readonly Row[];
  /** SQL from `on conflict` on. */
  readonly onConflict: string;
}

/**
 * Inserts any number of rows by one statement with a constant text, so that each engine plans it once: one row
 * at a time in SQLite's thread, arrays in PostgreSQL (where the statement may not touch the same row twice).
 */
export async function insertRows(sql: Sql, { table, columns, rows, onConflict }: BulkInsert): Promise<void> {
  if (rows.length === 0) return;
  const names = Object.keys(columns);
  const into = `insert into ${table} (${names.join(', ')})`;
  if (sql.engine === 'sqlite') {
    const text = `${into} values (${names.map(() => '?').join(', ')}) ${onConflict}`;
    await sql.tables().executeQuery(CompiledQuery.raw(text, [new EachRow(rows)]));
    return;
  }
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  const text = `${into} select * from unnest(${arrays.join(', ')}) ${onConflict}`;
  const values = names.map((_, column) => rows.map((row) => row[column]));
  await sql.tables().executeQuery(CompiledQuery.raw(text, values));
}
