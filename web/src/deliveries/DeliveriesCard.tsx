import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type Delivery, Standing } from '../../../src/finops/billing/schema.ts';
import { toCsv } from '../format/csv.ts';
import { counted, formatCount } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Select } from '../parts/Select.tsx';
import { DataTable } from '../table/DataTable.tsx';
import type { DeliveriesSearch } from './deliveries-search.ts';
import { type DeliveryRow, deliveryColumns } from './delivery-columns.tsx';
import { listMoney, withPredecessors } from './history.ts';
import { listPeriods } from './period-series.ts';
import { STANDING_LABELS } from './standing-label.ts';

const ANY = '';

interface DeliveriesCardProps {
  readonly entries: readonly Delivery[];
  readonly complete: boolean;
}

/** Every delivery, newest first, with its changes to the preceding delivery. */
export function DeliveriesCard({ entries, complete }: DeliveriesCardProps) {
  const search = useSearch({ from: '/deliveries' });
  const navigate = useNavigate({ from: '/deliveries' });
  const all = useMemo(() => withPredecessors(entries).toReversed(), [entries]);
  const rows = useMemo(
    () =>
      all.filter(
        ({ entry }) =>
          (search.source === undefined || entry.source === search.source) &&
          (search.month === undefined || entry.period === search.month) &&
          (search.standing === undefined || entry.standing === search.standing),
      ),
    [all, search.source, search.month, search.standing],
  );
  const change = (changes: Partial<DeliveriesSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false });
  const sources = [...new Set(entries.map(({ source }) => source))].sort();
  const filters = (
    <>
      <Select
        label="Source"
        hideLabel
        value={search.source ?? ANY}
        options={[{ value: ANY, label: 'All sources' }, ...sources.map((value) => ({ value, label: value }))]}
        onChange={(value) => change({ source: value || undefined })}
      />
      <Select
        label="Billing period"
        hideLabel
        value={search.month ?? ANY}
        options={[
          { value: ANY, label: 'All periods' },
          ...listPeriods(entries)
            .reverse()
            .map((value) => ({ value, label: formatMonth(value) })),
        ]}
        onChange={(value) => change({ month: value || undefined })}
      />
      <Select
        label="Status"
        hideLabel
        value={search.standing ?? ANY}
        options={[
          { value: ANY, label: 'Any status' },
          ...Standing.options.map((value) => ({ value, label: STANDING_LABELS[value] })),
        ]}
        onChange={(value) => change({ standing: Standing.options.find((standing) => standing === value) })}
      />
      <CsvButton name="deliveries" what="the deliveries" text={() => deliveriesCsv(rows)} />
    </>
  );
  const note = `${rows.length === all.length ? '' : `${formatCount(rows.length)} of `}${counted(all.length, 'entry', 'entries')}, newest first: one for each billing period of each delivery${complete ? '' : '; loading more'}`;
  return (
    <Card title="All bills" note={note} actions={filters} flush>
      {rows.length === 0 ? (
        <EmptyState shows="The deliveries of bills, newest first." why="No delivery matches these filters." />
      ) : (
        <DataTable
          label="Deliveries"
          openHint="Enter opens a delivery"
          columns={deliveryColumns}
          rows={rows}
          rowId={({ entry }) => `${entry.delivery} ${entry.export} ${entry.dataset} ${entry.scope} ${entry.period}`}
          onOpen={({ entry }) => void navigate({ to: '/deliveries/$delivery', params: { delivery: entry.delivery } })}
        />
      )}
    </Card>
  );
}

const HEADER = [
  ...['delivery', 'source', 'export', 'scope', 'dataset', 'period', 'receivedAt', 'producedAt', 'state', 'standing'],
  ...['reason', 'rows', 'rejectedRows', 'billedCost', 'currency', 'deliveryBefore', 'billedCostBefore'],
];

/** The deliveries as listed, a line a currency, exact. */
function deliveriesCsv(rows: readonly DeliveryRow[]): string {
  const lines = rows.flatMap(({ entry, before }) => {
    const money = listMoney(entry);
    const amounts = money.length === 0 ? [{ amount: null, currency: null }] : money;
    return amounts.map(({ amount, currency }) => {
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
