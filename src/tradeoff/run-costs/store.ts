import type { AllocatedRun, ReconciledRun, ReconciledTotal } from '../../finops/allocation/index.ts';
import type { Sql } from '../../platform/store/index.ts';

/**
 * `all`: everything; `period`: the bill of a month against its usage; `gpus`: GPU time of the days whose name begins with the key;
 * `energy`: what a run logged of its power.
 */
export type DueKind = 'all' | 'period' | 'gpus' | 'energy';

export interface Due {
  readonly kind: DueKind;
  readonly key: string;
  /** Sequence number of the event that queued it; a later event queues it again. */
  readonly noted: number;
}

interface PeriodRow {
  period: string;
  run_id: string;
  currency: string;
  reconciled: string | null;
  allocated: string | null;
  covered_hours: string;
}

interface RunCostTables {
  run_cost_due: { kind: DueKind; key: string; noted: number };
  run_cost_period: PeriodRow;
  run_cost_total: {
    period: string;
    currency: string;
    billed: string;
    to_runs: string;
    to_others: string;
    idle: string;
    untracked: string;
    as_of: string;
  };
}

export async function noteDue(sql: Sql, dues: readonly Due[]): Promise<void> {
  for (const { kind, key, noted } of dues) {
    await sql
      .tables<RunCostTables>()
      .insertInto('run_cost_due')
      .values({ kind, key, noted })
      .onConflict((of) => of.columns(['kind', 'key']).doUpdateSet({ noted }))
      .execute();
  }
}

/** Due entries: `all` first, then months and GPU days, which take the most time; `all` adds further entries. */
export async function findNextDueRuns(sql: Sql, limit: number): Promise<Due[]> {
  const query = sql.tables<RunCostTables>().selectFrom('run_cost_due').select(['kind', 'key', 'noted']);
  return query
    .orderBy((eb) => {
      const place = eb.case().when('kind', '=', 'all').then(0).when('kind', '=', 'period').then(1);
      return place.when('kind', '=', 'gpus').then(2).else(3).end();
    })
    .orderBy('key')
    .limit(limit)
    .execute();
}

/** Removes a due entry; false when it was queued again in the meantime, or another server took it. */
export async function takeDue(sql: Sql, { kind, key, noted }: Due): Promise<boolean> {
  const { numDeletedRows } = await sql
    .tables<RunCostTables>()
    .deleteFrom('run_cost_due')
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where('noted', '=', noted)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}

export interface RunPeriod {
  readonly run: string;
  readonly period: string;
  readonly currency: string;
  readonly reconciled: string | null;
  readonly allocated: string | null;
  readonly coveredHours: string;
}

/** Replaces the run costs of a period's bill; returns the runs that had or have a part in it. */
export async function replacePeriod(
  sql: Sql,
  period: string,
  found: {
    readonly reconciled: readonly ReconciledRun[];
    readonly allocated: readonly AllocatedRun[];
    readonly totals: readonly ReconciledTotal[];
    readonly asOf: string;
  },
): Promise<string[]> {
  const db = sql.tables<RunCostTables>();
  const before = await db.selectFrom('run_cost_period').select('run_id').where('period', '=', period).execute();
  await db.deleteFrom('run_cost_period').where('period', '=', period).execute();
  await db.deleteFrom('run_cost_total').where('period', '=', period).execute();
  const rows = buildPeriodRows(period, found.reconciled, found.allocated);
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await db
      .insertInto('run_cost_period')
      .values(rows.slice(at, at + ROWS_A_STATEMENT))
      .execute();
  }
  for (const { currency, billed, toRuns, toOthers, idle, untracked } of found.totals) {
    const sums = { billed, to_runs: toRuns, to_others: toOthers, idle, untracked };
    await db
      .insertInto('run_cost_total')
      .values({ period, currency, ...sums, as_of: found.asOf })
      .execute();
  }
  return [...new Set([...before, ...rows].map((row) => row.run_id))];
}

const ROWS_A_STATEMENT = 500;

function buildPeriodRows(
  period: string,
  reconciled: readonly ReconciledRun[],
  allocated: readonly AllocatedRun[],
): PeriodRow[] {
  const rows = new Map<string, PeriodRow>();
  const rowFor = (run: string, currency: string): PeriodRow => {
    const key = JSON.stringify([run, currency]);
    const none = { period, run_id: run, currency, reconciled: null, allocated: null, covered_hours: '0' };
    const row: PeriodRow = rows.get(key) ?? none;
    rows.set(key, row);
    return row;
  };
  for (const each of reconciled) {
    const row = rowFor(each.run, each.currency);
    row.reconciled = each.reconciled;
    row.covered_hours = each.coveredHours;
  }
  for (const each of allocated) rowFor(each.run, each.currency).allocated = each.allocated;
  return [...rows.values()];
}

/** Billed cost of these runs, by period. */
export async function findRunPeriods(sql: Sql, runs: readonly string[]): Promise<RunPeriod[]> {
  if (runs.length === 0) return [];
  const query = sql.tables<RunCostTables>().selectFrom('run_cost_period').selectAll();
  const rows = await query
    .where('run_id', 'in', [...runs])
    .orderBy('run_id')
    .orderBy('period')
    .execute();
  return rows.map(({ run_id, period, currency, reconciled, allocated, covered_hours }) => ({
    ...{ run: run_id, period, currency, reconciled, allocated, coveredHours: covered_hours },
  }));
}

/** Sums of a period's bill by currency, and when they were worked out. */
export async function findPeriodTotals(
  sql: Sql,
  period: string,
): Promise<(ReconciledTotal & { readonly asOf: string })[]> {
  const query = sql.tables<RunCostTables>().selectFrom('run_cost_total').selectAll().where('period', '=', period);
  return (await query.orderBy('currency').execute()).map(({ currency, billed, idle, untracked, ...row }) => ({
    ...{ currency, billed, toRuns: row.to_runs, toOthers: row.to_others, idle, untracked, asOf: row.as_of },
  }));
}
