import type { Costs } from './charge.ts';
import type { BillRow } from './focus-columns.ts';
import { Exact } from './money.ts';

/** Zero in all four cost columns. */
export function noCosts(): Costs {
  const zero = new Exact(0);
  return { billedCost: zero, effectiveCost: zero, listCost: zero, contractedCost: zero };
}

/** One amount in all four cost columns, as credits and corrections have it. */
export function sameCosts(amount: string): Costs {
  const cost = new Exact(amount);
  return { billedCost: cost, effectiveCost: cost, listCost: cost, contractedCost: cost };
}

/** `sum` plus the costs of a row; exact. */
export function addCosts(sum: Costs, row: BillRow): Costs {
  return {
    billedCost: sum.billedCost.plus(row.BilledCost ?? 0),
    effectiveCost: sum.effectiveCost.plus(row.EffectiveCost ?? 0),
    listCost: sum.listCost.plus(row.ListCost ?? 0),
    contractedCost: sum.contractedCost.plus(row.ContractedCost ?? 0),
  };
}

/** Each cost times `factor` (a decimal string); exact, so a tax has as many places as it needs. */
export function scaleCosts(costs: Costs, factor: string): Costs {
  return {
    billedCost: costs.billedCost.times(factor),
    effectiveCost: costs.effectiveCost.times(factor),
    listCost: costs.listCost.times(factor),
    contractedCost: costs.contractedCost.times(factor),
  };
}
