import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { ImportResult } from './schema.ts';
import { type Delivery, importBill, listDeliveries } from './schema.ts';
import type { ImportRequest } from './service.ts';
import { currentUnits, pageDeliveries, type StoredDelivery } from './store.ts';

export function billingRoutes(store: Store, runImport: (request: ImportRequest) => Promise<ImportResult>): Route[] {
  return [
    handle(importBill, ({ body }) => runImport(body)),
    handle(listDeliveries, async ({ query }) => {
      const { source = null, pageSize, pageToken } = query;
      const [at, id] = pageToken === undefined ? [] : decodePageToken(pageToken, { source });
      const after = at === undefined ? null : { at: String(at), id: String(id) };
      const page = await pageDeliveries(store, { source, after, limit: pageSize + 1 });
      const units = await currentUnits(store);
      const shown = page.slice(0, pageSize);
      const last = shown.at(-1);
      const nextPageToken =
        page.length > pageSize && last !== undefined ? encodePageToken([last.receivedAt, last.id], { source }) : null;
      return { deliveries: shown.map((delivery) => shownDelivery(delivery, units)), nextPageToken };
    }),
  ];
}

function shownDelivery(delivery: StoredDelivery, units: readonly { delivery: string; period: string }[]): Delivery {
  const currentPeriods = units.filter((unit) => unit.delivery === delivery.id).map((unit) => unit.period);
  return {
    delivery: delivery.id,
    source: delivery.source,
    periods: [...delivery.periods],
    currentPeriods,
    receivedAt: delivery.receivedAt,
    rows: delivery.acceptedRows,
    rejectedRows: delivery.rejectedRows,
    current: currentPeriods.length > 0,
    files: delivery.files.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
    totals: [...delivery.totals],
  };
}
