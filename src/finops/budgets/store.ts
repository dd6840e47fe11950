import type { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { BudgetSpec } from './schema.ts';

interface BudgetTables {
  budget: { name: string; spec: string; applied_at: string };
}

export interface StoredBudget {
  readonly name: string;
  readonly spec: z.infer<typeof BudgetSpec>;
}

/** Budgets by name. */
export async function findBudgets(sql: Sql, name: string | null): Promise<StoredBudget[]> {
  let query = sql.tables<BudgetTables>().selectFrom('budget').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => ({ name: row.name, spec: BudgetSpec.parse(JSON.parse(row.spec)) }));
}

export async function putBudget(sql: Sql, budget: StoredBudget, at: string): Promise<void> {
  const row = { name: budget.name, spec: JSON.stringify(budget.spec), applied_at: at };
  await sql
    .tables<BudgetTables>()
    .insertInto('budget')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
