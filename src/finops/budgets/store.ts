import type { Sql } from '../../platform/store/index.ts';
import { type Decimal, decimal, sumDecimals } from '../../platform/units/index.ts';
import { BudgetSpec } from './schema.ts';
import type { Recurrence, Window } from './window.ts';

interface BudgetTables {
  budget: { name: string; spec: string; applied_at: string };
  budget_version: { budget: string; version: number; spec: string; applied_at: string };
  budget_approval: {
    id: string;
    budget: string;
    window_start_ms: number;
    amount: string;
    note: string;
    approved_at: string;
  };
}

export interface StoredBudget {
  readonly name: string;
  readonly spec: BudgetSpec;
  readonly recurrence: Recurrence;
}

/** Budgets by name. */
export async function findBudgets(sql: Sql, name: string | null): Promise<StoredBudget[]> {
  let query = sql.tables<BudgetTables>().selectFrom('budget').selectAll().orderBy('name');
  if (name !== null) query = query.where('name', '=', name);
  const rows = await query.execute();
  return rows.map((row) => buildStoredBudget(row.name, BudgetSpec.parse(JSON.parse(row.spec))));
}

export function buildStoredBudget(name: string, spec: BudgetSpec): StoredBudget {
  const instant = (text: string | undefined) => (text === undefined ? null : Date.parse(text));
  const { every: period, timeZone, from, until } = spec;
  return { name, spec, recurrence: { period, timeZone, from: instant(from), until: instant(until) } };
}

/** Spec of a budget from an instant on. */
export interface BudgetVersion {
  /** 1 for the first. */
  readonly version: number;
  readonly spec: BudgetSpec;
  /** ISO. */
  readonly appliedAt: string;
}

/** All versions of a budget, latest first. */
export async function findBudgetVersions(sql: Sql, name: string): Promise<BudgetVersion[]> {
  const rows = await sql
    .tables<BudgetTables>()
    .selectFrom('budget_version')
    .selectAll()
    .where('budget', '=', name)
    .orderBy('version', 'desc')
    .execute();
  return rows.map(({ version, spec, applied_at: appliedAt }) => ({
    version,
    spec: BudgetSpec.parse(JSON.parse(spec)),
    appliedAt,
  }));
}

/** Replaces the budget of this name; the previous spec stays as a version. */
export async function putBudget(sql: Sql, name: string, spec: BudgetSpec, at: string): Promise<void> {
  const row = { name, spec: JSON.stringify(spec), applied_at: at };
  const tables = sql.tables<BudgetTables>();
  await tables
    .insertInto('budget')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  const [latest] = await findBudgetVersions(sql, name);
  const version = { budget: name, version: (latest?.version ?? 0) + 1, spec: row.spec, applied_at: at };
  await tables.insertInto('budget_version').values(version).execute();
}

export interface Approval {
  readonly id: string;
  readonly budget: string;
  readonly amount: string;
  readonly note: string;
  readonly approvedAt: string;
}

export async function putApproval(sql: Sql, { approvedAt, ...approval }: Approval, window: Window): Promise<void> {
  const row = { ...approval, window_start_ms: window.start, approved_at: approvedAt };
  await sql.tables<BudgetTables>().insertInto('budget_approval').values(row).execute();
}

/** Approved increases of a window's amount, oldest first. */
export async function findApprovals(sql: Sql, budget: string, window: Window): Promise<Approval[]> {
  const rows = await sql
    .tables<BudgetTables>()
    .selectFrom('budget_approval')
    .selectAll()
    .where('budget', '=', budget)
    .where('window_start_ms', '=', window.start)
    .orderBy('approved_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    budget: row.budget,
    amount: row.amount,
    note: row.note,
    approvedAt: row.approved_at,
  }));
}

/** Total of the approved increases by the start of the window. */
export async function readApprovedByWindow(sql: Sql, budget: string): Promise<Map<number, Decimal>> {
  const rows = await sql
    .tables<BudgetTables>()
    .selectFrom('budget_approval')
    .select(['window_start_ms', 'amount'])
    .where('budget', '=', budget)
    .execute();
  return new Map(
    [...Map.groupBy(rows, (row) => row.window_start_ms)].map(([start, of]) => [
      start,
      decimal(sumDecimals(of.map(({ amount }) => amount))),
    ]),
  );
}

/** Changes whenever a budget or an approved increase changes. */
export async function readBudgetStamp(sql: Sql): Promise<string> {
  const tables = sql.tables<BudgetTables>();
  const count = (name: 'budget_version' | 'budget_approval') =>
    tables
      .selectFrom(name)
      .select(({ fn }) => fn.countAll<number>().as('rows'))
      .executeTakeFirstOrThrow();
  const [versions, approvals] = [await count('budget_version'), await count('budget_approval')];
  return `${versions.rows} ${approvals.rows}`;
}
