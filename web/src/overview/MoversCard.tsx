import { Link } from '@tanstack/react-router';
import type { Explanation } from '../../../src/finops/costs/explain/schema.ts';
import { CallError } from '../client.ts';
import { listFilters } from '../costs/cost-query.ts';
import { groupLabel } from '../costs/stack.ts';
import { changeOn } from '../format/number.ts';
import { rangeText } from '../frame/date-range.ts';
import { Card } from '../parts/Card.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { MoversInView } from './use-movers.ts';
import type { OverviewData } from './use-overview.ts';

const HEIGHT = 280;

interface MoversCardProps {
  readonly overview: OverviewData;
  readonly movers: MoversInView;
}

/** Parts of the cost with the largest change against the compared days. */
export function MoversCard({ overview, movers: { by, query } }: MoversCardProps) {
  const { compared, spend, toDate } = overview;
  const missing = query.error instanceof CallError && query.error.problem.code === 'bill_period_not_covered';
  const note = compared && `${rangeText(compared.after)} against ${rangeText(compared.before)}; effective cost`;
  const isPending = spend.data === undefined || toDate.isLoading;
  return (
    <Card title="Top movers" note={note} flush>
      {isPending || (compared !== undefined && !missing) ? (
        <Loaded
          query={isPending ? { ...query, data: undefined, error: spend.error } : query}
          what="The changes"
          height={HEIGHT}
        >
          {(data) => <MoversTable by={by} explanation={data} />}
        </Loaded>
      ) : (
        <EmptyState
          shows="The parts of the cost with the largest change."
          why={
            missing
              ? 'No bill covers the compared days.'
              : 'Nothing compares like with like here. Choose a comparison in the date range.'
          }
        />
      )}
    </Card>
  );
}

interface MoversTableProps {
  readonly by: readonly string[];
  readonly explanation: Explanation;
}

function MoversTable({ by, explanation }: MoversTableProps) {
  return (
    <SortableTable
      rows={explanation.groups}
      columns={[
        { head: by.length > 1 ? 'Team · service' : 'Service', by: (one) => groupLabel(one.values, by) },
        { head: 'Cost', by: (one) => one.after, numeric: true },
        { head: 'Change', by: (one) => one.change, numeric: true },
      ]}
      row={({ values, currency, before, after, change }) => (
        <tr key={JSON.stringify([values, currency])}>
          <th scope="row">
            <Link to="/costs" search={{ by: [...by], filter: listFilters(values, by) }} className={table.rowLink}>
              {groupLabel(values, by)}
            </Link>
          </th>
          <td className={table.number}>
            <MoneyFigure money={{ amount: after, currency }} />
          </td>
          <td className={table.number}>
            <MoneyDelta money={{ amount: change, currency }} />
            <span className={table.subLine}>{changeText(after, before)}</span>
          </td>
        </tr>
      )}
    />
  );
}

const ARROWS = { up: '↑ up', down: '↓ down', level: '→ level' } as const;

function changeText(after: string, before: string): string {
  const { direction, percent } = changeOn(after, before);
  return percent === null ? 'new' : `${ARROWS[direction]} ${percent}`;
}
