import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DecimalString, Money, UtcInstant } from '../../../platform/units/schema.ts';
import { BudgetName } from '../schema.ts';

/** Refusals that are kept of each budget; older ones are deleted. */
export const REFUSALS_KEPT = 100;

export const RefusalReason = z
  .enum(['budget_exceeded', 'budget_approval_needed', 'price_missing'])
  .describe(
    '`budget_exceeded`: too little left; `budget_approval_needed`: too little left until a person approves more; `price_missing`: no price for the work or for usage that the budget covers',
  );
export type RefusalReason = z.infer<typeof RefusalReason>;

export const BudgetRefusal = z
  .strictObject({
    reservation: z.string().describe('Id of the refused reservation, chosen by the requester'),
    refusedAt: UtcInstant.describe('When it was last refused'),
    firstRefusedAt: UtcInstant.describe('When it was first refused'),
    times: z.number().int().min(1).describe('Number of refused requests with this reservation id'),
    subject: Subject.describe('Requester: the run, pipeline, team and other subject fields of the request'),
    origin: z.string().describe('Program that requested it'),
    resource: z.string().describe('Requested resource'),
    quantity: DecimalString.describe('Requested number of units'),
    needed: Money.nullable().describe(
      'Least amount with which the work can begin and stop in time; null without a price',
    ),
    left: Money.nullable().describe(
      'Amount that was neither spent nor reserved, negative above the limit; null without a price',
    ),
    reason: RefusalReason,
    detail: z.string().describe('Reason as a sentence, as the requester received it'),
  })
  .describe('Request for money that a budget refused');
export type BudgetRefusal = z.infer<typeof BudgetRefusal>;

export const listBudgetRefusals = endpoint({
  method: 'GET',
  path: '/api/v1/budgets/:budget/refusals',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List the last requests for money that a budget refused',
  params: z.strictObject({ budget: BudgetName }),
  response: z.strictObject({
    refusals: z.array(BudgetRefusal).describe(`Latest first; the last ${REFUSALS_KEPT} are kept`),
  }),
  errors: ['budget_not_found'],
});
