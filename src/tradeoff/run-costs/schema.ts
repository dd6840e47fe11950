import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';

const amount = (what: string) => DecimalString.describe(what);

export const getRunCostTotals = endpoint({
  method: 'GET',
  path: '/api/v1/run-costs/totals',
  scope: 'tradeoff.read',
  summary: 'How much of a month’s metered and billed cost is that of runs, and what is not',
  query: z.strictObject({ period: Month.describe('Billing period, YYYY-MM') }),
  response: z.strictObject({
    period: Month,
    billed: z
      .array(
        z.strictObject({
          currency: Currency,
          billed: amount('EffectiveCost of compute on the bill: total = to runs + to others + idle + untracked'),
          toRuns: amount('Reconciled to runs'),
          toOthers: amount('Reconciled to subjects that name no run'),
          idle: amount('On the bill, and held by no metered usage'),
          untracked: amount('Of resources without metered usage'),
        }),
      )
      .describe('By currency; empty where the month has no bill, or its bill was not gone through yet'),
    metered: z
      .array(
        z.strictObject({
          currency: Currency,
          total: amount('Metered cost: total = to runs + to others'),
          toRuns: amount('Of runs'),
          toOthers: amount('Of subjects that name no run'),
        }),
      )
      .describe('By currency; usage is cut at the ends of the month'),
    unpricedIntervals: z.number().int().describe('Usage intervals without a price: in no sum'),
    asOf: UtcInstant.nullable().describe('When the bill was last gone through; null when it never was'),
  }),
  errors: [],
});
