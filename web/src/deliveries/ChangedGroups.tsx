import { useMemo } from 'react';
import type { BillDiff } from '../../../src/finops/billing/diff/schema.ts';
import { SortableTable } from '../table/SortableTable.tsx';
import { ChangedGroup } from './ChangedGroup.tsx';
import styles from './deliveries.module.css';
import { groupChanges } from './group-changes.ts';

/** Changed rows, those with one cause together: the fields with their old and new values, and the rows on demand. */
export function ChangedGroups({ diff }: { readonly diff: BillDiff }) {
  const groups = useMemo(() => groupChanges(diff.changed), [diff.changed]);
  return (
    <SortableTable
      testId="changed-rows"
      className={styles.diff}
      rows={groups}
      inBodies
      columns={[
        { head: 'Rows', by: ({ rows }) => rows.length },
        { head: 'Field', by: ({ fields: [first] }) => first?.column },
        { head: 'Before', by: ({ fields: [first] }) => first?.before },
        { head: 'After', by: ({ fields: [first] }) => first?.after },
        { head: 'Change', by: ({ fields: [first] }) => first?.ratio, numeric: true },
      ]}
      row={(group) => <ChangedGroup key={group.key} group={group} delivery={diff.b} />}
    />
  );
}
