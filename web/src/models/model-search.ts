import { z } from 'zod';

/** What the address of a model's page says: the metric that stands for its quality. */
export const ModelSearch = z.object({ metric: z.string().min(1).optional().catch(undefined) });
