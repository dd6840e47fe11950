import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { DecimalString, Money, Period } from '../../platform/units/schema.ts';

export const BudgetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .describe('Name of a budget');

/** `kind: Budget` of `steelyard apply`. */
export const BudgetSpec = z.strictObject({
  subject: Subject.describe('What it covers: every cost whose subject has these fields'),
  amount: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
    'Amount a calendar month, in `currency`',
  ),
  currency: Money.shape.currency,
});

export const Budget = z
  .strictObject({
    name: BudgetName,
    subject: Subject,
    limit: Money.describe('Amount a calendar month'),
    period: Period.describe('The month it is seen in'),
    billed: Money.nullable().describe(
      'Effective cost allocated to the subject in the period; null before any bill, or when part of it is in another currency',
    ),
    metered: Money.nullable().describe(
      'Metered cost of the subject in the period; null without usage, or when some of it has no price',
    ),
    remaining: DecimalString.nullable().describe(
      'Limit minus the larger of billed and metered, in the currency of the limit',
    ),
  })
  .describe('A monthly budget and where it stands');
export type Budget = z.infer<typeof Budget>;

export const listBudgets = endpoint({
  method: 'GET',
  path: '/api/v1/budgets',
  scope: 'finops.read',
  summary: 'Budgets and where they stand this month',
  response: z.strictObject({ budgets: z.array(Budget).describe('Budgets by name') }),
  errors: ['currency_mismatch'],
});
