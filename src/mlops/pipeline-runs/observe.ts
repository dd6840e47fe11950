import { join } from 'node:path';
import { createGpuMeter, type SystemMetric } from '../../platform/gpus/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import type { RunningWork, Work, WorkPlace, WorkUsage } from '../compute/index.ts';
import type { CommandStep } from '../pipeline-definition/schema.ts';
import type { HeldResource } from './admission.ts';
import type { DriveDeps } from './context.ts';
import type { StepUsage } from './taken.ts';

export interface ObservedWork {
  readonly work: Work;
  readonly running: RunningWork;
  readonly step: CommandStep;
  readonly mlflowRun: string | null;
}

/** Usage of a running attempt, as far as its engine reports it. */
export interface Observer {
  /** Reads the usage, concurrently with other actions. Never rejects. */
  look(): Promise<void>;
  /** Last reading, after the end of the attempt. Never rejects. */
  last(): Promise<void>;
  /** As it was seen last. */
  seen(): Pick<StepUsage, 'cpuSeconds' | 'peakMemoryBytes' | 'usageReason' | 'gpus' | 'place'>;
  /** Resource that it actually holds and that sets its price from then on. Null: as requested. */
  holds(): HeldResource | null;
  /** Resolves when that is known; never if it stays unknown. */
  readonly moved: Promise<void>;
}

const GPU_FILE = 'gpu-readings.json';

export function observe(
  deps: Pick<DriveDeps, 'runLog' | 'log'>,
  { work, running, step, mlflowRun }: ObservedWork,
): Observer {
  const {
    gpus: { count, model },
    nodes = 1,
  } = work.resources;
  const gpus = createGpuMeter({
    reader: running.gpus ?? null,
    declared: { count: count * nodes, model },
    file: join(work.folder, GPU_FILE),
  });
  const moved = Promise.withResolvers<void>();
  let usage: WorkUsage = { cpuSeconds: null, peakMemoryBytes: null };
  let place: WorkPlace | null = null;
  void running.placed?.then((found) => {
    place = found;
    if (selectHeldResource(found, step) !== null) moved.resolve();
  });

  async function log(metrics: readonly SystemMetric[]): Promise<void> {
    if (mlflowRun === null || metrics.length === 0) return;
    const whole = metrics.map((metric) => ({
      ...metric,
      // Seconds since the start, so that no two readings of an attempt have the same step.
      step: Math.max(0, Math.round((metric.timestamp - running.start) / 1000)),
      modelId: null,
      datasetName: null,
      datasetDigest: null,
    }));
    await deps.runLog.log(mlflowRun, { metrics: whole, params: [], tags: [] });
  }

  async function tried(look: () => Promise<unknown>): Promise<void> {
    try {
      await look();
    } catch (error) {
      deps.log.warn({ err: error, work: work.id }, 'cannot read the usage of a step');
    }
  }

  async function taken(): Promise<void> {
    usage = await running.usage();
  }

  return {
    look: () => tried(() => Promise.all([taken(), gpus.look().then(log)])),
    last: () => tried(() => gpus.last().then(log)),
    seen: () => ({
      cpuSeconds: usage.cpuSeconds,
      peakMemoryBytes: usage.peakMemoryBytes,
      usageReason: usage.reason ?? null,
      gpus: gpus.use(),
      place,
    }),
    holds: () => selectHeldResource(place, step),
    moved: moved.promise,
  };
}

/**
 * Resource of a step on its actual machines: its share of that instance, on all its nodes, where the step requests no instance and states
 * no price.
 * Null: the step does, the instance is unknown or not the same on all nodes, or the capacity can be evicted (its price is not an
 * instance price).
 * Example: half of a `g5.xlarge` in `eu-west-1` -> `g5.xlarge@eu-west-1`, 0.5.
 */
export function selectHeldResource(
  place: WorkPlace | null,
  { resources, price }: Pick<CommandStep, 'resources' | 'price'>,
): HeldResource | null {
  if (resources.instance !== undefined || price !== undefined) return null;
  if (place === null || place.instance === null || place.spot) return null;
  const { instance, region, share } = place;
  return {
    resource: region === null ? instance : `${instance}@${region}`,
    quantity: decimalString(decimal(share).times(resources.nodes)),
  };
}
