import { sql as raw } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import type { TableRows } from './store.ts';

type AnyTables = Record<string, Record<string, unknown>>;

/** Tables that a removal leaves alone: accounts, tokens, the audit trail, alert channels, and the state of the store. */
const KEPT =
  /^(account|account_.*|auth_.*|audit_.*|backup_run|demo_data|notification_route|verification|webhook|webhook_event|steelyard_.*|sqlite_.*)$/;

/** Tables with rows of users, by the noun of a row; a server with any of them is not empty. */
const DATA: readonly (readonly [table: string, one: string, many: string])[] = [
  ['bill_delivery', 'bill', 'bills'],
  ['bill_source_spec', 'bill source', 'bill sources'],
  ['budget', 'budget', 'budgets'],
  ['team', 'team', 'teams'],
  ['project', 'project', 'projects'],
  ['allocation_rules', 'version of allocation rules', 'versions of allocation rules'],
  ['price_book', 'price book', 'price books'],
  ['policy', 'policy', 'policies'],
  ['run', 'run', 'runs'],
  ['registered_model', 'registered model', 'registered models'],
  ['logged_model', 'logged model', 'logged models'],
  ['evaluation', 'evaluation', 'evaluations'],
  ['decision', 'decision', 'decisions'],
  ['trace', 'trace', 'traces'],
  ['usage_interval', 'usage record', 'usage records'],
  ['workload_usage', 'workload record', 'workload records'],
  ['token_usage', 'token record', 'token records'],
  ['gpu_import', 'import of GPU readings', 'imports of GPU readings'],
  ['gpu_source', 'source of GPU readings', 'sources of GPU readings'],
  ['endpoint', 'endpoint', 'endpoints'],
  ['monitor', 'monitor', 'monitors'],
  ['pipeline', 'pipeline', 'pipelines'],
  ['retraining', 'retraining', 'retrainings'],
  ['outcome_event', 'outcome event', 'outcome events'],
  ['unit_dataset', 'dataset of business units', 'datasets of business units'],
  ['report', 'report', 'reports'],
];

/** Data on the server, as words such as "1 bill, 3 runs"; empty on an empty server. */
export async function describeData(sql: Sql): Promise<string> {
  const found: string[] = [];
  for (const [table, one, many] of DATA) {
    const { count } = await sql
      .tables<AnyTables>()
      .selectFrom(table)
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (count > 0) found.push(`${count} ${count === 1 ? one : many}`);
  }
  return found.join(', ');
}

/** All rows of the tables that a removal empties. */
export async function readRows(sql: Sql): Promise<TableRows> {
  const rows: TableRows = {};
  for (const table of await listTables(sql)) {
    // Waiting jobs belong to a process; their schedules enqueue them again.
    const found = table === 'job' ? [] : await sql.tables<AnyTables>().selectFrom(table).selectAll().execute();
    if (found.length > 0) rows[table] = found;
  }
  return rows;
}

/** Empties every table that is not kept, and stores these rows instead. */
export async function replaceRows(sql: Sql, rows: TableRows): Promise<void> {
  const tables = await listTables(sql);
  // Decisions are append-only while the server runs; this is before it does.
  const restoreTriggers = await suspendTriggers(sql, tables);
  for (const table of tables) await sql.tables<AnyTables>().deleteFrom(table).execute();
  for (const table of tables.toReversed()) {
    const kept = rows[table] ?? [];
    if (kept.length > 0) await sql.tables<AnyTables>().insertInto(table).values(kept).execute();
  }
  await restoreTriggers();
}

/** Suspends the triggers of these tables in the caller's transaction; the result puts them back. */
async function suspendTriggers(sql: Sql, tables: readonly string[]): Promise<() => Promise<void>> {
  const database = sql.tables<AnyTables>();
  if (sql.engine === 'postgres') {
    const alter = async (what: string) => {
      for (const table of tables)
        await raw`alter table ${raw.table(table)} ${raw.raw(what)} trigger user`.execute(database);
    };
    await alter('disable');
    return () => alter('enable');
  }
  const found = await raw<{ name: string; tbl_name: string; sql: string }>`
    select name, tbl_name, sql from sqlite_master where type = 'trigger'`.execute(database);
  const triggers = found.rows.filter((row) => tables.includes(row.tbl_name));
  for (const { name } of triggers) await raw`drop trigger ${raw.table(name)}`.execute(database);
  return async () => {
    for (const trigger of triggers) await raw.raw(trigger.sql).execute(database);
  };
}

/** Tables that a removal empties; those that others refer to last. */
async function listTables(sql: Sql): Promise<string[]> {
  const found = await sql.tables<AnyTables>().introspection.getTables();
  const names = found.filter(({ name, isView }) => !isView && !KEPT.test(name)).map(({ name }) => name);
  return [...names.filter((name) => name !== 'team').toSorted(), 'team'];
}
