import type { Budget } from '../../../src/finops/budgets/schema.ts';

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
