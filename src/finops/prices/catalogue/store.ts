import type { Sql } from '../../../platform/store/index.ts';
import type { StatedPrice } from '../layers.ts';
import { readStatedPage } from '../stated-page.ts';
import { incrementGeneration, type PriceSelection } from '../store.ts';
import type { BookedPrice } from '../timeline.ts';
import type { CataloguePrice } from './catalogue-price.ts';
import type { Cloud } from './schema.ts';

export interface CatalogueTables {
  catalogue_price: {
    resource: string;
    region: string;
    currency: string;
    effective_from: string;
    effective_to: string | null;
    amount: string;
    cloud: Cloud;
    /** Of the newest list that states it. */
    published_at: string;
  };
}

export type CatalogueRow = CatalogueTables['catalogue_price'];

/** Prices of one price list for one region in one currency. */
export interface CatalogueUnit {
  readonly cloud: Cloud;
  readonly region: string;
  readonly currency: string;
  readonly publishedAt: string;
  readonly prices: readonly CataloguePrice[];
}

/** A row has eight parameters; stores accept about thirty thousand per statement. */
const ROWS_AT_ONCE = 500;

/**
 * Replaces the earlier prices of the same publication by a list, and returns the number of changed prices. A price of a
 * newer publication for the same day stays, so that the order in which lists arrive does not matter.
 */
export async function replacePublication(sql: Sql, unit: CatalogueUnit): Promise<number> {
  await incrementGeneration(sql);
  const db = sql.tables<CatalogueTables>();
  const stored = await db
    .selectFrom('catalogue_price')
    .selectAll()
    .where('cloud', '=', unit.cloud)
    .where('region', '=', unit.region)
    .where('currency', '=', unit.currency)
    .execute();
  const before = new Map(stored.map((row) => [buildRowKey(row), row]));
  const after = unit.prices
    .map((price) => priceToRow(unit, price))
    .filter((row) => (before.get(buildRowKey(row))?.published_at ?? '') <= unit.publishedAt);
  const kept = new Set(after.map(buildRowKey));
  const gone = stored.filter((row) => row.published_at === unit.publishedAt && !kept.has(buildRowKey(row)));
  const changed = after.filter((row) => !isSame(before.get(buildRowKey(row)), row));
  await removeRows(sql, gone);
  for (const rows of splitIntoParts(changed)) {
    await db
      .insertInto('catalogue_price')
      .values([...rows])
      .onConflict((conflict) =>
        conflict.columns(['resource', 'region', 'currency', 'effective_from']).doUpdateSet((eb) => ({
          effective_to: eb.ref('excluded.effective_to'),
          amount: eb.ref('excluded.amount'),
          cloud: eb.ref('excluded.cloud'),
          published_at: eb.ref('excluded.published_at'),
        })),
      )
      .execute();
  }
  return gone.length + changed.length;
}

async function removeRows(sql: Sql, rows: readonly CatalogueRow[]): Promise<void> {
  for (const row of rows) {
    await sql
      .tables<CatalogueTables>()
      .deleteFrom('catalogue_price')
      .where('resource', '=', row.resource)
      .where('region', '=', row.region)
      .where('currency', '=', row.currency)
      .where('effective_from', '=', row.effective_from)
      .execute();
  }
}

function priceToRow({ cloud, publishedAt }: CatalogueUnit, price: CataloguePrice): CatalogueRow {
  return {
    resource: price.resource,
    region: price.region,
    currency: price.price.currency,
    effective_from: price.effectiveFrom,
    effective_to: price.effectiveTo,
    amount: price.price.amount,
    cloud,
    published_at: publishedAt,
  };
}

function buildRowKey({ resource, effective_from }: CatalogueRow): string {
  return `${resource}\n${effective_from}`;
}

function isSame(before: CatalogueRow | undefined, after: CatalogueRow): boolean {
  return (
    before !== undefined &&
    before.amount === after.amount &&
    before.effective_to === after.effective_to &&
    before.published_at === after.published_at
  );
}

function* splitIntoParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) yield all.slice(at, at + ROWS_AT_ONCE);
}

/** Prices of a machine in some regions, from price lists. */
export async function findStated(sql: Sql, resource: string, regions: readonly string[]): Promise<StatedPrice[]> {
  const rows = await sql
    .tables<CatalogueTables>()
    .selectFrom('catalogue_price')
    .selectAll()
    .where('resource', '=', resource)
    .where('region', 'in', [...regions])
    .execute();
  return rows.map(rowToStatedPrice);
}

const LISTS: Readonly<Record<Cloud, { readonly book: string; readonly terms: string; readonly list: string }>> = {
  aws: { book: 'aws-price-list', terms: 'AWS on demand, Linux', list: 'price list' },
  azure: { book: 'azure-retail-prices', terms: 'Azure pay as you go, Linux', list: 'retail prices' },
};

export function rowToStatedPrice(row: CatalogueRow): StatedPrice {
  const { book, terms, list } = LISTS[row.cloud];
  const day = row.published_at.slice(0, 10);
  return {
    resource: row.resource,
    price: { amount: row.amount, currency: row.currency },
    effectiveFrom: row.effective_from,
    endsAt: row.effective_to,
    seenAt: row.published_at,
    origin: 'catalogue',
    region: row.region,
    source: `${terms}, ${row.region}, ${list} of ${day}`,
    book: `${book}@${day}`,
  };
}

/** A page of all that is stated, by machine, region, currency and date, each until the next begins. */
export async function listCatalogue(sql: Sql, selection: PriceSelection): Promise<BookedPrice[]> {
  const rows = await readStatedPage<CatalogueRow>(sql, 'catalogue_price', selection);
  return rows.map(({ next_from, ...row }) => {
    const { endsAt, seenAt, ...stated } = rowToStatedPrice(row);
    return { ...stated, effectiveTo: endsAt ?? next_from, asOf: seenAt };
  });
}
