import type { Sql } from '../../platform/store/index.ts';
import { RetentionSpec } from './schema.ts';

interface RetentionTables {
  retention_policy: { name: string; spec: string };
  retention_object: { folder: string };
}

export interface Policy {
  readonly policy: string;
  readonly spec: RetentionSpec;
}

/** Lists the policies by name; with `name`, only that policy. */
export async function findPolicies(sql: Sql, name: string | null): Promise<Policy[]> {
  let query = sql.tables<RetentionTables>().selectFrom('retention_policy').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({ policy: row.name, spec: RetentionSpec.parse(JSON.parse(row.spec)) }));
}

export async function savePolicy(sql: Sql, { policy, spec }: Policy): Promise<void> {
  const row = { name: policy, spec: JSON.stringify(spec) };
  await sql
    .tables<RetentionTables>()
    .insertInto('retention_policy')
    .values(row)
    .onConflict((of) => of.column('name').doUpdateSet(row))
    .execute();
}

/** Notes a folder of objects that nothing names any more. */
export async function noteObjects(sql: Sql, folder: string): Promise<void> {
  const query = sql.tables<RetentionTables>().insertInto('retention_object').values({ folder });
  await query.onConflict((of) => of.doNothing()).execute();
}

export async function listNotedObjects(sql: Sql): Promise<string[]> {
  const rows = await sql.tables<RetentionTables>().selectFrom('retention_object').select('folder').execute();
  return rows.map((row) => row.folder);
}

export async function forgetObjects(sql: Sql, folder: string): Promise<void> {
  await sql.tables<RetentionTables>().deleteFrom('retention_object').where('folder', '=', folder).execute();
}
