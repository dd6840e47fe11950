import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Returns } from '../../../src/tradeoff/returns/schema.ts';
import { DataTable } from '../table/DataTable.tsx';
import { DIMENSIONS, returnColumns } from './return-columns.tsx';
import styles from './returns.module.css';

/** Returns by one dimension; a model opens its return, a version its page. */
export function ReturnsTable({ returns: { by, rows } }: { readonly returns: Pick<Returns, 'by' | 'rows'> }) {
  const navigate = useNavigate();
  const columns = useMemo(() => returnColumns(by), [by]);
  const opens = by === 'model' || by === 'version';
  return (
    <DataTable
      label={`Returns by ${DIMENSIONS[by].label.toLowerCase()}`}
      openHint={opens ? 'Arrow keys move, Enter opens the row' : 'Arrow keys move'}
      columns={columns}
      rows={rows}
      className={styles.table}
      rowId={({ model, key }) => `${model ?? ''} ${key ?? ''}`}
      onOpen={({ key, model }) => {
        if (key === null || !opens) return;
        if (model === null) void navigate({ to: '/returns/$model', params: { model: key } });
        else void navigate({ to: '/models/$model/versions/$version', params: { model, version: key } });
      }}
    />
  );
}
