import type { StatementFacts } from '../../../src/finops/statements/schema.ts';
import { formatMonth, formatMonthName } from '../format/time.ts';
import { ChangeMark } from '../parts/ChangeMark.tsx';
import { type Cost, costBefore, sums, toCost } from './amounts.ts';
import { MoneyOf } from './MoneyOf.tsx';
import { teamName } from './words.ts';

interface StatementAnswerProps {
  readonly facts: StatementFacts;
  readonly cost: Cost;
}

/** Cost of the team, its change from the preceding month, and its ways of allocation. */
export function StatementAnswer({ facts, cost }: StatementAnswerProps) {
  const { team, period, previousPeriod, totals } = facts;
  const [first] = totals;
  const before = first === undefined ? null : costBefore(first, cost);
  const text = cost === 'billed' ? 'billed' : 'of effective cost';
  return (
    <>
      {team === null ? 'Unallocated: ' : <>Team {teamName(team)} pays </>}
      <strong data-testid="headline">
        <MoneyOf money={sums(totals, cost)} />
      </strong>{' '}
      {text} for {formatMonth(period)}
      {totals.length === 1 && first !== undefined && before !== null && (
        <>
          ,{' '}
          <ChangeMark
            current={toCost(first, cost).amount}
            before={before.amount}
            on={formatMonthName(previousPeriod)}
          />
        </>
      )}
      {before === null && ', and no bill covers the previous month'}
      {team !== null && <Ways facts={facts} cost={cost} />}.
    </>
  );
}

const WAY_TEXTS = { direct: 'direct', shared: 'from shared pools', idle: 'idle' } as const;

/** Allocation of the team's cost by way; ways without cost are left out. */
function Ways({ facts, cost }: StatementAnswerProps) {
  const ways = (['direct', 'shared', 'idle'] as const).flatMap((way) => {
    const own = facts.ways.filter((one) => one.way === way);
    return own.length === 0 ? [] : [{ way, money: sums(own, cost) }];
  });
  return ways.map(({ way, money }, index) => (
    <span key={way}>
      {index === 0 ? ': ' : index === ways.length - 1 ? ' and ' : ', '}
      <MoneyOf money={money} /> {WAY_TEXTS[way]}
    </span>
  ));
}
