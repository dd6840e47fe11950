import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import { DecimalString } from '../../../platform/units/schema.ts';

/** How likely a budget is passed in its present window, by the forecast that stands. */
export const ExpectedBreach = z.strictObject({
  /** 0 to 1. */
  probability: z.number().min(0).max(1),
  /** Day, UTC, on which the limit is likely passed; null when hardly any path passes it. */
  day: z.string().nullable(),
  /** What the window will have cost, in the currency of the budget, with the ends of the 80 % interval. */
  mean: DecimalString,
  lo80: DecimalString,
  hi80: DecimalString,
  /** Limit and first instant of the window (ISO) that the forecast was made for. */
  limit: DecimalString,
  start: z.string(),
});
export type ExpectedBreach = z.infer<typeof ExpectedBreach>;

/** Who forecasts: null where there is no forecast of the budget. */
export type ExpectedBreachOf = (sql: Sql, budget: string) => Promise<ExpectedBreach | null>;
