import type { Budgets } from '../../finops/budgets/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { formatMoneyText } from '../../platform/units/index.ts';
import type { IsHiddenBudget } from './hidden-budgets.ts';
import type { Policy } from './schema.ts';
import type { BudgetLeft } from './weigh.ts';

export interface PolicyBudgetDeps {
  readonly store: Store;
  readonly budgets: Pick<Budgets, 'standing'>;
}

/**
 * Remaining amounts of the budgets that a policy names (unknown for those that are hidden from the caller), and the deliveries of bills that they are based on, sorted. Errors:
 * `budget_not_found`, `currency_mismatch`.
 */
export async function readPolicyBudgets(
  deps: PolicyBudgetDeps,
  policy: Policy,
  isHidden: IsHiddenBudget = () => false,
): Promise<{ budgets: Map<string, BudgetLeft>; deliveries: string[] }> {
  const names = new Set(policy.spec.cost.flatMap((rule) => (rule.measure === 'budget' ? [rule.budget] : [])));
  const budgets = new Map<string, BudgetLeft>();
  const deliveries = new Set<string>();
  for (const name of names) {
    if (isHidden(name)) {
      const source = `budget ${name} is outside of your teams`;
      budgets.set(name, { currency: policy.spec.currency, remaining: null, source });
      continue;
    }
    const standing = await deps.budgets.standing(deps.store, name);
    if (standing.limit.currency !== policy.spec.currency) {
      const detail = `Policy "${policy.name}" is in ${policy.spec.currency}, budget "${name}" in ${standing.limit.currency}. Use one currency for both.`;
      throw new AppError('currency_mismatch', detail, { policy: policy.name, budget: name });
    }
    const month = standing.period.start.slice(0, 7);
    const { currency } = standing.limit;
    const left = standing.remaining === null ? 'unknown' : formatMoneyText({ amount: standing.remaining, currency });
    const source = `budget ${name}: ${left} left of ${formatMoneyText(standing.limit)} in ${month}`;
    budgets.set(name, { currency: standing.limit.currency, remaining: standing.remaining, source });
    for (const delivery of standing.deliveries) deliveries.add(delivery);
  }
  return { budgets, deliveries: [...deliveries].toSorted() };
}
