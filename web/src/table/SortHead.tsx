import styles from './table.module.css';
import type { TableSort } from './use-sort.ts';

interface SortHeadProps extends TableSort {
  readonly id: string;
  readonly label: string;
  readonly numeric?: boolean;
  readonly className?: string;
}

/** Head of a column of a short table that sorts by it. */
export function SortHead({ id, label, numeric = false, className = '', sort, toggle }: SortHeadProps) {
  const here = sort?.by === id ? sort : null;
  return (
    <th
      scope="col"
      className={`${numeric ? styles.number : ''} ${className}`}
      aria-sort={here === null ? undefined : here.descending ? 'descending' : 'ascending'}
    >
      <button type="button" className={styles.sort} onClick={() => toggle(id, numeric)}>
        {label}
        <span aria-hidden="true">{here === null ? '' : here.descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}
