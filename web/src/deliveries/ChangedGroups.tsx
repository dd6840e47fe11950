import { useMemo } from 'react';
import type { BillDiff } from '../../../src/finops/billing/diff/schema.ts';
import table from '../table/table.module.css';
import { ChangedGroup } from './ChangedGroup.tsx';
import styles from './deliveries.module.css';
import { groupChanges } from './group-changes.ts';

/** Changed rows, those with one cause together: the fields with their old and new values, and the rows on demand. */
export function ChangedGroups({ diff }: { readonly diff: BillDiff }) {
  const groups = useMemo(() => groupChanges(diff.changed), [diff.changed]);
  return (
    <table className={`${table.table} ${styles.diff}`} data-testid="changed-rows">
      <thead>
        <tr>
          <th scope="col">Rows</th>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col" className={table.number}>
            Change
          </th>
        </tr>
      </thead>
      {groups.map((group) => (
        <ChangedGroup key={group.key} group={group} delivery={diff.b} />
      ))}
    </table>
  );
}
