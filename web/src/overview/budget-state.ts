import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal, type Money } from '../../../src/platform/units/schema.ts';
import { counted } from '../format/number.ts';

/** The larger of billed and metered, as the server counts what remains; null when neither is known. */
export function spentOf(budget: Pick<Budget, 'billed' | 'metered'>): Money | null {
  const { billed, metered } = budget;
  if (billed === null || metered === null) return billed ?? metered;
  return decimal(metered.amount).greaterThan(billed.amount) ? metered : billed;
}

/** Whether more is spent than the budget allows; null when nothing is known. */
export function isOver(budget: Pick<Budget, 'remaining'>): boolean | null {
  return budget.remaining === null
    ? null
    : decimal(budget.remaining).isNegative() && !decimal(budget.remaining).isZero();
}

/** `1 of 4 budgets is over`. */
export function budgetsText(budgets: readonly Budget[]): string {
  const over = budgets.filter((budget) => isOver(budget) === true).length;
  const unknown = budgets.filter((budget) => isOver(budget) === null).length;
  const rest = unknown === 0 ? '' : `; nothing is known yet of ${unknown}`;
  if (over === 0) return `none of ${counted(budgets.length, 'budget')} is over${rest}`;
  return `${over} of ${counted(budgets.length, 'budget')} ${over === 1 ? 'is' : 'are'} over${rest}`;
}
