import { z } from 'zod';
import { endpoint } from '../../platform/contract/schema.ts';
import { UploadId } from '../../platform/uploads/schema.ts';

const SentFile = z
  .strictObject({
    upload: UploadId,
    name: z.string().min(1).max(1024).describe('Name of the file, for messages'),
  })
  .describe('A file that was sent');

const count = z.number().int();

export const PackedPod = z
  .strictObject({
    pod: z.string().describe('Name of the pod'),
    node: z.string().nullable().describe('Node of the pod; null when it fits on none'),
    gpus: z.array(count).describe('Indexes of the GPUs of the node, from 0; a shared GPU is listed for several pods'),
  })
  .describe('A pod of the plan');
export type PackedPod = z.infer<typeof PackedPod>;

const result = {
  unplaced: count.describe('Pods without a place, by GPU, CPU and memory'),
  unplacedGpus: z.number().describe('GPUs that they request'),
  usedNodes: count.describe('Nodes with a pod on them'),
  strandedGpus: z.number().describe('Free capacity on GPUs that are partly taken'),
};
const PackingResult = z.strictObject(result);
export type PackingResult = z.infer<typeof PackingResult>;

export const GpuPacking = z
  .strictObject({
    nodes: count.describe('Nodes in the file'),
    gpus: count.describe('GPUs of all nodes'),
    pods: count.describe('Pods in the file'),
    requestedGpus: z.number().describe('GPUs that all pods ask for, shares counted as shares'),
    sharingPods: count.describe('Pods that ask for less than one GPU'),
    wholeGpuBaseline: count.describe('GPUs that the sharing pods need with a whole GPU each'),
    lowerBoundGpus: count.describe('Fewer GPUs than these cannot hold the sharing pods, however they are packed'),
    usedGpus: count.describe('GPUs on which the sharing pods are packed, each GPU up to its whole'),
    ...result,
    freeGpus: count.describe('Free GPUs in that plan'),
    baselines: z
      .strictObject({
        bestFit: PackingResult.describe('Best fit in the order of the file'),
        firstFitDecreasing: PackingResult.describe('First fit, large pods first'),
      })
      .describe(
        'The same pods placed by two usual ways; the plan is no worse than either by pods, then GPUs, then nodes',
      ),
    plan: z.array(PackedPod).nullable().describe('The plan, in the order of the file; null unless requested'),
  })
  .describe('How few GPUs pods need when they share them, and where they go');
export type GpuPacking = z.infer<typeof GpuPacking>;

export const packGpus = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/packings',
  scope: 'finops.write',
  summary: 'Pack pods on the GPUs of few nodes: number of nodes, and a plan',
  body: z.strictObject({
    nodes: SentFile.describe('CSV or Parquet: sn (or name), cpu_milli, memory_mib, gpu, and model where it is known'),
    pods: SentFile.describe('CSV or Parquet: name, cpu_milli, memory_mib, num_gpu, gpu_milli, and gpu_spec'),
    plan: z.boolean().default(false).describe('Answers the plan too'),
  }),
  response: GpuPacking,
  errors: [
    'upload_not_found',
    'file_empty',
    'file_truncated',
    'file_unreadable',
    'file_format_unknown',
    'file_not_utf8',
    'csv_malformed',
    'gpu_column_missing',
    'gpu_list_invalid',
  ],
});
