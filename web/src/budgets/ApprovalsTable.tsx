import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Instant } from '../parts/Instant.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';

/** Amounts approved for this window, with their reasons. */
export function ApprovalsTable({ budget: { name, approvals, limit } }: { readonly budget: BudgetDetail }) {
  if (approvals.length === 0) {
    return (
      <EmptyState
        shows="Approvals above the budget amount in this window, each with its reason."
        why="No approval in this window."
        command={`steelyard budget approve ${name} --amount 50 --note "why"`}
      />
    );
  }
  return (
    <SortableTable
      label={`Approvals of ${name}`}
      rows={approvals}
      columns={[
        { head: 'Approved', by: (one) => one.approvedAt },
        { head: 'Extra amount', by: (one) => one.amount, numeric: true },
        { head: 'Reason', by: (one) => one.note },
      ]}
      row={({ approvedAt, amount, note }) => (
        <tr key={`${approvedAt} ${amount} ${note}`}>
          <th scope="row">
            <Instant at={approvedAt} />
          </th>
          <td className={table.number}>
            <MoneyFigure money={{ amount, currency: limit.currency }} />
          </td>
          <td>{note}</td>
        </tr>
      )}
    />
  );
}
