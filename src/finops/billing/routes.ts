import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, handleDownload, type Route } from '../../platform/http/index.ts';
import { listDeliveryUnits } from './deliveries.ts';
import { compareDeliveries as diff } from './diff/index.ts';
import { diffDeliveries } from './diff/schema.ts';
import { type BillingDeps, importDelivery } from './import-delivery.ts';
import type { DeliveryRequest } from './intake/index.ts';
import { checkDeliveryQuality } from './quality/index.ts';
import { billQuality } from './quality/schema.ts';
import { openRawFile, readRawRow } from './raw/index.ts';
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
  findRestatements,
  preferDelivery as prefer,
  revertDelivery as revert,
  saveProvisionalDays,
} from './units/index.ts';

type Exclusive = <T>(work: () => Promise<T>) => Promise<T>;

export function createBillingRoutes(deps: BillingDeps, exclusive: Exclusive): Route[] {
  return [...createWritingRoutes(deps, exclusive), ...createReadingRoutes(deps), ...createRawRoutes(deps)];
}

function createWritingRoutes(deps: BillingDeps, exclusive: Exclusive): Route[] {
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

function createReadingRoutes(deps: BillingDeps): Route[] {
  return [
    handle(listDeliveries, async ({ query: { source = null, period = null, held, pageSize, pageToken } }) => {
      const asked = { source, period, held: held === 'true' };
      const [after] = pageToken === undefined ? [] : decodePageToken(pageToken, asked);
      const found = await listDeliveryUnits(deps, { ...asked, after: toNumberOrNull(after), limit: pageSize + 1 });
      const { shown, nextPageToken } = cutPage(found, pageSize, asked);
      return { deliveries: shown.map(({ delivery }) => delivery), nextPageToken };
    }),
    handle(listRestatements, async ({ query: { period = null, pageSize, pageToken } }) => {
      const asked = { period };
      const [after] = pageToken === undefined ? [] : decodePageToken(pageToken, asked);
      const page = { period, after: toNumberOrNull(after), limit: pageSize + 1 };
      const { shown, nextPageToken } = cutPage(await findRestatements(deps.store, page), pageSize, asked);
      return { restatements: shown.map(({ restatement }) => restatement), nextPageToken };
    }),
    handle(billQuality, ({ params: { delivery } }) => checkDeliveryQuality(deps, delivery)),
    handle(diffDeliveries, ({ query: { period = null, by = null, ...asked } }) => diff(deps, { ...asked, period, by })),
  ];
}

function createRawRoutes(deps: BillingDeps): Route[] {
  return [
    handleDownload(downloadRaw, ({ query }) => openRawFile(deps, query)),
    handle(getRawRow, ({ query }) => readRawRow(deps, query)),
  ];
}

function toNumberOrNull(value: string | number | undefined): number | null {
  return value === undefined ? null : Number(value);
}

/** Cuts a page from a query that fetches one row more than `pageSize`, and builds the token of the next page. */
function cutPage<T extends { readonly sequence: number }>(
  found: readonly T[],
  pageSize: number,
  asked: unknown,
): { shown: T[]; nextPageToken: string | null } {
  const shown = found.slice(0, pageSize);
  const last = shown.at(-1);
  const more = found.length > pageSize && last !== undefined;
  return { shown, nextPageToken: more ? encodePageToken([last.sequence], asked) : null };
}
