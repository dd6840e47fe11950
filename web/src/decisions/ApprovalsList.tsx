import type { VersionApprovals } from '../../../src/tradeoff/gates/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import table from '../table/table.module.css';

/** Statements of accounts about a version, oldest first. */
export function ApprovalsList({ approvals }: { readonly approvals: VersionApprovals['approvals'] }) {
  if (approvals.length === 0) return <p className={table.none}>No approval yet.</p>;
  return (
    <table className={table.table} aria-label="Approvals">
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Statement</th>
          <th scope="col">Time</th>
          <th scope="col">Note</th>
        </tr>
      </thead>
      <tbody>
        {approvals.map(({ account, role, at, note, declined }) => (
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
        ))}
      </tbody>
    </table>
  );
}
