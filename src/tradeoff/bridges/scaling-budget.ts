import type { Budgets } from '../../finops/budgets/index.ts';
import type { ScalingBudget } from '../../mlops/serving/index.ts';
import { AppError } from '../../platform/errors/index.ts';

/** Autoscaling adds no replica for an endpoint whose budget is exhausted. */
export function createScalingBudget(budgets: Pick<Budgets, 'exhaustedFor'>): ScalingBudget {
  return {
    async spentFor({ endpoint, model, version, project, environment }) {
      try {
        const budget = await budgets.exhaustedFor({
          endpoint,
          model,
          modelVersion: version,
          purpose: 'inference',
          ...(project === null ? {} : { project }),
          ...(environment === null ? {} : { environment }),
        });
        return budget === null ? null : { budget, why: `budget "${budget}" is used up` };
      } catch (error) {
        // Without a price the budget cannot be enforced.
        if (!(error instanceof AppError) || error.code !== 'price_missing') throw error;
        return { budget: String(error.context.budget), why: error.message };
      }
    },
  };
}
