import { Readable } from 'node:stream';
import type { z } from 'zod';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { formatCsvLine } from '../../platform/csv/index.ts';
import type { Download } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { listBuiltInInstances } from './built-in.ts';
import { listCatalogue } from './catalogue/store.ts';
import { listLearned } from './learned/store.ts';
import { toListedPrice } from './price-at.ts';
import { ListedPrice, type listPrices, type listPricesCsv } from './schema.ts';
import { listOwn, type PriceSelection } from './store.ts';
import type { BookedPrice } from './timeline.ts';

interface ListDeps {
  readonly store: Store;
  readonly clock: Clock;
}

/** Sources of the listed prices, in list order, each with the key that identifies its prices. */
const origins = [
  { origin: 'own', read: listOwn, keyOf: (price: BookedPrice) => [price.resource, price.effectiveFrom] },
  { origin: 'bill', read: listLearned, keyOf: buildStatedKey },
  { origin: 'catalogue', read: listCatalogue, keyOf: buildStatedKey },
  { origin: 'builtIn', read: listBuiltIn, keyOf: (price: BookedPrice) => [price.resource, price.effectiveFrom] },
] as const;

function buildStatedKey({ resource, region, price, effectiveFrom }: BookedPrice): string[] {
  return [resource, region ?? '', price.currency, effectiveFrom];
}

async function listBuiltIn(_sql: Sql, { resource, region, after, limit }: PriceSelection): Promise<BookedPrice[]> {
  const [name = '', from = ''] = after ?? [];
  return [...listBuiltInInstances().values()]
    .toSorted((a, b) => (a.instance < b.instance ? -1 : 1))
    .flatMap(({ prices }) => prices)
    .filter((price) => resource === undefined || price.resource === resource)
    .filter((price) => region === undefined || price.region === region)
    .filter((price) => price.resource > name || (price.resource === name && price.effectiveFrom > from))
    .slice(0, limit);
}

type ListQuery = z.infer<typeof listPrices.query>;
type Selected = z.infer<typeof listPricesCsv.query>;
type Place = readonly [origin: number, after: readonly string[] | null];

/** Errors: `invalid_page_token`. */
export async function readListedPrices(
  { store, clock }: ListDeps,
  { pageSize, pageToken, ...selected }: ListQuery,
): Promise<z.infer<typeof listPrices.response>> {
  const place = pageToken === undefined ? FIRST : parsePlace(decodePageToken(pageToken, selected));
  const { prices, next } = await readPage(store, selected, place, pageSize);
  const nextPageToken = next === null ? null : encodePageToken([next[0], ...(next[1] ?? [])], selected);
  return { prices: prices.map((price) => toListedPrice(price, clock.now())), nextPageToken };
}

const FIRST: Place = [0, null];

function parsePlace([origin, ...after]: readonly (string | number)[]): Place {
  return [Number(origin), after.length === 0 ? null : after.map(String)];
}

/** A page from a place on, and the place of the next one; null when this is the last. */
async function readPage(sql: Sql, selected: Selected, [from, after]: Place, limit: number) {
  const prices: BookedPrice[] = [];
  for (const [index, { origin, read, keyOf }] of origins.entries()) {
    if (index < from || !isListed(origin, selected)) continue;
    const left = limit - prices.length;
    const { resource, region } = selected;
    const found = await read(sql, { resource, region, after: index === from ? after : null, limit: left + 1 });
    const shown = found.slice(0, left);
    prices.push(...shown);
    if (found.length <= left) continue;
    const last = shown.at(-1);
    const next: Place = [index, last === undefined ? null : keyOf(last)];
    return { prices, next };
  }
  return { prices, next: null };
}

/** Built-in prices were not imported into this server, so they are listed only on request. */
function isListed(origin: (typeof origins)[number]['origin'], selected: Selected): boolean {
  return selected.origin === undefined ? origin !== 'builtIn' : origin === selected.origin;
}

const CSV_COLUMNS = [...Object.keys(ListedPrice.shape).filter((name) => name !== 'price'), 'amount', 'currency'];
const CSV_PAGE = 1000;

/** All selected prices, page by page: memory does not grow with their number. */
export function buildPricesCsv({ store, clock }: ListDeps, selected: Selected): Download {
  async function* lines(): AsyncGenerator<string> {
    yield formatCsvLine(CSV_COLUMNS);
    for (let place: Place | null = FIRST; place !== null; ) {
      const page: Awaited<ReturnType<typeof readPage>> = await readPage(store, selected, place, CSV_PAGE);
      yield page.prices.map((price) => formatCsvLine(listCsvFields(toListedPrice(price, clock.now())))).join('');
      place = page.next;
    }
  }
  return { contentType: 'text/csv; charset=utf-8', filename: 'prices.csv', content: Readable.from(lines()) };
}

function listCsvFields({ price, ...rest }: ListedPrice): (string | null)[] {
  const cells: Readonly<Record<string, string | number | null>> = { ...rest, ...price };
  return CSV_COLUMNS.map((name) => {
    const value = cells[name] ?? null;
    return value === null ? null : String(value);
  });
}
