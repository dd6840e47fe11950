import type { Sql } from '../../../platform/store/index.ts';
import { type GpuOwnerRule, GpuOwnerRulesSpec } from './schema.ts';

interface RuleTables {
  gpu_owner_rules: { name: string; spec: string; applied_at: string };
}

export interface StoredRules {
  readonly name: string;
  readonly appliedAt: string;
  readonly rules: GpuOwnerRule[];
}

/** Documents in the order in which they are tried. */
export async function findOwnerRules(sql: Sql): Promise<StoredRules[]> {
  const rows = await sql.tables<RuleTables>().selectFrom('gpu_owner_rules').selectAll().execute();
  const documents = rows.map(({ name, spec, applied_at: appliedAt }) => ({
    ...{ name, appliedAt },
    rules: GpuOwnerRulesSpec.parse(JSON.parse(spec)).rules,
  }));
  // Here, and not by the store: which rule is first must not depend on the language of its database.
  return documents.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** All rules, in order. */
export async function listOwnerRules(sql: Sql): Promise<GpuOwnerRule[]> {
  return (await findOwnerRules(sql)).flatMap(({ rules }) => rules);
}

export async function putOwnerRules(sql: Sql, name: string, spec: GpuOwnerRulesSpec, at: string): Promise<void> {
  const row = { spec: JSON.stringify(spec), applied_at: at };
  await sql
    .tables<RuleTables>()
    .insertInto('gpu_owner_rules')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
