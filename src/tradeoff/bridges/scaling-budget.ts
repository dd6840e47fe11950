import type { Budgets } from '../../finops/budgets/index.ts';
import type { ScalingBudget } from '../../mlops/serving/index.ts';
import { AppError } from '../../platform/errors/index.ts';

/** Autoscaling adds no replica for an endpoint whose budget is exhausted. */
export function createScalingBudget(budgets: Pick<Budgets, 'enforcedFor'>): ScalingBudget {
  return {
    async limitFor({ endpoint, model, version, project, environment }) {
      try {
        const found = await budgets.enforcedFor({
          endpoint,
          model,
          modelVersion: version,
          purpose: 'inference',
          ...(project === null ? {} : { project }),
          ...(environment === null ? {} : { environment }),
        });
        if (found === null) return null;
        const { budget, isExhausted } = found;
        return { budget, spent: isExhausted ? { budget, why: `budget "${budget}" is used up` } : null };
      } catch (error) {
        // Without a price the budget cannot be enforced.
        if (!(error instanceof AppError) || error.code !== 'price_missing') throw error;
        const budget = String(error.context.budget);
        return { budget, spent: { budget, why: error.message } };
      }
    },
  };
}
