import type { Sql } from '../../platform/store/index.ts';
import { listBuiltInInstances } from './built-in.ts';
import type { CatalogueTables } from './catalogue/store.ts';
import type { LearnedTables } from './learned/store.ts';
import type { PriceList } from './schema.ts';
import type { PriceTables } from './store.ts';

/** Every source of prices with the number of its prices, in the order in which they apply. */
export async function readPriceLists(sql: Sql): Promise<PriceList[]> {
  return [...(await readBooks(sql)), ...(await readLearned(sql)), ...(await readCatalogues(sql)), readBuiltIn()];
}

async function readBooks(sql: Sql): Promise<PriceList[]> {
  const rows = await sql
    .tables<PriceTables>()
    .selectFrom('price')
    .innerJoin('price_book', 'price_book.name', 'price.book')
    .select(({ fn }) => ['price.book', 'price_book.applied_at', fn.countAll<number>().as('prices')])
    .groupBy(['price.book', 'price_book.applied_at'])
    .orderBy('price.book')
    .execute();
  return rows.map(({ book, applied_at: asOf, prices }) => ({
    origin: 'own',
    name: book,
    prices: Number(prices),
    asOf,
  }));
}

/** The months of the bill as one source. */
async function readLearned(sql: Sql): Promise<PriceList[]> {
  const { prices, as_of: asOf } = await sql
    .tables<LearnedTables>()
    .selectFrom('learned_price')
    .select(({ fn }) => [fn.countAll<number>().as('prices'), fn.max('as_of').as('as_of')])
    .executeTakeFirstOrThrow();
  return Number(prices) === 0 ? [] : [{ origin: 'bill', name: 'bill', prices: Number(prices), asOf }];
}

async function readCatalogues(sql: Sql): Promise<PriceList[]> {
  const rows = await sql
    .tables<CatalogueTables>()
    .selectFrom('catalogue_price')
    .select(({ fn }) => ['cloud', fn.countAll<number>().as('prices'), fn.max('published_at').as('as_of')])
    .groupBy('cloud')
    .orderBy('cloud')
    .execute();
  return rows.map(({ cloud, prices, as_of: asOf }) => ({
    origin: 'catalogue',
    name: cloud,
    prices: Number(prices),
    asOf,
  }));
}

function readBuiltIn(): PriceList {
  const prices = [...listBuiltInInstances().values()].reduce((sum, instance) => sum + instance.prices.length, 0);
  return { origin: 'builtIn', name: 'built-in', prices, asOf: null };
}
