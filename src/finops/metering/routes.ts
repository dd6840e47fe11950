import { createVisibleSubjects, readVisiblePage } from '../../org/index.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { describeLimit, handle, limitWorkUnless, type Route } from '../../platform/http/index.ts';
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
    handle(listUsage, async ({ query: { pageSize, pageToken, ...subject }, identity }) => {
      const limit = limitWorkUnless(identity, 'money');
      const isVisible = createVisibleSubjects(deps.store, limit, deps.ownerOf);
      const [start, id] = pageToken === undefined ? [] : decodePageToken(pageToken, subject);
      const after = start === undefined ? null : { start: Number(start), id: String(id) };
      const found = await readVisiblePage(pageSize + 1, after, {
        read: (from) => findUsage(deps.store, { subject, page: { after: from, limit: pageSize + 1 } }),
        placeOf: (usage) => ({ start: usage.start, id: usage.id }),
        isVisible: (usage) => isVisible(usage.subject),
      });
      const priced = await priceUsage(deps, deps.store, found.slice(0, pageSize));
      const last = priced.at(-1)?.usage;
      const nextPageToken =
        found.length > pageSize && last !== undefined ? encodePageToken([last.start, last.id], subject) : null;
      return { intervals: priced.map(toListedUsage), nextPageToken, ...describeLimit(limit) };
    }),
    handle(meteredCost, async ({ query, identity }) => {
      const limit = limitWorkUnless(identity, 'money');
      const isVisible = createVisibleSubjects(deps.store, limit, deps.ownerOf);
      const { priceBooks: _books, ...total } = await readMeteredTotal(deps, deps.store, query, { isVisible });
      return { ...total, ...describeLimit(limit) };
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
