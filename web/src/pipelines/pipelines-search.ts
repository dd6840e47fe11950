import { z } from 'zod';

/** URL parameters of a run's page. */
export const PipelineRunSearch = z.object({
  /** The step, or the matrix of steps, that is looked at. */
  step: z.string().min(1).max(500).optional().catch(undefined),
  /** Left out: the picture, and on a phone the table. */
  view: z.enum(['graph', 'table']).optional().catch(undefined),
  /** The try whose log is read; the last when left out. */
  attempt: z.coerce.number().int().min(1).optional().catch(undefined),
});
export type PipelineRunSearch = z.infer<typeof PipelineRunSearch>;
