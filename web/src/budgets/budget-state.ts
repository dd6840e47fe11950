import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { counted } from '../format/number.ts';

/** True if more is spent than the budget allows; null when the spent amount is unknown. */
export function isOver({ state }: Pick<Budget, 'state'>): boolean | null {
  return state === 'unknown' ? null : state === 'over';
}

/** `1 of 4 budgets is over`. */
export function budgetsText(budgets: readonly Pick<Budget, 'state'>[]): string {
  const over = budgets.filter((budget) => isOver(budget) === true).length;
  const unknown = budgets.filter((budget) => isOver(budget) === null).length;
  const rest = unknown === 0 ? '' : `; ${unknown} unknown`;
  if (over === 0) return `none of ${counted(budgets.length, 'budget')} exceeded${rest}`;
  return `${over} of ${counted(budgets.length, 'budget')} exceeded${rest}`;
}
