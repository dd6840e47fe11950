import { z } from 'zod';
import { CostMetric, DeliveryId } from '../../../src/finops/billing/schema.ts';
import { Dimension, Filter } from '../../../src/finops/costs/schema.ts';
import { ScopeSearch } from '../frame/scope-search.ts';
import { STEPS } from './compare/steps.ts';
import { GRANULARITIES } from './period/granularity.ts';

const list = <T extends z.ZodType>(item: T) =>
  z
    .union([item.transform((one) => [one]), z.array(item)])
    .optional()
    .catch(undefined);

/** URL parameters of the costs page, with those of the frame; a missing parameter has its default. */
export const CostsSearch = z.object({
  ...ScopeSearch.pick({ from: true, to: true, compare: true, beforeFrom: true, beforeTo: true }).shape,
  by: list(Dimension),
  metric: CostMetric.optional().catch(undefined),
  filter: list(Filter),
  currency: z.string().optional().catch(undefined),
  /** Exactly this delivery, even if it does not count. */
  delivery: DeliveryId.optional().catch(undefined),
  /** Width of the bars, when it is not the usual one. */
  every: z.enum(GRANULARITIES).optional().catch(undefined),
  /** The selected step of the change. */
  effect: z.enum(STEPS).optional().catch(undefined),
  /** `rows` shows the bill rows behind the figures. */
  view: z.enum(['rows']).optional().catch(undefined),
  /** `table` shows the bars as figures. */
  chart: z.enum(['table']).optional().catch(undefined),
  /** `table` shows the steps of the change as figures. */
  change: z.enum(['table']).optional().catch(undefined),
  /** Columns of the rows in order, when they are not the usual ones. */
  columns: list(z.string()),
  /** The bill row that is open: delivery/file/number. */
  row: z.string().optional().catch(undefined),
  /** `raw` shows it as it was delivered. */
  part: z.enum(['raw']).optional().catch(undefined),
  /** Name of the saved view that this is. */
  name: z.string().min(1).max(80).optional().catch(undefined),
});
export type CostsSearch = z.infer<typeof CostsSearch>;
