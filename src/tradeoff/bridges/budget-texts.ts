import type { Budgets } from '../../finops/budgets/index.ts';
import type { PipelinesDeps } from '../../mlops/pipelines/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { findHiddenBudgets, hideBudgetText } from '../gates/index.ts';

export interface BudgetTextsDeps {
  readonly store: Store;
  readonly budgets: Pick<Budgets, 'subjects'>;
}

/** Replaces reasons that name a budget of another team or of the organization, as the caller may read neither its name nor its amounts. */
export function createBudgetTexts({ store, budgets }: BudgetTextsDeps): PipelinesDeps['hideBudgets'] {
  return async (identity) => {
    const isHidden = await findHiddenBudgets(budgets, store, identity);
    return (text) => hideBudgetText(text, isHidden);
  };
}
