import type {
  Bucket,
  BucketCost,
  GpuOutcomes,
  GpuOwner,
  OwnerDimension,
} from '../../../src/finops/gpu-usage/schema.ts';
import { formatMeasure } from '../format/number.ts';

export const BUCKETS: Readonly<
  Record<Bucket, { readonly label: string; readonly tip: string; readonly variable: string }>
> = {
  used: { label: 'Used', tip: 'Utilization times time, outside of idle time', variable: '--use-full' },
  underUsed: { label: 'Under-used', tip: 'The rest of the time that is not idle', variable: '--use-part' },
  idleHeld: {
    label: 'Idle, memory held',
    tip: 'Idle with more than 1 GiB of GPU memory held',
    variable: '--idle-held',
  },
  idleFree: { label: 'Idle, memory free', tip: 'Idle with 1 GiB of GPU memory held or less', variable: '--idle-free' },
  idleUnknown: { label: 'Idle', tip: 'Idle, without a memory reading', variable: '--idle-unknown' },
  unallocated: { label: 'Unallocated', tip: 'No owner held the GPU', variable: '--cat-other' },
};

export const DIMENSIONS: Readonly<Record<OwnerDimension, string>> = {
  team: 'Team',
  project: 'Project',
  pipeline: 'Pipeline',
  pipelineRun: 'Pipeline run',
  step: 'Step',
  experiment: 'Experiment',
  run: 'Run',
  model: 'Model',
  modelVersion: 'Model version',
  endpoint: 'Endpoint',
  gpuModel: 'GPU model',
  host: 'Host',
  gpu: 'GPU',
  owner: 'All known fields',
};

export const OUTCOMES: Readonly<Record<GpuOutcomes['outcomes'][number]['outcome'], { label: string; tip: string }>> = {
  finished: { label: 'Finished', tip: 'Runs and steps that succeeded' },
  failed: { label: 'Failed', tip: 'Runs and steps that failed' },
  cancelled: { label: 'Cancelled', tip: 'Killed, or stopped by a person or a budget' },
  running: { label: 'Running', tip: 'Not ended yet' },
  serving: { label: 'Serving', tip: 'Endpoints, which have no end' },
  unknown: { label: 'Unknown', tip: 'No run of this server, or no recorded owner' },
  nobody: { label: 'Unallocated', tip: 'No owner held the GPU' },
};

/** Display name of a group. */
export function ownerName({ key, kind }: Pick<GpuOwner, 'key' | 'kind'>): string {
  if (key !== null) return key;
  return kind === 'nobody' ? 'unallocated' : 'unknown';
}

/** Beginning of an id, which distinguishes it. Example: `848cf0375ec04376b148805c4e2d2211` -> `848cf0375ec0…`. */
export function shortName(name: string): string {
  return name.length > 18 ? `${name.slice(0, 12)}…` : name;
}

/** Unit label instead of a currency where no hour has a price. */
export const GPU_HOURS = 'GPU-h';

/** GPU-hours as text: `1,234 GPU-h`. */
export function hoursText(hours: number): string {
  return `${formatMeasure(hours)}\u00a0GPU-h`;
}

/** Exact idle amount; null where none is known. */
export function idleParts(cost: BucketCost): (string | null)[] {
  return [cost.idleHeld, cost.idleFree, cost.idleUnknown];
}

/** Length of a slot as text: `15 min`, `2 h`, `1 day`. */
export function widthText(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 1440) return `${minutes / 60} h`;
  return minutes === 1440 ? '1 day' : `${minutes / 1440} days`;
}
