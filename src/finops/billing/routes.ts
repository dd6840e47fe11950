import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { shownDeliveries } from './deliveries.ts';
import { diffDeliveries as diff } from './diff/index.ts';
import { diffDeliveries } from './diff/schema.ts';
import { type BillingDeps, importDelivery } from './import-delivery.ts';
import type { DeliveryRequest } from './intake/index.ts';
import { deliveryQuality } from './quality/index.ts';
import { billQuality } from './quality/schema.ts';
import { rawFile, rawRow } from './raw/index.ts';
import { downloadRaw, getRawRow } from './raw/schema.ts';
import {
  importBill,
  listDeliveries,
  listRestatements,
  preferDelivery,
  revertDelivery,
  setProvisionalDays,
} from './schema.ts';
import {
  pageRestatements,
  preferDelivery as prefer,
  revertDelivery as revert,
  saveProvisionalDays,
} from './units/index.ts';

type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

export function billingRoutes(deps: BillingDeps, exclusive: Exclusive): Route[] {
  return [...writingRoutes(deps, exclusive), ...readingRoutes(deps), ...rawRoutes(deps)];
}

function writingRoutes(deps: BillingDeps, exclusive: Exclusive): Route[] {
  return [
    handle(importBill, ({ body, actor }) => {
      const { export: exportName, dataset = null, period = null, producedAt = null, ...given } = body;
      const { dateFormat = null, numberFormat = null } = body;
      const said = {
        exportName,
        dataset,
        period,
        producedAt,
        producerId: null,
        coverage: null,
        dateFormat,
        numberFormat,
      };
      const request: DeliveryRequest = { ...given, ...said };
      return exclusive(() => importDelivery(deps, request, actor));
    }),
    handle(revertDelivery, ({ body: { delivery, period = null, why = null, dryRun }, actor }) =>
      exclusive(() => revert(deps, { delivery, period, why, actor, dryRun })),
    ),
    handle(preferDelivery, ({ body: { delivery, period = null, why = null, beside, dryRun }, actor }) =>
      exclusive(() => prefer(deps, { delivery, period, why, actor, beside, dryRun })),
    ),
    handle(setProvisionalDays, async ({ params: { source }, body: { days } }) => {
      await saveProvisionalDays(deps.store, source, days);
      return { source, days };
    }),
  ];
}

function readingRoutes(deps: BillingDeps): Route[] {
  return [
    handle(listDeliveries, async ({ query: { source = null, period = null, held, pageSize, pageToken } }) => {
      const asked = { source, period, held: held === 'true' };
      const [after] = pageToken === undefined ? [] : decodePageToken(pageToken, asked);
      const found = await shownDeliveries(deps, { ...asked, after: numberOrNull(after), limit: pageSize + 1 });
      const { shown, nextPageToken } = pageOf(found, pageSize, asked);
      return { deliveries: shown.map(({ delivery }) => delivery), nextPageToken };
    }),
    handle(listRestatements, async ({ query: { period = null, pageSize, pageToken } }) => {
      const asked = { period };
      const [after] = pageToken === undefined ? [] : decodePageToken(pageToken, asked);
      const page = { period, after: numberOrNull(after), limit: pageSize + 1 };
      const { shown, nextPageToken } = pageOf(await pageRestatements(deps.store, page), pageSize, asked);
      return { restatements: shown.map(({ restatement }) => restatement), nextPageToken };
    }),
    handle(billQuality, ({ params: { delivery } }) => deliveryQuality(deps, delivery)),
    handle(diffDeliveries, ({ query: { period = null, by = null, ...asked } }) => diff(deps, { ...asked, period, by })),
  ];
}

function rawRoutes(deps: BillingDeps): Route[] {
  return [
    handleDownload(downloadRaw, ({ query }) => rawFile(deps, query)),
    handle(getRawRow, ({ query }) => rawRow(deps, query)),
  ];
}

function numberOrNull(value: string | number | undefined): number | null {
  return value === undefined ? null : Number(value);
}

/** Cuts a page from a query that fetches one row more than `pageSize`, and builds the token of the next page. */
function pageOf<T extends { readonly sequence: number }>(
  found: readonly T[],
  pageSize: number,
  asked: unknown,
): { shown: T[]; nextPageToken: string | null } {
  const shown = found.slice(0, pageSize);
  const last = shown.at(-1);
  const more = found.length > pageSize && last !== undefined;
  return { shown, nextPageToken: more ? encodePageToken([last.sequence], asked) : null };
}
