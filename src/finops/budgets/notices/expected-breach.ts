import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import { DecimalString } from '../../../platform/units/schema.ts';

/** Probability that the spend exceeds a budget in its present window, by the current forecast. */
export const ExpectedBreach = z.strictObject({
  /** 0 to 1. */
  probability: z.number().min(0).max(1),
  /** Day (UTC) on which the spend probably exceeds the limit; null if almost no simulated path exceeds it. */
  day: z.string().nullable(),
  /** Expected cost of the window, in the currency of the budget, with the bounds of the 80% interval. */
  mean: DecimalString,
  lo80: DecimalString,
  hi80: DecimalString,
  /** Limit and first instant of the window (ISO) that the forecast applies to. */
  limit: DecimalString,
  start: z.string(),
});
export type ExpectedBreach = z.infer<typeof ExpectedBreach>;

/** Reads the forecast of a budget; null if it has none. */
export type ExpectedBreachOf = (sql: Sql, budget: string) => Promise<ExpectedBreach | null>;
