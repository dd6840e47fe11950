import type { Sql } from '../../../platform/store/index.ts';
import type { StatedPrice } from '../layers.ts';
import { readStatedPage } from '../stated-page.ts';
import { incrementGeneration, type PriceSelection } from '../store.ts';
import type { BookedPrice } from '../timeline.ts';

export interface LearnedTables {
  learned_price: {
    resource: string;
    region: string;
    currency: string;
    /** Billing month, YYYY-MM. */
    period: string;
    amount: string;
    effective_from: string;
    as_of: string;
    agreed_rows: number;
    rows: number;
  };
}

export type LearnedRow = LearnedTables['learned_price'];

const ROWS_AT_ONCE = 500;

export async function findLearnedOfPeriod(sql: Sql, period: string): Promise<LearnedRow[]> {
  return sql
    .tables<LearnedTables>()
    .selectFrom('learned_price')
    .selectAll()
    .where('period', '=', period)
    .orderBy('resource')
    .orderBy('region')
    .orderBy('currency')
    .execute();
}

/** Months that taught a price. */
export async function findLearnedPeriods(sql: Sql): Promise<string[]> {
  const rows = await sql.tables<LearnedTables>().selectFrom('learned_price').select('period').distinct().execute();
  return rows.map(({ period }) => period);
}

export async function replaceLearned(sql: Sql, period: string, rows: readonly LearnedRow[]): Promise<void> {
  const db = sql.tables<LearnedTables>();
  await incrementGeneration(sql);
  await db.deleteFrom('learned_price').where('period', '=', period).execute();
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    await db
      .insertInto('learned_price')
      .values(rows.slice(at, at + ROWS_AT_ONCE))
      .execute();
  }
}

/** Prices of a machine in some regions, learned from bills. */
export async function findLearned(sql: Sql, resource: string, regions: readonly string[]): Promise<StatedPrice[]> {
  const rows = await sql
    .tables<LearnedTables>()
    .selectFrom('learned_price')
    .selectAll()
    .where('resource', '=', resource)
    .where('region', 'in', [...regions])
    .execute();
  return rows.map(rowToLearnedPrice);
}

export function rowToLearnedPrice(row: LearnedRow): StatedPrice {
  return {
    resource: row.resource,
    price: { amount: row.amount, currency: row.currency },
    effectiveFrom: row.effective_from,
    endsAt: null,
    seenAt: row.as_of,
    origin: 'bill',
    region: row.region,
    source: `your bill of ${row.period}, ${row.region}: ${row.agreed_rows} of ${row.rows} rows agree`,
    book: `bill@${row.period}`,
    agreement: { agreedRows: row.agreed_rows, rows: row.rows },
  };
}

/** A page of all that is stated, by machine, region, currency and date, each until the next begins. */
export async function listLearned(sql: Sql, selection: PriceSelection): Promise<BookedPrice[]> {
  const rows = await readStatedPage<LearnedRow>(sql, 'learned_price', selection);
  return rows.map(({ next_from, ...row }) => {
    const { endsAt, seenAt, ...stated } = rowToLearnedPrice(row);
    return { ...stated, effectiveTo: endsAt ?? next_from, asOf: seenAt };
  });
}
