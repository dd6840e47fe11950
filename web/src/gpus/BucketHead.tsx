import table from '../table/table.module.css';
import type { TableSort } from '../table/use-sort.ts';

interface BucketHeadProps extends TableSort {
  readonly id: string;
  readonly label: string;
  /** Definition of the part, on hover. */
  readonly tip: string;
}

/** Head of the column of a part of GPU time, with its definition; a click sorts by it. */
export function BucketHead({ id, label, tip, sort, toggle }: BucketHeadProps) {
  const here = sort?.by === id ? sort : null;
  return (
    <th
      scope="col"
      className={`${table.number} ${table.wideOnly}`}
      data-tip={tip}
      aria-sort={here === null ? undefined : here.descending ? 'descending' : 'ascending'}
    >
      <button type="button" className={table.sort} onClick={() => toggle(id, true)}>
        {label}
        <span aria-hidden="true">{here === null ? '' : here.descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}
