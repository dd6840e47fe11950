import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { TeamTotals } from '../../../src/finops/statements/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { formatMonthName } from '../format/time.ts';
import { useTeams } from '../frame/use-teams.ts';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { ShareBar } from '../parts/ShareBar.tsx';
import { Swatch } from '../parts/Swatch.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { OTHER_COLOUR, teamColours } from '../theme/category-colours.ts';
import { type Cost, computeRatio, costBefore, sums, toCost } from './amounts.ts';
import type { Month } from './MonthAnswer.tsx';
import styles from './statements.module.css';
import { teamName } from './words.ts';

interface TeamsTableProps {
  readonly month: Month;
  readonly cost: Cost;
}

/** Cost of every team; last the unallocated cost, and the sum of all. */
export function TeamsTable({ month, cost }: TeamsTableProps) {
  const colours = teamColours(useTeams() ?? []);
  const bill = sums(month.bill, cost);
  const colour = (team: string | null) => (team === null ? OTHER_COLOUR : (colours.get(team) ?? OTHER_COLOUR));
  const all = sums(
    month.statements.flatMap(({ totals }) => totals),
    cost,
  );
  const rows = useMemo(
    () => month.statements.flatMap((statement) => statement.totals.map((total) => ({ statement, total }))),
    [month],
  );
  const { sorted, sort } = useSorted(
    rows,
    useMemo(() => compareBy(cost), [cost]),
  );
  return (
    <SidewaysBox label="Teams">
      <table className={table.table} data-testid="teams">
        <thead>
          <tr>
            <SortHead column="team" sort={sort}>
              Team
            </SortHead>
            <SortHead column="cost" sort={sort} numeric>
              Cost
            </SortHead>
            <th scope="col" className={`${styles.shareColumn} ${table.wideOnly}`}>
              <span className="visually-hidden">Share of the bill</span>
            </th>
            <SortHead column="change" sort={sort} className={table.wideOnly}>
              Change from previous month
            </SortHead>
            <SortHead column="issued" sort={sort}>
              Issued
            </SortHead>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ statement, total }) => {
            const money = toCost(total, cost);
            const before = costBefore(total, cost);
            const whole = bill.find((one) => one.currency === total.currency);
            return (
              <tr key={`${statement.team} ${total.currency}`}>
                <th scope="row">
                  <span className={table.named}>
                    <Swatch variable={colour(statement.team)} />
                    <StatementLink statement={statement} />
                  </span>
                </th>
                <td className={table.number}>
                  <MoneyFigure money={money} />
                </td>
                <td className={`${styles.shareColumn} ${table.wideOnly}`}>
                  <ShareBar ratio={computeRatio(money, whole)} variable={colour(statement.team)} />
                </td>
                <td className={table.wideOnly}>
                  {before === null ? (
                    <Unknown reason="No bill covers the previous month." />
                  ) : (
                    <ChangeMark
                      current={money.amount}
                      before={before.amount}
                      on={formatMonthName(month.previousPeriod)}
                    />
                  )}
                </td>
                <td>
                  <IssuedMark issued={statement.issued} />
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          {all.map((money) => (
            <tr key={money.currency}>
              <th scope="row">Total</th>
              <td className={table.number} data-testid="statements-total">
                <MoneyFigure money={money} />
              </td>
              <td className={table.wideOnly} />
              <td className={table.wideOnly} />
              <td />
            </tr>
          ))}
        </tfoot>
      </table>
    </SidewaysBox>
  );
}

interface TeamRow {
  readonly statement: TeamTotals;
  readonly total: TeamTotals['totals'][number];
}

function compareBy(cost: Cost): Comparators<TeamRow> {
  const amount = ({ total }: TeamRow) => decimal(toCost(total, cost).amount);
  const change = (row: TeamRow) => amount(row).minus(costBefore(row.total, cost)?.amount ?? 0);
  return {
    team: (a, b) => teamName(a.statement.team).localeCompare(teamName(b.statement.team)),
    cost: (a, b) => amount(a).comparedTo(amount(b)),
    change: (a, b) => change(a).comparedTo(change(b)),
    issued: (a, b) => (a.statement.issued?.number ?? 0) - (b.statement.issued?.number ?? 0),
  };
}

function StatementLink({ statement: { team } }: { readonly statement: TeamTotals }) {
  const search = team === null ? { of: 'unallocated' as const, team: undefined } : { team, of: undefined };
  return (
    <Link from="/statements" to="/statements" search={(before) => ({ ...before, ...search })} className={table.rowLink}>
      {teamName(team)}
    </Link>
  );
}

function IssuedMark({ issued }: { readonly issued: TeamTotals['issued'] }) {
  if (issued === null) return <span className={styles.quiet}>not issued</span>;
  if (issued.isCurrent)
    return <span data-tip="The issued statement matches the current figures.">no. {issued.number}</span>;
  return (
    <strong data-tip="The current figures differ from the issued statement: issue the month again to correct it.">
      no. {issued.number}, correction due
    </strong>
  );
}
