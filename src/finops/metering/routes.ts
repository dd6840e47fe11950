import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { toUsedPrice } from '../prices/index.ts';
import { type MeteredUsage, type MeteringDeps, priceUsage } from './priced-usage.ts';
import { listUsage, meteredCost, recordUsage } from './schema.ts';
import { readMeteredTotal, record } from './service.ts';
import { findUsage } from './store.ts';

export function createMeteringRoutes(deps: MeteringDeps): Route[] {
  return [
    handle(recordUsage, async ({ body }) => ({
      recorded: await deps.store.transaction((sql) => record(deps, sql, body.intervals)),
    })),
    handle(listUsage, async ({ query: { pageSize, pageToken, ...subject } }) => {
      const [start, id] = pageToken === undefined ? [] : decodePageToken(pageToken, subject);
      const after = start === undefined ? null : { start: Number(start), id: String(id) };
      const found = await findUsage(deps.store, { subject, page: { after, limit: pageSize + 1 } });
      const priced = await priceUsage(deps, deps.store, found.slice(0, pageSize));
      const last = priced.at(-1)?.usage;
      const nextPageToken =
        found.length > pageSize && last !== undefined ? encodePageToken([last.start, last.id], subject) : null;
      return { intervals: priced.map(toListedUsage), nextPageToken };
    }),
    handle(meteredCost, async ({ query }) => {
      const { priceBooks: _books, ...total } = await readMeteredTotal(deps, deps.store, query);
      return total;
    }),
  ];
}

function toListedUsage({ usage, metered, hours }: MeteredUsage) {
  const sources = [...new Set(metered.prices.map((price) => `${price.source} (from ${price.effectiveFrom})`))];
  return {
    usage: usage.id,
    subject: usage.subject,
    resource: usage.resource,
    ...(usage.resourceId === null ? {} : { resourceId: usage.resourceId }),
    quantity: usage.quantity,
    ...(usage.price === null ? {} : { price: usage.price }),
    period: { start: new Date(usage.start).toISOString(), end: new Date(usage.end).toISOString() },
    ...(usage.predictions === null ? {} : { predictions: usage.predictions }),
    ...(usage.benchmark === null ? {} : { benchmark: usage.benchmark }),
    origin: usage.origin,
    recordedAt: usage.recordedAt,
    metered: {
      cost: metered.cost,
      reason: metered.reason,
      hours,
      priceSource: sources.length === 0 ? null : sources.join('; '),
      prices: metered.prices.map((price) => toUsedPrice(price, usage.resource, usage.end)),
    },
  };
}
