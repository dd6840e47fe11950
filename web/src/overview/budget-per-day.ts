import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { listDays } from '../format/time.ts';

interface Wanted {
  readonly month: string;
  readonly team: string | undefined;
  readonly currency: string;
}

/**
 * The monthly budget that covers exactly the scope, as an even amount a day; undefined without one in this currency.
 *
 * @example budgetPerDay(budgets, { month: '2026-11', team: undefined, currency: 'USD' }) // a 30th of the budget of everything
 */
export function budgetPerDay(
  budgets: readonly Pick<Budget, 'subject' | 'every' | 'limit'>[],
  { month, team, currency }: Wanted,
): Money | undefined {
  const covers = (subject: Budget['subject']) => {
    const fields = Object.entries(subject);
    return team === undefined ? fields.length === 0 : fields.length === 1 && subject.team === team;
  };
  const found = budgets.find(
    ({ subject, every, limit }) => every === 'month' && limit.currency === currency && covers(subject),
  );
  if (found === undefined) return undefined;
  return { amount: decimal(found.limit.amount).dividedBy(listDays(month).length).toFixed(2), currency };
}
