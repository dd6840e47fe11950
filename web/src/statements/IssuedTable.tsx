import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { getIssuedStatementCsv, type IssuedStatement } from '../../../src/finops/statements/schema.ts';
import { buildUrl } from '../../../src/platform/contract/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';
import { Instant } from '../parts/Instant.tsx';
import { MoneyDelta } from '../parts/MoneyDelta.tsx';
import parts from '../parts/parts.module.css';
import { compareAmounts } from '../table/comparators.ts';
import { SidewaysBox } from '../table/SidewaysBox.tsx';
import { SortHead } from '../table/SortHead.tsx';
import table from '../table/table.module.css';
import { type Comparators, useSorted } from '../table/use-sorted.ts';
import { type Cost, sums, toCost } from './amounts.ts';
import { MoneyOf } from './MoneyOf.tsx';
import styles from './statements.module.css';
import { teamName } from './words.ts';

interface IssuedTableProps {
  readonly statements: readonly IssuedStatement[];
  readonly cost: Cost;
}

/** Issued statements, each leading to its facts as they were. */
export function IssuedTable({ statements, cost }: IssuedTableProps) {
  const { sorted, sort } = useSorted(
    statements,
    useMemo(() => compareBy(cost), [cost]),
  );
  return (
    <SidewaysBox label="Statements">
      <table className={table.table} data-testid="issued">
        <thead>
          <tr>
            <SortHead column="number" sort={sort}>
              Statement
            </SortHead>
            <SortHead column="team" sort={sort}>
              Team
            </SortHead>
            <SortHead column="issued" sort={sort}>
              Issued
            </SortHead>
            <SortHead column="charges" sort={sort} numeric>
              Charges
            </SortHead>
            <SortHead column="corrects" sort={sort} numeric className={table.wideOnly}>
              Corrects by
            </SortHead>
            <th scope="col" className={table.wideOnly}>
              <span className="visually-hidden">Files</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((one) => (
            <tr key={one.number}>
              <th scope="row">
                <Link
                  from="/statements"
                  to="/statements"
                  search={(before) => ({ ...before, number: one.number, ask: undefined })}
                  className={parts.textLink}
                >
                  No. {one.number}
                </Link>
                {one.corrects !== null && <small className={styles.small}>corrects no. {one.corrects}</small>}
              </th>
              <td>{teamName(one.team)}</td>
              <td>
                <Instant at={one.issuedAt} />, {one.issuedBy}
                {one.why !== null && <small className={styles.small}>“{one.why}”</small>}
              </td>
              <td className={table.number}>
                <MoneyOf money={sums(one.totals, cost)} />
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                {one.difference.length === 0 ? (
                  <span className={styles.quiet}>a first one</span>
                ) : (
                  one.difference.map((amount) => <MoneyDelta key={amount.currency} money={toCost(amount, cost)} />)
                )}
              </td>
              <td className={`${table.number} ${table.wideOnly}`}>
                <a
                  className={parts.button}
                  href={buildUrl(getIssuedStatementCsv, { params: { number: one.number } })}
                  download={`statement-${one.number}.csv`}
                >
                  CSV<span className="visually-hidden"> of statement {one.number}</span>
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </SidewaysBox>
  );
}

function compareBy(cost: Cost): Comparators<IssuedStatement> {
  const charges = ({ totals }: IssuedStatement) => decimal(sums(totals, cost)[0]?.amount ?? 0);
  return {
    number: (a, b) => a.number - b.number,
    team: (a, b) => teamName(a.team).localeCompare(teamName(b.team)),
    issued: (a, b) => Date.parse(a.issuedAt) - Date.parse(b.issuedAt),
    charges: (a, b) => charges(a).comparedTo(charges(b)),
    corrects: compareAmounts(({ difference: [first] }) => (first === undefined ? null : toCost(first, cost).amount)),
  };
}
