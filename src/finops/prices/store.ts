import type { Sql } from '../../platform/store/index.ts';
import { parseKeyRegion } from './resource-key.ts';
import type { Price } from './schema.ts';
import type { BookedPrice } from './timeline.ts';

/** Filter of a list of prices, and the position of its next page. */
export interface PriceSelection {
  readonly resource?: string | undefined;
  readonly region?: string | undefined;
  /** Key of the last price of the previous page; null on the first page. */
  readonly after: readonly string[] | null;
  readonly limit: number;
}

export interface PriceTables {
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
export async function findBookVersions(sql: Sql): Promise<string[]> {
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

/** Prices under some keys, by resource, then date. */
export async function findPrices(sql: Sql, keys: readonly string[]): Promise<BookedPrice[]> {
  const rows = await selectOwnPrices(sql)
    .where('resource', 'in', [...keys])
    .execute();
  return rows.map(rowToBookedPrice);
}

/** A page of all prices, by resource, then date. */
export async function listOwn(sql: Sql, selection: PriceSelection): Promise<BookedPrice[]> {
  const { resource, region, after, limit } = selection;
  let query = selectOwnPrices(sql).limit(limit);
  const key = region === undefined ? resource : `${resource ?? '%'}@${region}`;
  if (key !== undefined) query = query.where('resource', resource === undefined ? 'like' : '=', key);
  if (after !== null) {
    const [name = '', from = ''] = after;
    query = query.where((eb) => eb(eb.refTuple('resource', 'effective_from'), '>', eb.tuple(name, from)));
  }
  return (await query.execute()).map(rowToBookedPrice);
}

function selectOwnPrices(sql: Sql) {
  return sql
    .tables<PriceTables>()
    .selectFrom('price')
    .innerJoin('price_book', 'price_book.name', 'price.book')
    .selectAll('price')
    .select(['price_book.version', 'price_book.applied_at'])
    .orderBy('resource')
    .orderBy('effective_from');
}

function rowToBookedPrice(row: PriceTables['price'] & { version: number; applied_at: string }): BookedPrice {
  return {
    resource: row.resource,
    price: { amount: row.amount, currency: row.currency },
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to,
    origin: 'own',
    region: parseKeyRegion(row.resource),
    source: row.source,
    book: `${row.book}@${row.version}`,
    asOf: row.applied_at,
  };
}

interface GenerationTables {
  price_generation: { id: number; generation: number };
}

/** A number that increases with every change of the prices from bills and price lists. */
export async function readGeneration(sql: Sql): Promise<number> {
  const row = await sql
    .tables<GenerationTables>()
    .selectFrom('price_generation')
    .select('generation')
    .executeTakeFirst();
  return row?.generation ?? 0;
}

/** Call it in the transaction that changes these prices. */
export async function incrementGeneration(sql: Sql): Promise<void> {
  await sql
    .tables<GenerationTables>()
    .updateTable('price_generation')
    .set((eb) => ({ generation: eb('generation', '+', 1) }))
    .execute();
}
