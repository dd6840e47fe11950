import type { Sql } from '../../platform/store/index.ts';
import { type AllocationRule, AllocationRulesSpec } from './schema.ts';

interface AllocationTables {
  allocation_rules: { version: number; name: string; rules: string; applied_at: string };
}

export interface RulesInForce {
  /** 0 before any rules were applied. */
  readonly version: number;
  /** Name of the document that holds them; null before any were applied. */
  readonly name: string | null;
  readonly rules: readonly AllocationRule[];
}

export async function rulesInForce(sql: Sql): Promise<RulesInForce> {
  const row = await sql
    .tables<AllocationTables>()
    .selectFrom('allocation_rules')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return { version: 0, name: null, rules: [] };
  return { version: row.version, name: row.name, rules: AllocationRulesSpec.shape.rules.parse(JSON.parse(row.rules)) };
}

export async function insertRules(
  sql: Sql,
  inForce: RulesInForce & { readonly name: string },
  at: string,
): Promise<void> {
  const { version, name, rules } = inForce;
  await sql
    .tables<AllocationTables>()
    .insertInto('allocation_rules')
    .values({ version, name, rules: JSON.stringify(rules), applied_at: at })
    .execute();
}
