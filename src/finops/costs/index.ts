import type { Subject } from '../../org/schema.ts';
import type { Route } from '../../platform/http/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { exactFilter } from './filters.ts';
import type { CostsDeps } from './relations.ts';
import { costRoutes } from './routes.ts';
import { summarise } from './summary.ts';

export { csvLine } from '../../platform/csv/index.ts';
export { type CostRelations, rowSource } from './query.ts';
export { type CostsDeps, relationsFrom } from './relations.ts';

/** What do we spend, on what: reports over billed rows and their allocation. */
export interface Costs {
  /**
   * Allocated cost of everything whose subject has the given fields, in one billing period (YYYY-MM).
   * `null` when no bill covers the period: unknown, not zero. One total a currency otherwise, none when nothing matched.
   */
  allocatedCost(
    subject: Subject,
    period: string,
    metric: CostMetric,
  ): Promise<{ totals: { currency: string; amount: string }[]; deliveries: string[] } | null>;
  readonly routes: readonly Route[];
}

export function createCosts(deps: CostsDeps): Costs {
  return {
    async allocatedCost(subject, period, metric) {
      const units = (await deps.billing.currentUnits(deps.store)).filter((unit) => unit.period === period);
      if (units.length === 0) return null;
      const filter = Object.entries(subject).flatMap(([field, value]) =>
        value === undefined ? [] : [exactFilter(field, value)],
      );
      const { totals } = await summarise(deps, [], { metric, period, filter });
      return { totals, deliveries: [...new Set(units.map((unit) => unit.delivery))].toSorted() };
    },
    routes: costRoutes(deps),
  };
}
