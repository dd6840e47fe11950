import { Link } from '@tanstack/react-router';
import { CallError } from '../client.ts';
import { listFilters } from '../costs/cost-query.ts';
import { dimensionValue } from '../format/dimension.ts';
import { rangeText } from '../frame/date-range.ts';
import { Card } from '../parts/Card.tsx';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import type { ComparedAllocation } from './use-compared-allocation.ts';

const HEIGHT = 220;
const BY = ['team'];
const SHOWS = 'The cost of each team and the unallocated cost, before and after.';

interface ComparedCardProps {
  readonly compared: ComparedAllocation;
  readonly currency: string;
}

/** Cost of each team and the unallocated cost against the compared days. */
export function ComparedCard({ compared: { compared, isEmpty, error, teams }, currency }: ComparedCardProps) {
  const note = compared && `${rangeText(compared.after)} against ${rangeText(compared.before)}; effective cost`;
  const isUncovered =
    teams.error instanceof CallError &&
    teams.error.problem.code === 'bill_period_not_covered' &&
    compared !== undefined;
  return (
    <Card title="Change by team" note={note} flush>
      {isEmpty ? (
        <EmptyState shows={SHOWS} why="No charge falls in the date range." />
      ) : isUncovered ? (
        <EmptyState shows={SHOWS} why={`No bill covers ${rangeText(compared.before)}. Choose another comparison.`} />
      ) : (
        <Loaded query={error === null ? teams : { ...teams, data: undefined, error }} what="The change" height={HEIGHT}>
          {({ groups, totals }) => (
            <TeamsTable
              teams={groups.filter((one) => one.currency === currency)}
              total={totals.find((one) => one.currency === currency)}
              currency={currency}
            />
          )}
        </Loaded>
      )}
    </Card>
  );
}

type Explained = NonNullable<ComparedAllocation['teams']['data']>;

interface TeamsTableProps {
  readonly teams: Explained['groups'];
  readonly total: Explained['totals'][number] | undefined;
  readonly currency: string;
}

function TeamsTable({ teams, total, currency }: TeamsTableProps) {
  return (
    <SortableTable
      label="Change by team"
      testId="allocation-change"
      rows={teams}
      columns={[
        { head: 'Team', by: ({ values }) => dimensionValue('team', values.team ?? null) },
        { head: 'Before', by: (team) => team.before, numeric: true, className: table.wideOnly },
        { head: 'After', by: (team) => team.after, numeric: true },
        { head: 'Change', by: (team) => team.change, numeric: true },
      ]}
      row={(team) => (
        <tr key={team.values.team ?? ''}>
          <th scope="row">
            <Link
              to="/costs"
              search={{ by: ['team', 'serviceName'], filter: listFilters(team.values, BY) }}
              className={table.rowLink}
            >
              <span className={team.values.team == null ? table.none : undefined}>
                {dimensionValue('team', team.values.team ?? null)}
              </span>
            </Link>
          </th>
          <Amounts amounts={team} currency={currency} />
        </tr>
      )}
      foot={
        total !== undefined && (
          <tfoot>
            <tr>
              <th scope="row">Total</th>
              <Amounts amounts={total} currency={currency} />
            </tr>
          </tfoot>
        )
      }
    />
  );
}

interface AmountsProps {
  readonly amounts: Pick<Explained['totals'][number], 'before' | 'after' | 'change'>;
  readonly currency: string;
}

function Amounts({ amounts: { before, after, change }, currency }: AmountsProps) {
  return (
    <>
      <td className={`${table.number} ${table.wideOnly}`}>
        <MoneyFigure money={{ amount: before, currency }} />
      </td>
      <td className={table.number}>
        <MoneyFigure money={{ amount: after, currency }} />
      </td>
      <td className={table.number}>
        <MoneyDelta money={{ amount: change, currency }} />
        <span className={table.subLine}>
          <ChangeMark current={after} before={before} />
        </span>
      </td>
    </>
  );
}
