import type { Sql } from '../../platform/store/index.ts';
import { type Policy, PolicySpec } from './schema.ts';

interface GateTables {
  policy: { name: string; version: number; spec: string; applied_at: string };
}

/** Policies by name; the one of a name when it is given. */
export async function findPolicies(sql: Sql, name: string | null): Promise<Policy[]> {
  let query = sql.tables<GateTables>().selectFrom('policy').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({
    name: row.name,
    policyVersion: row.version,
    spec: PolicySpec.parse(JSON.parse(row.spec)),
  }));
}

/** Policies of a model, by name. */
export async function findModelPolicies(sql: Sql, model: string): Promise<Policy[]> {
  return (await findPolicies(sql, null)).filter(({ spec }) => spec.model === model);
}

export async function putPolicy(sql: Sql, policy: Policy, at: string): Promise<void> {
  const row = { name: policy.name, version: policy.policyVersion, spec: JSON.stringify(policy.spec), applied_at: at };
  await sql
    .tables<GateTables>()
    .insertInto('policy')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
