import { z } from 'zod';

/** URL parameters of a model's page: the key metric for its quality. */
export const ModelSearch = z.object({ metric: z.string().min(1).optional().catch(undefined) });
