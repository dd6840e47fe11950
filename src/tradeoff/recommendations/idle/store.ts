import type { Sql } from '../../../platform/store/index.ts';
import { IdlePolicySpec } from './schema.ts';

interface IdleTables {
  idle_policy: { name: string; spec: string; applied_at: string };
}

export interface StoredPolicy {
  readonly name: string;
  readonly spec: IdlePolicySpec;
  readonly appliedAt: string;
}

/** By name. */
export async function findPolicies(sql: Sql, name: string | null = null): Promise<StoredPolicy[]> {
  let query = sql.tables<IdleTables>().selectFrom('idle_policy').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({
    name: row.name,
    spec: IdlePolicySpec.parse(JSON.parse(row.spec)),
    appliedAt: row.applied_at,
  }));
}

export async function putPolicy(sql: Sql, { name, spec }: Omit<StoredPolicy, 'appliedAt'>, at: string): Promise<void> {
  const row = { spec: JSON.stringify(spec), applied_at: at };
  await sql
    .tables<IdleTables>()
    .insertInto('idle_policy')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** False where there is none of this name. */
export async function removePolicy(sql: Sql, name: string): Promise<boolean> {
  const done = await sql.tables<IdleTables>().deleteFrom('idle_policy').where('name', '=', name).executeTakeFirst();
  return Number(done.numDeletedRows) === 1;
}
