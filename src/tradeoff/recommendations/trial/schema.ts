import { z } from 'zod';
import { Name } from '../../../org/schema.ts';

export const RecommendedOptimization = z
  .strictObject({
    optimization: Name.describe('Name of the optimization that tries it'),
    spec: z
      .record(z.string().describe('Field'), z.unknown().describe('Value'))
      .nullable()
      .describe('Document of the optimization; null: it cannot be tried on live traffic'),
    reason: z.string().nullable().describe('Reason why it cannot be tried; null where it can'),
    state: z.string().nullable().describe('State of the optimization; null: not proposed'),
  })
  .describe('The recommendation as a change that is tried on live traffic under a guardrail');
