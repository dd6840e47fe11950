import type { BudgetDetail } from '../../../src/finops/budgets/schema.ts';
import { subjectText } from '../allocation/rule-text.ts';
import { withoutSources } from '../format/sources-behind.ts';
import { formatDay } from '../format/time.ts';
import { MoneyFigure } from '../parts/MoneyFigure.tsx';
import { RatesText } from '../parts/RatesText.tsx';
import { Unknown } from '../parts/Unknown.tsx';
import { BudgetStatusMark } from './BudgetStatusMark.tsx';
import type { BudgetStatus } from './budget-landing.ts';
import { SpentFigure } from './SpentFigure.tsx';
import { ENFORCEMENTS, EVEN_BURN, NO_COST, NO_FORECAST, NOTHING_ROLLED, windowText } from './words.ts';

/** Figures and settings of a budget, most important first. */
export function listBudgetFacts(budget: BudgetDetail, status: BudgetStatus) {
  const { limit, spent, reserved, remaining, forecast, forecastBasis, billedReason, rolledOver, rollOver } = budget;
  const { subject, enforcement, parent, owner } = budget;
  const money = (amount: typeof spent, reason: string) =>
    amount === null ? <Unknown reason={reason} /> : <MoneyFigure money={amount} />;
  const left = remaining === null ? null : { amount: remaining, currency: limit.currency };
  return [
    ['Status', <BudgetStatusMark key="state" status={status} />],
    ['Spent to date', <SpentFigure key="spent" budget={budget} />],
    ['Limit', <MoneyFigure key="limit" money={limit} />],
    ...(rollOver === 'none'
      ? []
      : [['Rolled over, included in the limit', money(rolledOver, NOTHING_ROLLED)] as const]),
    ['Remaining', money(left, billedReason ?? NO_COST)],
    [`Projected${forecastBasis === 'evenBurn' ? ` ${EVEN_BURN}` : ''}`, money(forecast, NO_FORECAST)],
    ['Reserved by running work', <MoneyFigure key="reserved" money={reserved} />],
    ['Owner', owner ?? <Unknown key="owner" reason="No owner is stated, and its team has none." />],
    ['Period', windowText(budget)],
    ['Applies to', Object.keys(subject).length === 0 ? 'all costs' : subjectText(subject)],
    ['At the limit', ENFORCEMENTS[enforcement]],
    ['Parent budget', parent ?? 'none'],
    ...listSources(budget),
  ] as const;
}

/** Where the spent amount comes from. */
function listSources({ billed, billedReason, metered, toDate, conversion, limit }: BudgetDetail) {
  const money = (amount: typeof billed, reason: string) =>
    amount === null ? <Unknown reason={reason} /> : <MoneyFigure money={amount} />;
  return [
    ['Effective cost, all charges received', money(billed, billedReason ?? NO_COST)],
    ...(toDate === null
      ? []
      : [
          [
            `Effective cost to ${formatDay(toDate.through)}${withoutSources(toDate.behind)}`,
            <MoneyFigure key="toDate" money={{ amount: toDate.amount, currency: limit.currency }} />,
          ] as const,
        ]),
    ['Metered cost', money(metered, 'No usage was metered, or some usage has no price.')],
    ...(conversion === null
      ? []
      : [['Other currencies converted', <RatesText key="rates" currency={limit.currency} {...conversion} />] as const]),
  ] as const;
}
