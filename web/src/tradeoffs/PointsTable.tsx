import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { DataTable } from '../table/DataTable.tsx';
import { listVersions } from './cascade-text.ts';
import { pointsColumns } from './points-columns.tsx';
import styles from './tradeoffs.module.css';

interface PointsTableProps {
  readonly frontier: ModelFrontier;
  readonly labels: ReadonlyMap<string, string>;
}

/** The points of the chart as a table, in the order of cost. */
export function PointsTable({ frontier, labels }: PointsTableProps) {
  const navigate = useNavigate();
  const { model, points } = frontier;
  const columns = useMemo(() => pointsColumns(frontier, labels), [frontier, labels]);
  return (
    <DataTable
      label={`Points of ${model}`}
      openHint="Arrow keys move, Enter opens the version"
      columns={columns}
      rows={points}
      className={styles.points}
      rowId={({ point }) => point}
      onOpen={(point) => {
        const version = listVersions(point).at(-1) ?? '';
        void navigate({ to: '/models/$model/versions/$version', params: { model, version } });
      }}
    />
  );
}
