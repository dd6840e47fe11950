import { z } from 'zod';

/** URL parameters of a run's page. */
export const PipelineRunSearch = z.object({
  /** The open step or matrix of steps. */
  step: z.string().min(1).max(500).optional().catch(undefined),
  /** Left out: the picture, and on a phone the table. */
  view: z.enum(['graph', 'table']).optional().catch(undefined),
  /** The attempt of the open log; the last when left out. */
  attempt: z.coerce.number().int().min(1).optional().catch(undefined),
});
export type PipelineRunSearch = z.infer<typeof PipelineRunSearch>;
