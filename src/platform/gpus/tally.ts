import { z } from 'zod';
import type { GpuReading } from './reading.ts';
import type { GpuUse } from './schema.ts';

/** Maximum gap between two readings; the time between readings further apart is unknown. */
export const LONGEST_GAP_MS = 5 * 60_000;

const Amount = z.number().nullable();

const OneGpu = z.strictObject({
  index: z.number(),
  model: z.string().nullable(),
  last: z.strictObject({ at: z.number(), watts: Amount, counted: Amount }),
  joules: z.number(),
  /** Milliseconds of which the energy is known, and of which it is not. */
  coveredMs: z.number(),
  gapMs: z.number(),
});

/** Aggregate of the GPU readings of one piece of work; serializable as JSON. */
export const GpuTally = z.strictObject({
  /** By UUID. */
  gpus: z.record(z.string(), OneGpu),
  utilization: z.strictObject({ sum: z.number(), readings: z.number().int() }),
  peakMemoryBytes: Amount,
  /** Error of the last look; null without one. */
  trouble: z.string().nullable(),
});
export type GpuTally = z.infer<typeof GpuTally>;

export const NO_READINGS: GpuTally = {
  gpus: {},
  utilization: { sum: 0, readings: 0 },
  peakMemoryBytes: null,
  trouble: null,
};

/**
 * Adds the readings of all GPUs at one instant, later than all before it. With `running` false (before the start and after the end of
 * the work), only energy counts. Energy between two readings is the difference of the counter, if both have it and it did not
 * decrease; else the trapezoid of power, (a + b) / 2 x time, if they are no further apart than {@link LONGEST_GAP_MS}.
 * Example: 100 W, 10 s later 200 W -> 1500 J.
 */
export function addReadings(tally: GpuTally, readings: readonly GpuReading[], running: boolean): GpuTally {
  const gpus = { ...tally.gpus };
  for (const reading of readings) gpus[reading.uuid] = addReading(gpus[reading.uuid], reading);
  if (!running) return { ...tally, gpus, trouble: null };
  const ratios = readings.flatMap(({ utilizationRatio }) => utilizationRatio ?? []);
  const memory = readings.map(({ memoryBytes }) => memoryBytes);
  const held =
    memory.includes(null) || memory.length === 0 ? null : memory.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return {
    gpus,
    utilization: {
      sum: ratios.reduce((sum, ratio) => sum + ratio, tally.utilization.sum),
      readings: tally.utilization.readings + ratios.length,
    },
    peakMemoryBytes: held === null ? tally.peakMemoryBytes : Math.max(held, tally.peakMemoryBytes ?? 0),
    trouble: null,
  };
}

function addReading(before: z.infer<typeof OneGpu> | undefined, reading: GpuReading): z.infer<typeof OneGpu> {
  const { at, index, model, powerWatts: watts, energyJoules: counted } = reading;
  const now = { index, model, last: { at, watts, counted } };
  if (before === undefined) return { ...now, joules: 0, coveredMs: 0, gapMs: 0 };
  const elapsedMs = at - before.last.at;
  const joules = computeJoules(before.last, now.last, elapsedMs);
  return {
    ...now,
    joules: before.joules + (joules ?? 0),
    coveredMs: before.coveredMs + (joules === null ? 0 : elapsedMs),
    gapMs: before.gapMs + (joules === null ? elapsedMs : 0),
  };
}

type Moment = z.infer<typeof OneGpu>['last'];

function computeJoules(one: Moment, other: Moment, elapsedMs: number): number | null {
  // A reloaded driver counts from zero.
  if (one.counted !== null && other.counted !== null && other.counted >= one.counted)
    return other.counted - one.counted;
  if (one.watts === null || other.watts === null || elapsedMs > LONGEST_GAP_MS) return null;
  return (((one.watts + other.watts) / 2) * elapsedMs) / 1000;
}

/** Declared GPUs, used where no readings exist. */
export interface DeclaredGpus {
  readonly count: number;
  readonly model: string | null;
}

/** Usage from a tally; null when no GPU was held. Without readings: the declared GPUs and the reason why no readings exist. */
export function summarizeGpuUse(
  tally: GpuTally,
  source: 'nvidia-smi' | 'dcgm' | null,
  declared: DeclaredGpus,
): GpuUse | null {
  const gpus = Object.values(tally.gpus);
  if (source === null || gpus.length === 0) {
    if (declared.count === 0) return null;
    const reason = tally.trouble ?? 'no readings';
    const unknown = { utilizationRatio: null, peakMemoryBytes: null, energyJoules: null };
    return { source: 'declared', ...declared, ...unknown, reason };
  }
  const models = new Set(gpus.map(({ model }) => model));
  const { sum, readings } = tally.utilization;
  const measured = gpus.filter(({ coveredMs }) => coveredMs > 0);
  return {
    source,
    count: gpus.length,
    model: models.size === 1 ? ([...models][0] ?? null) : null,
    utilizationRatio: readings === 0 ? null : sum / readings,
    peakMemoryBytes: tally.peakMemoryBytes,
    energyJoules: measured.length === 0 ? null : measured.reduce((total, { joules }) => total + joules, 0),
    reason: explainMissingUse(tally, measured.length),
  };
}

/** Reason for unknown or left-out values; null when there are none. */
function explainMissingUse({ gpus, utilization, peakMemoryBytes, trouble }: GpuTally, measured: number): string | null {
  const all = Object.values(gpus);
  const gapMs = all.reduce((sum, gpu) => sum + gpu.gapMs, 0);
  const parts = [
    ...(utilization.readings === 0 ? ['no reading of utilization while it ran'] : []),
    ...(peakMemoryBytes === null ? ['no reading of GPU memory while it ran'] : []),
    ...(measured === 0 ? ['fewer than two readings of energy or power'] : []),
    ...(measured > 0 && measured < all.length
      ? [`energy leaves out ${all.length - measured} of ${all.length} GPUs`]
      : []),
    ...(measured > 0 && gapMs > 0
      ? [`energy leaves out ${(gapMs / 60_000).toFixed(1)} GPU-minutes without readings`]
      : []),
    ...(trouble === null ? [] : [`the last read failed: ${trouble}`]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}
