import { useId } from 'react';
import { toCsv } from '../format/csv.ts';
import { formatMonth } from '../format/time.ts';
import { Card } from '../parts/Card.tsx';
import { CsvButton } from '../parts/CsvButton.tsx';
import parts from '../parts/parts.module.css';
import { type Cost, checkedSums } from './amounts.ts';
import { CostChoice } from './CostChoice.tsx';
import { issueRefusal } from './issue-plan.ts';
import type { Month } from './MonthAnswer.tsx';
import { SumCheck } from './SumCheck.tsx';
import styles from './statements.module.css';
import { TeamsTable } from './TeamsTable.tsx';

interface TeamsCardProps {
  readonly month: Month;
  readonly cost: Cost;
  readonly onCost: (cost: Cost) => void;
  readonly onIssue: () => void;
}

/** One line for each statement, the sum of all of them, and the bill next to it. */
export function TeamsCard({ month, cost, onCost, onIssue }: TeamsCardProps) {
  const id = useId();
  const refusal = issueRefusal(month);
  return (
    <Card
      title="Statements by team"
      note={`${formatMonth(month.period)}, compared with ${formatMonth(month.previousPeriod)}. A row leads to the statement`}
      actions={
        <>
          <CostChoice cost={cost} onCost={onCost} />
          <CsvButton name={`statements-${month.period}`} what="the statements" text={() => monthCsv(month)} />
          <button
            type="button"
            className={`${parts.button} ${refusal === null ? parts.primary : ''}`}
            disabled={refusal !== null}
            data-tip={refusal ?? undefined}
            aria-describedby={refusal === null ? undefined : id}
            onClick={onIssue}
          >
            Issue…<span className="visually-hidden"> the statements of {formatMonth(month.period)}</span>
          </button>
        </>
      }
      flush
    >
      {refusal !== null && (
        <p id={id} className={styles.refusal}>
          {refusal}
        </p>
      )}
      <TeamsTable month={month} cost={cost} />
      {month.partial === undefined && <SumCheck sums={checkedSums(month.statements, month.bill, cost)} />}
    </Card>
  );
}

function monthCsv({ period, statements }: Month): string {
  const header = [
    'period',
    'team',
    'billedCost',
    'effectiveCost',
    'billedBefore',
    'effectiveBefore',
    'currency',
    'issued',
  ];
  return toCsv(
    header,
    statements.flatMap(({ team, totals, issued }) =>
      totals.map((total) => [
        ...[period, team, total.billedCost, total.effectiveCost, total.billedBefore, total.effectiveBefore],
        ...[total.currency, issued === null ? null : String(issued.number)],
      ]),
    ),
  );
}
