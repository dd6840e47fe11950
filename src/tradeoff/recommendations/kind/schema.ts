import { z } from 'zod';

export const RecommendationKind = z
  .enum([
    'scale_to_zero',
    'stop_run',
    'replica_count',
    'cpu_memory',
    'return_gpu',
    'gpu_share',
    'pack_nodes',
    'spot',
    'commitment',
    'hardware',
  ])
  .describe('Type of change that is recommended');
export type RecommendationKind = z.infer<typeof RecommendationKind>;
