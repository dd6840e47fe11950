import type { Sql } from '../../platform/store/index.ts';
import type { Price } from './schema.ts';
import type { BookedPrice } from './timeline.ts';

interface PriceTables {
  price_book: { name: string; version: number; spec: string; applied_at: string };
  price: {
    book: string;
    resource: string;
    amount: string;
    currency: string;
    effective_from: string;
    effective_to: string | null;
    source: string;
  };
}

export async function findBook(sql: Sql, name: string): Promise<{ version: number; spec: string } | null> {
  const row = await sql
    .tables<PriceTables>()
    .selectFrom('price_book')
    .selectAll()
    .where('name', '=', name)
    .executeTakeFirst();
  return row ?? null;
}

/** `name@version` of every book, by name. */
export async function bookVersions(sql: Sql): Promise<string[]> {
  const rows = await sql
    .tables<PriceTables>()
    .selectFrom('price_book')
    .select(['name', 'version'])
    .orderBy('name')
    .execute();
  return rows.map(({ name, version }) => `${name}@${version}`);
}

export async function replaceBook(
  sql: Sql,
  book: { readonly name: string; readonly version: number; readonly spec: string; readonly appliedAt: string },
  prices: readonly Price[],
): Promise<void> {
  const db = sql.tables<PriceTables>();
  const row = { name: book.name, version: book.version, spec: book.spec, applied_at: book.appliedAt };
  await db
    .insertInto('price_book')
    .values(row)
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
  await db.deleteFrom('price').where('book', '=', book.name).execute();
  for (const price of prices) {
    await db
      .insertInto('price')
      .values({
        book: book.name,
        resource: price.resource,
        amount: price.price.amount,
        currency: price.price.currency,
        effective_from: price.effectiveFrom,
        effective_to: price.effectiveTo,
        source: price.source,
      })
      .execute();
  }
}

/** Prices by resource, then date; of one resource when it is given. */
export async function findPrices(sql: Sql, resource: string | null): Promise<BookedPrice[]> {
  let query = sql
    .tables<PriceTables>()
    .selectFrom('price')
    .innerJoin('price_book', 'price_book.name', 'price.book')
    .selectAll('price')
    .select(['price_book.version', 'price_book.applied_at'])
    .orderBy('resource')
    .orderBy('effective_from');
  if (resource !== null) query = query.where('resource', '=', resource);
  const rows = await query.execute();
  return rows.map((row) => ({
    resource: row.resource,
    price: { amount: row.amount, currency: row.currency },
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    source: row.source,
    book: `${row.book}@${row.version}`,
    asOf: row.applied_at,
  }));
}
