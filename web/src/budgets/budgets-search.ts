import { z } from 'zod';

export const BudgetTab = z.enum(['refusals', 'alerts', 'history', 'setup']);
export type BudgetTab = z.infer<typeof BudgetTab> | 'status';

/** URL parameters of the page of a budget; without a tab, its status. */
export const BudgetSearch = z.object({ tab: BudgetTab.optional().catch(undefined) });

/** URL parameters of the list of budgets. */
export const BudgetsSearch = z.object({
  /** The open form. */
  new: z.enum(['budget']).optional().catch(undefined),
});
