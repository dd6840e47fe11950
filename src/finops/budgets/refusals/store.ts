import { type SubjectColumns, toSubject, toSubjectColumns } from '../../../org/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { type BudgetRefusal, REFUSALS_KEPT, RefusalReason } from './schema.ts';

interface RefusalTables {
  budget_refusal: SubjectColumns & {
    budget: string;
    reservation: string;
    refused_at: string;
    first_refused_at: string;
    times: number;
    origin: string;
    resource: string;
    quantity: string;
    needed: string | null;
    left_amount: string | null;
    currency: string | null;
    reason: string;
    detail: string;
  };
}

export type NewRefusal = Omit<BudgetRefusal, 'firstRefusedAt' | 'times'>;

/** Stores a refusal. A repeated request with the same reservation id updates its row; the oldest rows beyond the limit are deleted. */
export async function putRefusal(sql: Sql, budget: string, refusal: NewRefusal): Promise<void> {
  const tables = sql.tables<RefusalTables>();
  const row = {
    ...toSubjectColumns(refusal.subject),
    refused_at: refusal.refusedAt,
    origin: refusal.origin,
    resource: refusal.resource,
    quantity: refusal.quantity,
    needed: refusal.needed?.amount ?? null,
    left_amount: refusal.left?.amount ?? null,
    currency: refusal.needed?.currency ?? refusal.left?.currency ?? null,
    reason: refusal.reason,
    detail: refusal.detail,
  };
  await tables
    .insertInto('budget_refusal')
    .values({ ...row, budget, reservation: refusal.reservation, first_refused_at: refusal.refusedAt, times: 1 })
    .onConflict((conflict) =>
      conflict
        .columns(['budget', 'reservation'])
        .doUpdateSet((build) => ({ ...row, times: build('budget_refusal.times', '+', 1) })),
    )
    .execute();
  const kept = tables
    .selectFrom('budget_refusal')
    .select('reservation')
    .where('budget', '=', budget)
    .orderBy('refused_at', 'desc')
    .orderBy('reservation')
    .limit(REFUSALS_KEPT);
  await tables.deleteFrom('budget_refusal').where('budget', '=', budget).where('reservation', 'not in', kept).execute();
}

/** Kept refusals of a budget, latest first. */
export async function findRefusals(sql: Sql, budget: string): Promise<BudgetRefusal[]> {
  const rows = await sql
    .tables<RefusalTables>()
    .selectFrom('budget_refusal')
    .selectAll()
    .where('budget', '=', budget)
    .orderBy('refused_at', 'desc')
    .orderBy('reservation')
    .limit(REFUSALS_KEPT)
    .execute();
  return rows.map((row) => ({
    reservation: row.reservation,
    refusedAt: row.refused_at,
    firstRefusedAt: row.first_refused_at,
    times: row.times,
    subject: toSubject(row),
    origin: row.origin,
    resource: row.resource,
    quantity: row.quantity,
    needed: toMoney(row.needed, row.currency),
    left: toMoney(row.left_amount, row.currency),
    reason: RefusalReason.parse(row.reason),
    detail: row.detail,
  }));
}

function toMoney(amount: string | null, currency: string | null) {
  return amount === null || currency === null ? null : { amount, currency };
}

/** Number of kept refusals and the last instant, by budget; a budget without refusals is left out. */
export async function countRefusals(sql: Sql): Promise<Map<string, { readonly count: number; readonly last: string }>> {
  const rows = await sql
    .tables<RefusalTables>()
    .selectFrom('budget_refusal')
    .select(({ fn }) => ['budget', fn.countAll<number>().as('count'), fn.max('refused_at').as('last')])
    .groupBy('budget')
    .execute();
  return new Map(rows.map(({ budget, count, last }) => [budget, { count: Number(count), last }]));
}
