import type { Budget } from '../../../src/finops/budgets/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';

export interface BudgetInTree<B = Budget> {
  readonly budget: B;
  /** 0 at the root. */
  readonly depth: number;
}

/** Budgets in tree order: each before its children, siblings by name. A budget whose parent is missing is a root. */
export function inTreeOrder<B extends Pick<Budget, 'name' | 'parent'>>(budgets: readonly B[]): BudgetInTree<B>[] {
  const names = new Set(budgets.map(({ name }) => name));
  const byName = budgets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const listParts = (parent: string | null, depth: number): BudgetInTree<B>[] =>
    byName
      .filter((one) => (one.parent !== null && names.has(one.parent) ? one.parent : null) === parent)
      .flatMap((budget) => [{ budget, depth }, ...listParts(budget.name, depth + 1)]);
  return listParts(null, 0);
}

type Summed = Pick<Budget, 'name' | 'parent' | 'billed' | 'period'>;

/** Whether a part alone has more cost than the whole, which only credits outside of the part explain. */
export function isBelowParts({ name, billed, period }: Summed, budgets: readonly Summed[]): boolean {
  if (billed === null) return false;
  return budgets.some(
    (part) =>
      part.parent === name &&
      part.period.start === period.start &&
      part.billed?.currency === billed.currency &&
      decimal(part.billed.amount).greaterThan(billed.amount),
  );
}
