import { createVisibleSubjects, readVisiblePage } from '../../org/index.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import { describeLimit, handle, limitWorkUnless, type Route } from '../../platform/http/index.ts';
import type { MeteredTokens } from './metered-tokens.ts';
import { getTokenPrice, listTokenUsage, recordTokenUsage, tokenCostReport, tokenReconciliation } from './schema.ts';
import { readCurrentPrices, reconcileBill, type TokensDeps } from './service.ts';
import { type FoundTokenUsage, findTokenUsage } from './store.ts';
import { priceUsage, readTokenCost, recordTokens } from './usage.ts';

export function createTokenRoutes(deps: TokensDeps): Route[] {
  const { store, clock } = deps;
  return [
    handle(getTokenPrice, async ({ query: { model, provider = null, serviceTier, at } }) => {
      const priceOf = await readCurrentPrices(deps, store);
      return priceOf({ model, provider, serviceTier, at: at === undefined ? clock.now() : Date.parse(at) });
    }),
    handle(recordTokenUsage, async ({ body }) => ({
      recorded: await store.transaction((sql) => recordTokens(clock, sql, body.records)),
    })),
    handle(listTokenUsage, async ({ query: { pageSize, pageToken, ...subject }, identity }) => {
      const limit = limitWorkUnless(identity, 'money');
      const isVisible = createVisibleSubjects(store, limit, deps.ownerOf);
      const [at, id] = pageToken === undefined ? [] : decodePageToken(pageToken, subject);
      const after = at === undefined ? null : { at: Number(at), id: String(id) };
      const selection = { subject, start: null, end: null };
      const found = await readVisiblePage(pageSize + 1, after, {
        read: (from) => findTokenUsage(store, selection, { after: from, limit: pageSize + 1 }),
        placeOf: (usage) => ({ at: usage.at, id: usage.usage }),
        isVisible: (usage) => isVisible(usage.subject),
      });
      const priceOf = await readCurrentPrices(deps, store);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const more = found.length > pageSize && last !== undefined;
      return {
        records: page.map((usage) => toListedUsage(usage, priceUsage(priceOf, usage))),
        nextPageToken: more ? encodePageToken([last.at, last.usage], subject) : null,
        ...describeLimit(limit),
      };
    }),
    handle(tokenCostReport, async ({ query: { by, start, end, ...subject }, identity }) => {
      refuseReversed(start, end);
      const priceOf = await readCurrentPrices(deps, store);
      const selection = { subject, start: toInstantOrNull(start), end: toInstantOrNull(end) };
      const limit = limitWorkUnless(identity, 'money');
      const isVisible = createVisibleSubjects(store, limit, deps.ownerOf);
      return {
        ...(await readTokenCost({ store, priceOf, isVisible }, selection, by ?? null)),
        ...describeLimit(limit),
      };
    }),
    handle(tokenReconciliation, ({ query: { period, metric } }) => reconcileBill(deps, metric, period)),
  ];
}

/** Error: `invalid_request` for a range without an instant. */
function refuseReversed(start: string | undefined, end: string | undefined): void {
  if (start === undefined || end === undefined || Date.parse(start) < Date.parse(end)) return;
  throw new AppError('invalid_request', `"end" ${end} is not after "start" ${start}. Give the later instant as "end".`);
}

function toInstantOrNull(instant: string | undefined): number | null {
  return instant === undefined ? null : Date.parse(instant);
}

function toListedUsage(usage: FoundTokenUsage, { cost, reason, price }: MeteredTokens) {
  const { provider, at, ...rest } = usage;
  return {
    ...rest,
    ...(provider === null ? {} : { provider }),
    at: new Date(at).toISOString(),
    metered: {
      cost,
      reason,
      priceSource: price.source,
      effectiveFrom: price.effectiveFrom,
      catalogueModel: price.catalogueModel,
    },
  };
}
