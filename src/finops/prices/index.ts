import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import type { SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, handleDownload, type Identity, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { getBuiltInStamp } from './built-in.ts';
import { type CatalogueDeps, importPriceList } from './catalogue/service.ts';
import { billEvents, type LearnedDeps, learnAll, relearnBill } from './learned/service.ts';
import { buildPricesCsv, readListedPrices } from './list.ts';
import { findPriceAt } from './price-at.ts';
import { readPriceLists } from './price-lists.ts';
import type { PriceHome } from './resource-key.ts';
import {
  getPrice,
  importPrices,
  learnPrices,
  listPriceLists,
  listPrices,
  listPricesCsv,
  type Price,
  PriceBookSpec,
} from './schema.ts';
import { readPrices } from './sources.ts';
import { findBook, findBookVersions, findPrices, readGeneration, replaceBook } from './store.ts';
import type { BookedPrice } from './timeline.ts';

export { priceMigrations } from './migrations.ts';
export { findPriceAt, formatUsedPrice, toUsedPrice } from './price-at.ts';
export { type BookedPrice, buildDeclaredPrice, splitAtPrices } from './timeline.ts';

/** The price book: effective-dated prices per unit and hour, each with its source. */
export interface Prices {
  /**
   * Every price of a resource, by date. A resource in your own price books has only those prices. Otherwise, the prices come
   * from the bill, from price lists and from the built-in table of GPU instances, in this order at each instant. Empty if
   * the resource has no known price.
   */
  of(sql: Sql, resource: string): Promise<BookedPrice[]>;
  /** Changes whenever any price may have changed. */
  stamp(sql: Sql): Promise<string>;
  /** `PriceBook`: a book replaces the book of the same name. Errors: `manifest_invalid` if two prices overlap. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export interface PricesDeps extends CatalogueDeps, LearnedDeps {
  readonly config: PriceHome;
}

/** The interface to read prices, independent of their source. */
export type PriceBook = Pick<Prices, 'of' | 'stamp' | 'kinds'>;

export function createPriceBook(deps: Pick<PricesDeps, 'clock' | 'events' | 'config'>): PriceBook {
  const { config } = deps;
  const home = [config.awsPriceRegion, config.azurePriceRegion, config.priceCurrency];
  return {
    stamp: async (sql) =>
      [getBuiltInStamp(), ...home, await readGeneration(sql), ...(await findBookVersions(sql))].join(' '),
    of: (sql, resource) => readPrices(sql, config, resource),
    kinds: [createSpecKind('PriceBook', 30, PriceBookSpec, (sql, name, spec) => applyBook(deps, sql, name, spec))],
  };
}

export function createPrices(deps: PricesDeps & SubscribesToEvents): Prices {
  const { store, clock, config } = deps;
  deps.events.subscribe('prices', billEvents, (event) => relearnBill(deps, event));
  return {
    ...createPriceBook(deps),
    routes: [
      handle(listPrices, ({ query, identity }) => {
        refuseNegotiated(identity, query.origin);
        return readListedPrices(deps, query);
      }),
      handle(listPriceLists, async () => ({ lists: await readPriceLists(store) })),
      handleDownload(listPricesCsv, ({ query, identity }) => {
        refuseNegotiated(identity, query.origin);
        return buildPricesCsv(deps, query);
      }),
      handle(getPrice, async ({ query: { resource, region, at } }) => {
        const key = region === undefined || resource.includes('@') ? resource : `${resource}@${region}`;
        const instant = at === undefined ? clock.now() : Date.parse(at);
        return findPriceAt(await readPrices(store, config, key), key, instant);
      }),
      handle(importPrices, ({ body }) => importPriceList(deps, body)),
      handle(learnPrices, async () => ({ periods: await learnAll(deps) })),
    ],
  };
}

/** Own prices and those of the bill are what the organization negotiated; price lists of clouds are public. Error: `not_visible`. */
function refuseNegotiated({ visible, name }: Identity, origin: string | undefined): void {
  if (visible.money === 'all' || origin === 'catalogue' || origin === 'builtIn') return;
  const detail = `Prices that the organization negotiated are visible to those who see all costs. Account ${name} reads public prices: origin=catalogue or origin=builtIn.`;
  throw new AppError('not_visible', detail, { account: name, teams: [...visible.teams].sort() });
}

async function applyBook(
  { clock, events }: Pick<PricesDeps, 'clock' | 'events'>,
  sql: Sql,
  name: string,
  spec: z.infer<typeof PriceBookSpec>,
): Promise<'created' | 'changed' | 'unchanged'> {
  const before = await findBook(sql, name);
  const text = JSON.stringify(spec);
  if (before?.spec === text) return 'unchanged';
  const prices = buildDatedPrices(name, spec);
  await refuseOtherBooks(sql, name, prices);
  const appliedAt = new Date(clock.now()).toISOString();
  const version = (before?.version ?? 0) + 1;
  await replaceBook(sql, { name, version, spec: text, appliedAt }, prices);
  await events.append(sql, { type: 'prices.applied', subject: `price_book:${name}`, payload: { book: name, version } });
  return before === null ? 'created' : 'changed';
}

/** A price without an end is in force until the next one of its resource begins. */
function buildDatedPrices(book: string, spec: z.infer<typeof PriceBookSpec>): Price[] {
  const sorted = spec.prices.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  return sorted.map((entry, index) => {
    const next = sorted.slice(index + 1).find((later) => later.resource === entry.resource);
    const effectiveTo = entry.effectiveTo ?? next?.effectiveFrom ?? null;
    const overlaps =
      next !== undefined && effectiveTo !== null && Date.parse(effectiveTo) > Date.parse(next.effectiveFrom);
    if (overlaps || next?.effectiveFrom === entry.effectiveFrom) {
      const detail = `PriceBook "${book}": two prices of ${entry.resource} hold at ${next?.effectiveFrom}. End the first price at that instant.`;
      throw new AppError('manifest_invalid', detail, { book, resource: entry.resource });
    }
    return {
      resource: entry.resource,
      price: { amount: entry.perHour, currency: spec.currency },
      effectiveFrom: entry.effectiveFrom,
      effectiveTo,
      source: entry.source ?? spec.source,
    };
  });
}

/** A resource is priced by one book, so that no figure depends on which was applied last. */
async function refuseOtherBooks(sql: Sql, name: string, prices: readonly Price[]): Promise<void> {
  for (const resource of new Set(prices.map((price) => price.resource))) {
    const other = (await findPrices(sql, [resource])).find((price) => !price.book.startsWith(`${name}@`));
    if (other === undefined) continue;
    const detail = `PriceBook "${name}": ${resource} is already priced by ${other.book}. Keep it in one book.`;
    throw new AppError('manifest_invalid', detail, { book: name, resource });
  }
}
