import { z } from 'zod';

const amount = z.coerce
  .string()
  .regex(/^\d{1,15}(\.\d{1,20})?$/)
  .optional()
  .catch(undefined);
const name = z.string().min(1).max(250).optional().catch(undefined);

/** Value of `policy` for an answer without a policy. */
export const NO_POLICY = 'none';

/** URL parameters of the trade-offs of a model; a missing parameter has its default. */
export const TradeOffsSearch = z.object({
  /** Default: the first policy of the model. */
  policy: name,
  metric: name,
  /** Predictions a month; default: those of the policy, else the recorded traffic. */
  demand: z.coerce.number().int().min(1).max(1e15).optional().catch(undefined),
  /** Trade price: money a month for a point of quality. */
  price: amount,
  view: z.enum(['table']).optional().catch(undefined),
  /** Change of the what-if. */
  traffic: z.coerce.number().gt(0).max(1e6).optional().catch(undefined),
  hardware: z.string().min(1).max(500).optional().catch(undefined),
  spot: z.coerce.boolean().optional().catch(undefined),
  precision: z.enum(['half', 'int8']).optional().catch(undefined),
  replicas: z.coerce.number().int().min(1).max(1_000_000).optional().catch(undefined),
  loss: z.coerce.number().gt(0).max(1e9).optional().catch(undefined),
});
export type TradeOffsSearch = z.infer<typeof TradeOffsSearch>;
