import { toCsv } from '../format/csv.ts';
import type { DeliveryRow } from './delivery-columns.tsx';
import { listMoney } from './history.ts';

const HEADER = [
  ...['delivery', 'source', 'export', 'scope', 'dataset', 'period', 'receivedAt', 'producedAt', 'state', 'standing'],
  ...['reason', 'rows', 'rejectedRows', 'billedCost', 'currency', 'deliveryBefore', 'billedCostBefore'],
];

/** The deliveries as listed, a line a currency, exact. */
export function deliveriesCsv(rows: readonly DeliveryRow[]): string {
  const lines = rows.flatMap(({ entry, before }) => {
    const money = listMoney(entry);
    const visible = money.length === 0 ? [{ amount: null, currency: null }] : money;
    return visible.map(({ amount, currency }) => {
      const earlier = before === null ? null : listMoney(before).find((one) => one.currency === currency)?.amount;
      return [
        ...[entry.delivery, entry.source, entry.export, entry.scope, entry.dataset, entry.period],
        ...[entry.receivedAt, entry.producedAt, entry.state, entry.standing, entry.reason],
        ...[String(entry.rows), String(entry.rejectedRows), amount, currency],
        ...[before?.delivery ?? null, earlier ?? null],
      ];
    });
  });
  return toCsv(HEADER, lines);
}
