import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';

const amount = (what: string) => DecimalString.describe(what);

export const getRunCostTotals = endpoint({
  method: 'GET',
  path: '/api/v1/run-costs/totals',
  scope: 'tradeoff.read',
  reads: 'money',
  summary: 'Get the metered and billed cost of a month, split into runs, other subjects, idle and untracked',
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
          idle: amount('Billed and not held by metered usage'),
          untracked: amount('Billed cost of resources without metered usage'),
        }),
      )
      .describe('Sums by currency; empty: the month has no bill, or its bill is not reconciled yet'),
    metered: z
      .array(
        z.strictObject({
          currency: Currency,
          total: amount('Metered cost: total = to runs + to others'),
          toRuns: amount('Metered cost of runs'),
          toOthers: amount('Metered cost of subjects that name no run'),
        }),
      )
      .describe('Sums by currency; usage is cut at the ends of the month'),
    unpricedIntervals: z.number().int().describe('Usage intervals without a price; they are in no sum'),
    asOf: UtcInstant.nullable().describe('Time of the last reconciliation of the bill; null: none'),
  }),
  errors: [],
});
