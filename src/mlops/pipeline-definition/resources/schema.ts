import { z } from 'zod';
import { Cpus, Duration, Memory } from '../../../platform/units/quantities/schema.ts';

export const Engine = z.enum(['process', 'docker', 'kubernetes']).describe('Executor of the steps');

const MINUTE_MS = 60_000;

/** Deadline of a step that runs on spot capacity while the deadline allows it. */
export const SpotDeadline = z
  .strictObject({
    deadline: Duration.pipe(z.number().min(MINUTE_MS, '1m at least')).describe(
      'Maximum time from the start of the first attempt to the end of the step',
    ),
    work: Duration.pipe(z.number().min(MINUTE_MS, '1m at least')).describe(
      'Maximum time of the work on demand, without interruption',
    ),
    changeover: Duration.prefault('10m').describe(
      'Time from the request for a machine to the first new second of work: boot, fetch, restore',
    ),
    progress: z
      .string()
      .min(1)
      .max(250)
      .optional()
      .describe(
        'MLflow metric that the step logs after each checkpoint: saved share of its work, 0 to 1. Default: no work counts as saved',
      ),
    resource: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Key of the spot capacity in the price book; default: the on-demand price'),
  })
  .describe('Spot capacity while the deadline allows it, then on demand');
export type SpotDeadline = z.infer<typeof SpotDeadline>;

/** Most nodes of one step. */
const MOST_NODES = 64;

/** A name of Kubernetes, as a label value. */
const ClusterName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'lower-case letters, digits, dashes and dots');
export const QueueName = ClusterName.describe('Queue of Kueue (a LocalQueue) that admits the step (kubernetes)');

export const ResourcesSpec = z
  .strictObject({
    nodes: z
      .number()
      .int()
      .min(1)
      .max(MOST_NODES)
      .default(1)
      .describe(
        'Number of nodes that run the command at the same time, for distributed training; all other amounts are those of one node (kubernetes)',
      ),
    queue: QueueName.optional(),
    priority: ClusterName.optional().describe('WorkloadPriorityClass of Kueue; requires a queue (kubernetes)'),
    cpu: Cpus.optional().describe('CPUs: 2, 0.5 or 500m'),
    memory: Memory.optional().describe('Memory: 512Mi, 2Gi; more than this ends the step'),
    disk: Memory.optional().describe(
      'Maximum size of the working folder: 512Mi, 20Gi; more than this ends the step (process only)',
    ),
    gpu: z
      .strictObject({
        count: z.number().int().min(1).max(64).default(1).describe('Number of GPUs'),
        model: z.string().min(1).max(60).optional().describe('Model, such as A10G or H100'),
      })
      .optional()
      .describe('Dedicated GPUs of the step'),
    instance: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Instance type, such as g5.xlarge: selects the machine and the price'),
    spot: z
      .union([z.boolean(), SpotDeadline], 'true, false, or a deadline with the time of its work')
      .default(false)
      .describe(
        'Whether the step may run on spot capacity; with a deadline, while the deadline allows it (kubernetes)',
      ),
  })
  .describe('Resources of a step, for scheduling and pricing');

interface StepEngine {
  readonly engine: z.infer<typeof Engine>;
  /** Queue of the pipeline for steps without one. */
  readonly pipelineQueue: string | undefined;
}

interface StepResources {
  readonly resources: z.infer<typeof ResourcesSpec>;
  /** Milliseconds. */
  readonly grace: number;
}

interface EngineProblem {
  readonly field: keyof z.infer<typeof ResourcesSpec>;
  readonly message: string;
}

/** Resources of a step that its engine does not have. */
export function findEngineProblems({ engine, pipelineQueue }: StepEngine, step: StepResources): EngineProblem[] {
  const { nodes, queue, priority, disk } = step.resources;
  const deadline = findDeadlineProblem(engine, step);
  const isKubernetes = engine === 'kubernetes';
  return [
    ...(deadline === null ? [] : [{ field: 'spot' as const, message: deadline }]),
    ...(disk === undefined || engine === 'process'
      ? []
      : [{ field: 'disk' as const, message: `the ${engine} engine cannot enforce a disk limit: remove it` }]),
    ...(nodes === 1 || isKubernetes
      ? []
      : [
          {
            field: 'nodes' as const,
            message: `the ${engine} engine runs a step on one node: several nodes require engine: kubernetes`,
          },
        ]),
    ...(queue === undefined || isKubernetes
      ? []
      : [{ field: 'queue' as const, message: describeMissingQueues(engine) }]),
    ...(priority === undefined || queue !== undefined || pipelineQueue !== undefined
      ? []
      : [{ field: 'priority' as const, message: 'a priority requires a queue' }]),
  ];
}

export const describeMissingQueues = (engine: z.infer<typeof Engine>): string =>
  `the ${engine} engine has no queues: a queue requires engine: kubernetes`;

/** Reason why the deadline of a step is not possible, in one sentence; null: it is possible, or there is no deadline. */
function findDeadlineProblem(
  engine: z.infer<typeof Engine>,
  { resources: { spot }, grace }: StepResources,
): string | null {
  if (typeof spot === 'boolean') return null;
  if (engine !== 'kubernetes')
    return `${engine} has no spot capacity: a deadline with spot requires engine: kubernetes`;
  if (spot.deadline >= spot.work + spot.changeover + grace + MINUTE_MS) return null;
  return 'the deadline is too short for the work, one changeover, the grace and a minute';
}
