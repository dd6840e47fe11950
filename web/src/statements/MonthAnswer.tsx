import type { listStatements } from '../../../src/finops/statements/schema.ts';
import type { ResponseOf } from '../../../src/platform/contract/schema.ts';
import { counted } from '../format/number.ts';
import { formatMonth } from '../format/time.ts';
import { type Cost, checkedSums, sums } from './amounts.ts';
import { MoneyOf } from './MoneyOf.tsx';

export type Month = ResponseOf<typeof listStatements>;

const COST_TEXTS: Readonly<Record<Cost, string>> = { billed: 'billed', effective: 'of effective cost' };

interface MonthAnswerProps {
  readonly month: Month;
  readonly cost: Cost;
}

/** Cost of the teams, unallocated cost, the check of their sum against the bill, and the issued statements. */
export function MonthAnswer({ month, cost }: MonthAnswerProps) {
  const teams = month.statements.filter(({ team }) => team !== null);
  const unallocated = month.statements.filter(({ team }) => team === null);
  const equal = checkedSums(month.statements, month.bill, cost).every((one) => one.equal);
  return (
    <>
      In {formatMonth(month.period)}, {counted(teams.length, 'team')} {teams.length === 1 ? 'pays' : 'pay'}{' '}
      <strong data-testid="headline">
        <MoneyOf
          money={sums(
            teams.flatMap(({ totals }) => totals),
            cost,
          )}
        />
      </strong>{' '}
      {COST_TEXTS[cost]}
      {month.partial === undefined && (
        <>
          {' '}
          and{' '}
          <MoneyOf
            money={sums(
              unallocated.flatMap(({ totals }) => totals),
              cost,
            )}
          />{' '}
          is unallocated; {equal ? 'together they equal the bill, ' : 'together they do NOT equal the bill, '}
          <MoneyOf money={sums(month.bill, cost)} />
        </>
      )}
      . {issuedText(month)}
    </>
  );
}

function issuedText({ statements, periodState }: Month): string {
  const issued = statements.filter((one) => one.issued !== null);
  const stale = issued.filter((one) => one.issued?.isCurrent === false).length;
  if (issued.length === 0)
    return periodState === 'open' ? 'The month is not over.' : 'No statement has been issued yet.';
  if (stale > 0)
    return `${counted(stale, 'issued statement')} no longer ${stale === 1 ? 'matches' : 'match'} the current figures: a correction is due.`;
  return `${counted(issued.length, 'statement')} ${issued.length === 1 ? 'was' : 'were'} issued.`;
}
