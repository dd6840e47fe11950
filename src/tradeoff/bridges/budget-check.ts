import type { Budgets } from '../../finops/budgets/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { OptimizationServiceDeps } from '../optimizations/index.ts';

/** Reason why a budget forbids more spending: exhausted, unknown, or without a price. */
export function createBudgetCheck(budgets: Pick<Budgets, 'standing'>): OptimizationServiceDeps['explainBudget'] {
  return async (sql, name) => {
    try {
      const { remaining } = await budgets.standing(sql, name);
      if (remaining === null) return `the remaining amount of budget "${name}" is not known`;
      return Number(remaining) > 0 ? null : `budget "${name}" is used up`;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return error.message;
    }
  };
}
