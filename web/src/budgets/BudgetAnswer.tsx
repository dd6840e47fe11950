import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { AboutFigure } from '../forecasts/AboutFigure.tsx';
import { chanceText } from '../forecasts/words.ts';
import { formatAbout } from '../format/money.ts';
import { counted } from '../format/number.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { findToDate, type Landing } from './budget-landing.ts';

interface BudgetAnswerProps {
  readonly budget: BudgetDetail;
  readonly landing: Landing | null;
}

/** `$420.00 of $500.00 is spent and $30.00 reserved; 2 runs stopped. Forecast $480 ($450 to $510), 12 % chance to exceed.` */
export function BudgetAnswer({ budget, landing }: BudgetAnswerProps) {
  const { spent, limit, reserved, stops, refused } = budget;
  const effects = [
    ...(stops.length === 0 ? [] : [`${counted(stops.length, 'run')} stopped`]),
    ...(refused.count === 0 ? [] : [`${counted(refused.count, 'request')} refused`]),
  ];
  const done = effects.length === 0 ? '' : `; ${effects.join(', ')}`;
  if (spent === null) {
    return (
      <>
        No cost is known yet against the limit of <AboutFigure money={limit} /> in this period{done}.
      </>
    );
  }
  const toDate = findToDate(budget);
  const money = (amount: string) => ({ amount, currency: limit.currency });
  return (
    <>
      <MoneyFigure money={toDate === null ? spent : money(toDate.amount)} /> of <AboutFigure money={limit} /> is spent
      {toDate?.through == null ? '' : ` to ${formatDay(toDate.through)}`}
      {reserved.amount !== '0' && (
        <>
          {' '}
          and <MoneyFigure money={reserved} /> reserved
        </>
      )}
      {done}.
      {landing !== null && (
        <>
          {' '}
          Forecast <AboutFigure money={money(landing.mean)} strong /> ({formatAbout(money(landing.lo80))} to{' '}
          {formatAbout(money(landing.hi80))}){landing.breach !== null && <>, {chanceText(landing.breach)}</>}.
        </>
      )}
    </>
  );
}
