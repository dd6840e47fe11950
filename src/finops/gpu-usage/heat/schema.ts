import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint, PartialAnswer } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { GpuOwner, OwnersQuery } from '../owners/schema.ts';

const ratio = z.number().nullable();

const axis = {
  start: UtcInstant.nullable().describe('Start of the first slot; null without readings'),
  slotMs: z.number().int().describe('Width of a slot; never less than the time that one reading speaks for'),
};

export const GpuHeatRow = z
  .strictObject({
    gpu: z.string().describe('Id of the GPU'),
    gpuHours: GpuOwner.shape.gpuHours,
    cost: GpuOwner.shape.cost,
    idleShare: GpuOwner.shape.idleShare,
    means: z.array(ratio).describe('Mean utilization of each slot, 0 to 1; null where nothing was read'),
  })
  .describe('One GPU over time');
export type GpuHeatRow = z.infer<typeof GpuHeatRow>;

export const GpuHeatMap = z
  .strictObject({
    ...axis,
    gpuCount: z.number().int().describe('GPUs in all'),
    skip: z.number().int().describe('GPUs before the first row'),
    rows: z.array(GpuHeatRow).describe('The most idle money first, then idle hours, then by name'),
    partial: PartialAnswer,
  })
  .describe('Mean utilization of GPUs over time');
export type GpuHeatMap = z.infer<typeof GpuHeatMap>;

const Slots = z.coerce.number().int().min(1).max(400).default(96);

export const getGpuHeatMap = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/heatmap',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List the mean utilization of GPUs over time, the most idle first',
  query: z.strictObject({
    ...OwnersQuery,
    slots: Slots.describe('At most so many slots of time'),
    limit: z.coerce.number().int().min(1).max(1000).default(100).describe('GPUs that are listed'),
    skip: z.coerce.number().int().min(0).max(1_000_000).default(0).describe('GPUs to pass over first'),
  }),
  response: GpuHeatMap,
  errors: ['lake_memory_exhausted'],
});

export const GpuReadingPoint = z
  .strictObject({
    start: UtcInstant.describe('Start of the slot'),
    meanUtilizationRatio: ratio.describe('Mean utilization, 0 to 1; null without a reading'),
    maxUtilizationRatio: ratio.describe('Highest utilization of one reading, 0 to 1'),
    memoryBytes: ratio.describe('Highest memory in use, bytes; null without a reading'),
  })
  .describe('Readings of one slot');

export const GpuHolderSpan = z
  .strictObject({
    start: UtcInstant.describe('Since when'),
    end: UtcInstant.describe('End, exclusive'),
    kind: GpuOwner.shape.kind,
    subject: Subject.nullable().describe('Owner; null when unknown, or without a holder'),
    host: z.string().nullable().describe('Machine; null when not reported'),
    gpuModel: z.string().nullable().describe('Model of the GPU; null when not reported'),
    namespace: z.string().nullable().describe('Namespace; null when not reported'),
    pod: z.string().nullable().describe('Pod; null when not reported'),
    container: z.string().nullable().describe('Container; null when not reported'),
    reason: z.string().nullable().describe('Reason that the owner is unknown; null when it is known'),
  })
  .describe('Time in which one holder held the GPU');

/** Maximum number of spans of one GPU; more are not readable. */
const MOST_SPANS = 500;

export const GpuReadings = z
  .strictObject({
    gpu: z.string().describe('Id of the GPU'),
    ...axis,
    points: z.array(GpuReadingPoint).describe('In order of time, without slots that have no reading'),
    holders: z.array(GpuHolderSpan).describe(`Holders in order of time; the latest ${MOST_SPANS}`),
    partial: PartialAnswer,
  })
  .describe('Readings and holders of one GPU');
export type GpuReadings = z.infer<typeof GpuReadings>;

export const getGpuReadings = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/readings',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'List the readings and holders of one GPU over time',
  query: z.strictObject({
    gpu: z.string().min(1).max(500).describe('Id of the GPU'),
    from: OwnersQuery.from,
    to: OwnersQuery.to,
    slots: Slots.describe('At most so many slots of time'),
  }),
  response: GpuReadings,
  errors: ['lake_memory_exhausted'],
});
