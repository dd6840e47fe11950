import type { VersionApprovals } from '../../../src/tradeoff/gates/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

/** Statements of accounts about a version, oldest first. */
export function ApprovalsList({ approvals }: { readonly approvals: VersionApprovals['approvals'] }) {
  if (approvals.length === 0) return <p className={table.none}>No approval yet.</p>;
  return (
    <SortableTable
      label="Approvals"
      rows={approvals}
      columns={[
        { head: 'Account', by: (one) => one.account },
        { head: 'Statement', by: (one) => (one.declined === true ? 'declined' : 'approved') },
        { head: 'Time', by: (one) => one.at },
        { head: 'Note', by: (one) => one.note },
      ]}
      row={({ account, role, at, note, declined }) => (
        <tr key={account}>
          <th scope="row">
            {account}
            <span className={table.subLine}>{role}</span>
          </th>
          <td>{declined === true ? '✕ declined' : '✓ approved'}</td>
          <td>
            <Instant at={at} />
          </td>
          <td>{note ?? 'none'}</td>
        </tr>
      )}
    />
  );
}
