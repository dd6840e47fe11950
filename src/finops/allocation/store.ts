import type { Sql } from '../../platform/store/index.ts';
import { type AllocationRule, AllocationRulesSpec } from './schema.ts';

interface AllocationTables {
  allocation_rules: { version: number; rules: string; applied_at: string };
}

export interface RulesInForce {
  /** 0 before any rules were applied. */
  readonly version: number;
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
  if (row === undefined) return { version: 0, rules: [] };
  return { version: row.version, rules: AllocationRulesSpec.shape.rules.parse(JSON.parse(row.rules)) };
}

export async function insertRules(
  sql: Sql,
  version: number,
  rules: readonly AllocationRule[],
  at: string,
): Promise<void> {
  await sql
    .tables<AllocationTables>()
    .insertInto('allocation_rules')
    .values({ version, rules: JSON.stringify(rules), applied_at: at })
    .execute();
}
