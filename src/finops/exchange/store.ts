import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { Currency, DecimalString } from '../../platform/units/schema.ts';
import type { DayRates } from './ecb-csv.ts';
import type { RateTable } from './rate-book.ts';

interface ExchangeTables {
  exchange_table: { name: string; base: string; source: string };
  exchange_day: { name: string; day: string; rates: string };
}

/**
 * Imported reference rates. Documents take precedence; their names have no capitals, so they cannot collide with this
 * name.
 */
export const ECB = 'ECB';
const ROWS_A_STATEMENT = 300;
const Rates = z.record(Currency, DecimalString);

/** Tables in order of precedence. */
async function findTables(sql: Sql): Promise<ExchangeTables['exchange_table'][]> {
  const rows = await sql.tables<ExchangeTables>().selectFrom('exchange_table').selectAll().orderBy('name').execute();
  return [...rows.filter(({ name }) => name !== ECB), ...rows.filter(({ name }) => name === ECB)];
}

export async function putTable(sql: Sql, name: string, { base, source }: Omit<RateTable, 'days'>): Promise<void> {
  await sql
    .tables<ExchangeTables>()
    .insertInto('exchange_table')
    .values({ name, base, source })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ base, source }))
    .execute();
}

export async function findTable(sql: Sql, name: string): Promise<RateTable | null> {
  const tables = sql.tables<ExchangeTables>();
  const table = await tables.selectFrom('exchange_table').selectAll().where('name', '=', name).executeTakeFirst();
  if (table === undefined) return null;
  return { base: table.base, source: table.source, days: await findRateDays(sql, name, null) };
}

async function findRateDays(sql: Sql, name: string, within: { from: string; to: string } | null): Promise<DayRates[]> {
  let query = sql.tables<ExchangeTables>().selectFrom('exchange_day').select(['day', 'rates']).where('name', '=', name);
  if (within !== null) query = query.where('day', '>=', within.from).where('day', '<=', within.to);
  const rows = await query.orderBy('day').execute();
  return rows.map(({ day, rates }) => ({ date: day, rates: Rates.parse(JSON.parse(rates)) }));
}

export async function putDays(sql: Sql, name: string, days: readonly DayRates[]): Promise<void> {
  const rows = days.map(({ date, rates }) => ({ name, day: date, rates: JSON.stringify(rates) }));
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await sql
      .tables<ExchangeTables>()
      .insertInto('exchange_day')
      .values(rows.slice(at, at + ROWS_A_STATEMENT))
      .onConflict((conflict) =>
        conflict.columns(['name', 'day']).doUpdateSet((eb) => ({ rates: eb.ref('excluded.rates') })),
      )
      .execute();
  }
}

export async function deleteDays(sql: Sql, name: string): Promise<void> {
  await sql.tables<ExchangeTables>().deleteFrom('exchange_day').where('name', '=', name).execute();
}

/** Every table with its rates of a range of days, in order of precedence. */
export async function findTablesWithin(sql: Sql, within: { from: string; to: string }): Promise<RateTable[]> {
  const tables: RateTable[] = [];
  for (const { name, base, source } of await findTables(sql)) {
    tables.push({ base, source, days: await findRateDays(sql, name, within) });
  }
  return tables;
}

export async function listTables(sql: Sql) {
  const counts = await sql
    .tables<ExchangeTables>()
    .selectFrom('exchange_day')
    .select((eb) => ['name', eb.fn.countAll().as('days'), eb.fn.min('day').as('from'), eb.fn.max('day').as('to')])
    .groupBy('name')
    .execute();
  return (await findTables(sql)).flatMap(({ name, base, source }) =>
    counts
      .filter((count) => count.name === name)
      .map(({ days, from, to }) => ({ name, base, source, days: Number(days), from, to })),
  );
}
