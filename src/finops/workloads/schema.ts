import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../platform/units/schema.ts';

const cpus = z.number();
const bytes = z.number();

export const ContainerUse = z
  .strictObject({
    source: z.string().describe('Source of readings'),
    namespace: z.string().describe('Namespace'),
    workloadKind: z
      .string()
      .describe('What owns its pods: Deployment, StatefulSet, CronJob and the like; Pod where nothing does'),
    workload: z.string().describe('Name of that'),
    container: z.string().describe('Container'),
    pods: z.number().int().describe('Pods that it had, one after the other or at a time'),
    subject: Subject.nullable().describe('Whose it is; null: nobody knows'),
    unknownOwner: z.string().nullable().describe('Why nobody knows; null when it is known'),
    readings: z.number().int().describe('Readings of its CPU'),
    coverageRatio: z.number().describe('Of those that there would be without a gap while its pods ran, 0 to 1'),
    firstAt: UtcInstant.describe('Begin of its first reading'),
    lastAt: UtcInstant.describe('End of its last'),
    cpusP95: cpus.describe('CPUs in use, 95th percentile of the pod that has the most'),
    cpuRequest: cpus.nullable().describe('CPUs asked for; null: nothing was, or it is not told'),
    cpuLimit: cpus.nullable().describe('Limit of CPUs; null: none, or not told'),
    throttledRatio: z
      .number()
      .nullable()
      .describe('Part of the periods in which the limit held it back, 0 to 1; null: not told'),
    memoryMaxBytes: bytes.nullable().describe('The most memory that was in use (working set), bytes; null: not read'),
    memoryRequestBytes: bytes.nullable().describe('Memory asked for, bytes; null: none was, or it is not told'),
    memoryLimitBytes: bytes.nullable().describe('Limit of memory, bytes; null: none, or not told'),
    wasEndedForMemory: z.boolean().describe('Whether it was ended for memory (OOMKilled)'),
    isAutoscaled: z.boolean().describe('Whether an autoscaler changes the number of its pods'),
  })
  .describe('What one container of a workload asked for and used');
export type ContainerUse = z.infer<typeof ContainerUse>;

export const listContainerUse = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/containers',
  scope: 'finops.read',
  summary: 'What containers of workloads asked for and used, as cAdvisor and kube-state-metrics tell it',
  query: z.strictObject({
    from: UtcInstant.optional().describe('Begin, on a whole hour; default: 14 days before the end'),
    to: UtcInstant.optional().describe('End, exclusive; default: the end of the hour that is now'),
  }),
  response: z.strictObject({
    period: Period.describe('Whole hours that were looked at'),
    containers: z.array(ContainerUse).describe('By source, namespace, workload and container'),
  }),
  errors: ['lake_memory_exhausted'],
});
