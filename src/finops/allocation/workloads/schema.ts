import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint, MEDIUM_BODY_LIMIT_BYTES } from '../../../platform/contract/schema.ts';
import { Period } from '../../../platform/units/schema.ts';

/** MIG slices are sevenths, and time-slicing yields halves, thirds, fifths…: denominators up to 16 are exact. */
const MOST_PARTS = 16;

export const ExactQuantity = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,6})?$|^\d{1,9}\/\d{1,2}$/, 'an exact quantity such as "0.25", "8" or "1/7"')
  .refine((text) => {
    const parts = text.split('/')[1];
    return parts === undefined || (Number(parts) >= 1 && Number(parts) <= MOST_PARTS);
  }, `a fraction with 1 to ${MOST_PARTS} parts`)
  .describe('Decimal with up to six places, or a fraction with up to 16 parts such as "1/7" of a GPU');

const createUsageSchema = (what: string) =>
  z
    .strictObject({
      requested: ExactQuantity.optional().describe(`${what} requested; left out without a request`),
      used: ExactQuantity.optional().describe(`Mean ${what} used; left out when unknown, which is not zero`),
    })
    .describe(`${what} of the workload`);

export const WorkloadUsage = z
  .strictObject({
    usage: z
      .string()
      .regex(/^[\w.:/-]{1,200}$/)
      .describe('Id; sending the same again replaces it, so retries are safe'),
    node: z.string().min(1).max(500).describe("The node as the bill names it (resourceId): a machine's id or ARN"),
    workload: z.string().min(1).max(500).describe('Name, for example "namespace/pod"'),
    workloadId: z.string().min(1).max(500).optional().describe("Id, for example the pod's uid; the name when left out"),
    subject: Subject,
    period: Period.describe('Time on the node with these quantities'),
    cpu: createUsageSchema('CPUs').optional(),
    gpu: createUsageSchema('GPUs, fractions for MIG slices and time-slicing').optional(),
    ramGib: createUsageSchema('Memory in GiB').optional(),
    capacity: z
      .strictObject({
        cpus: ExactQuantity.default('0').describe('CPUs of the node'),
        gpus: ExactQuantity.default('0').describe('GPUs of the node'),
        ramGib: ExactQuantity.default('0').describe('Memory of the node in GiB'),
      })
      .describe('Capacity of the whole node'),
    origin: z.string().min(1).max(250).describe('Origin of the measurement: program and method'),
  })
  .describe('Requests and usage of a workload on a node');
export type WorkloadUsage = z.infer<typeof WorkloadUsage>;

export const recordWorkloadUsage = endpoint({
  method: 'POST',
  path: '/api/v1/workload-usage',
  scope: 'finops.write',
  bodyLimitBytes: MEDIUM_BODY_LIMIT_BYTES,
  summary: 'Record requests and usage of workloads on nodes, all or none; they split the node cost',
  body: z.strictObject({ usages: z.array(WorkloadUsage).min(1).max(1000).describe('Usages, 1 to 1000') }),
  response: z.strictObject({ recorded: z.number().int().describe('Usages stored') }),
  errors: ['usage_interval_invalid'],
});
