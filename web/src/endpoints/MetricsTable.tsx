import { useMemo } from 'react';
import type { EndpointMetric } from '../../../src/mlops/gateway/metrics/schema.ts';
import { formatCount, formatMeasure } from '../format/number.ts';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { DataTable, type GridColumn } from '../table/DataTable.tsx';

const NOTHING = 'No answer in this step.';
const NO_COST = 'Its replicas have no price.';

interface MetricsTableProps {
  readonly endpoint: string;
  /** By time. */
  readonly points: readonly EndpointMetric[];
}

/** The rows behind the charts, latest first. */
export function MetricsTable({ endpoint, points }: MetricsTableProps) {
  const rows = useMemo(() => points.toReversed(), [points]);
  return (
    <DataTable
      label={`Steps of ${endpoint}`}
      openHint="Arrow keys move"
      columns={COLUMNS}
      rows={rows}
      rowId={({ at, variant, version }) => `${at} ${variant} ${version}`}
      onOpen={() => undefined}
    />
  );
}

type Key = 'requests' | 'answered' | 'refused' | 'throttled' | 'errors';

function counted(id: Key, header: string): GridColumn<EndpointMetric> {
  return { id, header, numeric: true, cell: (row) => formatCount(row[id]), compare: (a, b) => a[id] - b[id] };
}

function percentile(id: 'p50' | 'p95' | 'p99'): GridColumn<EndpointMetric> {
  return {
    ...{ id, header: `${id}, ms`, numeric: true },
    cell: ({ latencyMs }) => (latencyMs === null ? <Unknown reason={NOTHING} /> : formatMeasure(latencyMs[id])),
    compare: (a, b) => (a.latencyMs?.[id] ?? 0) - (b.latencyMs?.[id] ?? 0),
  };
}

const COLUMNS: GridColumn<EndpointMetric>[] = [
  { id: 'at', header: 'From', cell: ({ at }) => <Instant at={at} /> },
  { id: 'variant', header: 'Variant', cell: ({ variant, version }) => `${variant}, version ${version}` },
  counted('requests', 'Requests'),
  counted('answered', 'Answered'),
  counted('refused', 'Client error (4xx)'),
  counted('throttled', 'Queue full (429)'),
  counted('errors', 'Failed'),
  percentile('p50'),
  percentile('p95'),
  percentile('p99'),
  {
    ...{ id: 'replicas', header: 'Replicas', numeric: true },
    cell: ({ replicas }) => (replicas === null ? <Unknown reason="Not measured." /> : formatMeasure(replicas)),
  },
  {
    ...{ id: 'cost', header: 'Cost', numeric: true },
    cell: ({ cost }) => (cost === null ? <Unknown reason={NO_COST} /> : <MoneyFigure money={cost} />),
  },
];
