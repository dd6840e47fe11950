import { computeCostPerThousand, type Metering } from '../../finops/metering/index.ts';
import type { ServingCosts } from '../../mlops/serving/index.ts';
import type { Clock } from '../../platform/units/index.ts';

/** Costs of all variants are for the same days, so that they can be compared. */
const COST_WINDOW_MS = 7 * 86_400_000;

/** Metered cost of an endpoint by variant. */
export function createServingCosts(metering: Metering, clock: Clock): ServingCosts {
  return {
    async of(sql, { endpoint, model, version }) {
      const now = clock.now();
      const window = { start: now - COST_WINDOW_MS, end: now };
      const total = await metering.total(sql, { endpoint, model, modelVersion: version }, window);
      const { cost, predictions, hours, unpricedResources } = total;
      const per1000 =
        cost === null || predictions === null || predictions === 0
          ? null
          : { amount: computeCostPerThousand(cost.amount, predictions), currency: cost.currency };
      return { predictions, hours, cost, per1000, unpriced: unpricedResources };
    },
    async within(sql, endpoint, within) {
      const metered = await metering.within(sql, within, { endpoint, purpose: 'inference' });
      return metered.map(({ usage: { subject, start, end }, metered: { cost } }) => ({
        model: subject.model ?? '',
        version: subject.modelVersion ?? '',
        start,
        end,
        cost,
      }));
    },
  };
}
