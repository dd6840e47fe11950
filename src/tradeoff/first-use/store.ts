import type { Sql } from '../../platform/store/index.ts';

interface NamedTables {
  account: { name: string };
  bill_delivery: { id: string };
  budget: { name: string };
  run: { run_id: string };
}

export interface Found {
  readonly bill: boolean;
  readonly run: boolean;
  readonly budget: boolean;
  /** Accounts, at most two. */
  readonly accounts: number;
}

/** Looks for one row of each, by the primary key. */
export async function findFirstThings(sql: Sql): Promise<Found> {
  const tables = sql.tables<NamedTables>();
  const [bill, run, budget, accounts] = await Promise.all([
    tables.selectFrom('bill_delivery').select('id').limit(1).execute(),
    tables.selectFrom('run').select('run_id').limit(1).execute(),
    tables.selectFrom('budget').select('name').limit(1).execute(),
    tables.selectFrom('account').select('name').limit(2).execute(),
  ]);
  return { bill: bill.length > 0, run: run.length > 0, budget: budget.length > 0, accounts: accounts.length };
}
