import type { ExperimentActivity, RunCostSum } from '../../../src/mlops/run-views/run-table/schema.ts';
import { sumDecimals } from '../../../src/platform/units/schema.ts';

/** Exact total cost of the runs of several experiments, one sum for each currency. */
export function addedUp(activity: readonly ExperimentActivity[]): RunCostSum {
  const all = activity.flatMap(({ cost }) => cost.costs);
  const currencies = [...new Set(all.map(({ currency }) => currency))].sort();
  const amounts = (currency: string) => all.filter((money) => money.currency === currency).map(({ amount }) => amount);
  return {
    costs: currencies.map((currency) => ({ currency, amount: sumDecimals(amounts(currency)) })),
    runs: activity.reduce((sum, one) => sum + one.runs, 0),
    runsWithoutCost: activity.reduce((sum, one) => sum + one.cost.runsWithoutCost, 0),
  };
}
