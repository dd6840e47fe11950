import { z } from 'zod';
import { Subject } from '../../org/schema.ts';
import { endpoint, PartialAnswer } from '../../platform/contract/schema.ts';
import { Period, UtcInstant } from '../../platform/units/schema.ts';

const cpus = z.number();
const bytes = z.number();

export const ContainerUse = z
  .strictObject({
    source: z.string().describe('Source of readings'),
    namespace: z.string().describe('Namespace'),
    workloadKind: z
      .string()
      .describe('Kind of the owner of its pods, such as Deployment, StatefulSet, CronJob; Pod without an owner'),
    workload: z.string().describe('Name of the owner'),
    container: z.string().describe('Container'),
    pods: z.number().int().describe('Number of its pods in the period'),
    subject: Subject.nullable().describe('Owner; null when unknown'),
    unknownOwner: z.string().nullable().describe('Reason that the owner is unknown; null when it is known'),
    readings: z.number().int().describe('Readings of its CPU'),
    coverageRatio: z.number().describe('Of those that there would be without a gap while its pods ran, 0 to 1'),
    firstAt: UtcInstant.describe('Begin of its first reading'),
    lastAt: UtcInstant.describe('End of its last'),
    cpusP95: cpus.describe('CPUs in use, 95th percentile of the pod that has the most'),
    cpuRequest: cpus.nullable().describe('CPU request; null: none, or not reported'),
    cpuLimit: cpus.nullable().describe('CPU limit; null: none, or not reported'),
    throttledRatio: z
      .number()
      .nullable()
      .describe('Share of CPU periods that were throttled, 0 to 1; null: not reported'),
    memoryMaxBytes: bytes.nullable().describe('Maximum working set of memory, bytes; null: not read'),
    memoryRequestBytes: bytes.nullable().describe('Memory request, bytes; null: none, or not reported'),
    memoryLimitBytes: bytes.nullable().describe('Memory limit, bytes; null: none, or not reported'),
    wasEndedForMemory: z.boolean().describe('Whether it was ended for memory (OOMKilled)'),
    isAutoscaled: z.boolean().describe('Whether an autoscaler changes the number of its pods'),
  })
  .describe('Requests and usage of one container of a workload');
export type ContainerUse = z.infer<typeof ContainerUse>;

export const listContainerUse = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/containers',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List requests and usage of containers of workloads, from cAdvisor and kube-state-metrics',
  query: z.strictObject({
    from: UtcInstant.optional().describe('Begin, on a whole hour; default: 14 days before the end'),
    to: UtcInstant.optional().describe('End, exclusive; default, and at most: the end of the hour that is now'),
  }),
  response: z.strictObject({
    period: Period.describe('Whole hours that were looked at'),
    containers: z.array(ContainerUse).describe('By source, namespace, workload and container'),
    partial: PartialAnswer,
  }),
  errors: ['lake_memory_exhausted', 'invalid_request'],
});
