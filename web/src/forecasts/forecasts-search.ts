import { z } from 'zod';
import { ForecastLevel } from '../../../src/finops/forecasts/level/schema.ts';

/** URL parameters of the forecasts page: the drawn forecast, its view, and the list in the table. */
export const ForecastsSearch = z.object({
  level: ForecastLevel.optional().catch(undefined),
  key: z.string().max(600).optional().catch(undefined),
  currency: z.string().max(16).optional().catch(undefined),
  /** `days` draws each day separately; left out: the running total. */
  view: z.enum(['days']).optional().catch(undefined),
  list: ForecastLevel.optional().catch(undefined),
});
export type ForecastsSearch = z.infer<typeof ForecastsSearch>;
