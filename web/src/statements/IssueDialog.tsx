import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { issueStatements } from '../../../src/finops/statements/schema.ts';
import { call } from '../client.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { ErrorState } from '../parts/ErrorState.tsx';
import { FormDialog } from '../parts/FormDialog.tsx';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { SortableTable } from '../table/SortableTable.tsx';
import table from '../table/table.module.css';
import { toCost } from './amounts.ts';
import { issueRefusal, toIssue } from './issue-plan.ts';
import type { Month } from './MonthAnswer.tsx';
import styles from './statements.module.css';
import { teamName } from './words.ts';

const WHY_LENGTH = 1000;

interface IssueDialogProps {
  readonly month: Month;
  readonly onClose: () => void;
}

/** Asks for confirmation before statements are issued: recipients, amounts, and the note that issuing is final. */
export function IssueDialog({ month, onClose }: IssueDialogProps) {
  const id = useId();
  const [why, setWhy] = useState('');
  const [allowed, setAllowed] = useState(false);
  const issue = useIssue(onClose);
  const lines = toIssue(month);
  const totals = lines.flatMap(({ statement, is }) => statement.totals.map((total) => ({ statement, is, total })));
  const refusal = issueRefusal(month);
  const provisional = month.periodState === 'provisional';
  const ready = refusal === null && (!provisional || allowed);
  const submit = () => issue.mutate({ period: month.period, allowProvisional: provisional && allowed, why });
  const title = `Issue the statements of ${formatMonth(month.period)}?`;
  return (
    <FormDialog
      title={title}
      act="Issue them"
      acting="Issuing…"
      width="wide"
      ready={ready}
      pending={issue.isPending}
      error={null}
      onSubmit={submit}
      onClose={onClose}
    >
      {refusal !== null && <Notice>{refusal}</Notice>}
      {lines.length > 0 && (
        <>
          <p>
            {counted(lines.length, 'statement')} would be issued. Each is final and keeps its number: an issued
            statement can only be corrected by a new one.
          </p>
          <SortableTable
            testId="to-issue"
            className={styles.tight}
            rows={totals}
            columns={[
              { head: 'Team', by: (one) => teamName(one.statement.team) },
              { head: 'Type', by: (one) => one.is },
              { head: 'Billed', by: (one) => one.total.billedCost, numeric: true },
              { head: 'Effective', by: (one) => one.total.effectiveCost, numeric: true },
            ]}
            row={({ statement, is, total }) => (
              <tr key={`${statement.team} ${total.currency}`}>
                <th scope="row">{teamName(statement.team)}</th>
                <td>{is}</td>
                <td className={table.number}>
                  <MoneyFigure money={toCost(total, 'billed')} />
                </td>
                <td className={table.number}>
                  <MoneyFigure money={toCost(total, 'effective')} />
                </td>
              </tr>
            )}
          />
        </>
      )}
      {provisional && lines.length > 0 && (
        <label className={styles.allow}>
          <input type="checkbox" checked={allowed} onChange={(event) => setAllowed(event.target.checked)} />
          Issue although the cloud may still change the month
        </label>
      )}
      {refusal === null && (
        <label htmlFor={id} className={styles.issueLabel}>
          Reason (printed on the statements)
          <textarea
            id={id}
            className={parts.area}
            maxLength={WHY_LENGTH}
            value={why}
            onChange={(event) => setWhy(event.target.value)}
          />
        </label>
      )}
      {issue.error !== null && <ErrorState error={issue.error} what="Nothing was issued, and the result" />}
    </FormDialog>
  );
}

interface IssueInput {
  readonly period: string;
  readonly allowProvisional: boolean;
  readonly why: string;
}

/** Issues the statements of a month. Issued statements are final; only a correction changes them. */
function useIssue(onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ period, allowProvisional, why }: IssueInput) => {
      const reason = why.trim();
      return call(issueStatements, { body: { period, allowProvisional, ...(reason === '' ? {} : { why: reason }) } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    },
  });
}
