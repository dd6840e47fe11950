import type { DiffRow } from '../../../src/finops/billing/diff/schema.ts';
import { formatDate } from '../format/time.ts';
import styles from './deliveries.module.css';

interface RowNameProps {
  readonly row: DiffRow;
  readonly delivery: string;
}

/** Description of a row, with its file and position. */
export function RowName({ row, delivery }: RowNameProps) {
  const about = row.chargeDescription ?? row.skuId ?? row.serviceName ?? 'a row without a description';
  return (
    <span className={styles.rowName}>
      <span>{about}</span>
      <small className={styles.location}>
        {row.chargePeriodStart !== null && `${formatDate(row.chargePeriodStart)} · `}
        {row.resourceId !== null && `${row.resourceId} · `}
        <span data-tip={`Record ${row.row} of ${row.file} in ${delivery}`}>row {row.row}</span>
      </small>
    </span>
  );
}
