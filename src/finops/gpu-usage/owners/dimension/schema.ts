import { z } from 'zod';

export const OwnerDimension = z
  .enum([
    'team',
    'project',
    'pipeline',
    'pipelineRun',
    'step',
    'experiment',
    'run',
    'model',
    'modelVersion',
    'endpoint',
    'gpuModel',
    'host',
    'gpu',
    'owner',
  ])
  .describe(
    'Grouping: a field of the subject (a step is PIPELINE/STEP, a modelVersion MODEL/VERSION), the model or host of the GPU, the GPU, or owner: all known fields of the owner',
  );
export type OwnerDimension = z.infer<typeof OwnerDimension>;
