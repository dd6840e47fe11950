import { z } from 'zod';
import { CostMetric } from '../../../src/finops/billing/schema.ts';
import { Dimension, Filter } from '../../../src/finops/costs/schema.ts';

const list = <T extends z.ZodType>(item: T) =>
  z
    .union([item.transform((one) => [one]), z.array(item)])
    .optional()
    .catch(undefined);

/** What the address of the costs page says; what is left out has its usual value. */
export const CostsSearch = z.object({
  by: list(Dimension),
  metric: CostMetric.optional().catch(undefined),
  filter: list(Filter),
  currency: z.string().optional().catch(undefined),
  /** `rows` shows the bill rows behind the figures. */
  view: z.enum(['rows']).optional().catch(undefined),
  /** `table` shows the days of the chart as figures. */
  chart: z.enum(['table']).optional().catch(undefined),
  /** Columns of the rows in order, when they are not the usual ones. */
  columns: list(z.string()),
  /** The bill row that is open: delivery/file/number. */
  row: z.string().optional().catch(undefined),
});
export type CostsSearch = z.infer<typeof CostsSearch>;
