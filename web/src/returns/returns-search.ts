import { z } from 'zod';
import { ReturnDay, ReturnDimension } from '../../../src/tradeoff/returns/dimension/schema.ts';

/** URL parameters of the returns page; a missing parameter has its default. */
export const ReturnsSearch = z.object({
  /** Subject of a row; default: model. */
  by: ReturnDimension.optional().catch(undefined),
  start: ReturnDay.optional().catch(undefined),
  end: ReturnDay.optional().catch(undefined),
});
export type ReturnsSearch = z.infer<typeof ReturnsSearch>;

/** URL parameters of the return of a model. */
export const ModelReturnSearch = z.object({
  view: z.enum(['table']).optional().catch(undefined),
});
