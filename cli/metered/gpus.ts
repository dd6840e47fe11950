import { z } from 'zod';
import { createGpuMeter, createNvidiaSmi, type GpuUse, type SystemMetric } from '../../src/platform/gpus/index.ts';
import type { Context } from '../frame/context.ts';
import { createOwnServer } from '../mlflow/server.ts';

/** Reads the GPUs of a command, and logs their readings to its run. */
export interface CommandGpus {
  /** One reading while the command runs. Never rejects. */
  look(): Promise<void>;
  /** The last reading, after the end of the command; returns the usage of its GPUs. */
  end(): Promise<GpuUse | null>;
}

export interface GpuWatch {
  readonly run: string;
  /** Environment of the command. */
  readonly environment: Readonly<Record<string, string>>;
  /** When it began, Unix milliseconds. */
  readonly start: number;
  readonly remark: (text: string) => Promise<void>;
}

/** The GPUs that CUDA shows to the command: all of the machine where `CUDA_VISIBLE_DEVICES` is not set. */
export function watchGpus(context: Context, { run, environment, start, remark }: GpuWatch): CommandGpus {
  const names = visibleGpus(environment.CUDA_VISIBLE_DEVICES);
  const smi = createNvidiaSmi({ now: Date.now, environment });
  const reader = names?.length === 0 ? null : smi.of(names);
  const meter = createGpuMeter({ reader, declared: { count: 0, model: null }, file: null });

  async function log(metrics: readonly SystemMetric[]): Promise<void> {
    if (metrics.length === 0) return;
    const steps = metrics.map((one) => ({ ...one, step: Math.max(0, Math.round((one.timestamp - start) / 1000)) }));
    try {
      await createOwnServer(await context.client()).post(
        'runs/log-batch',
        { run_id: run, metrics: steps },
        z.unknown(),
      );
    } catch {
      // The next reading includes all values, because energy is counted from the start.
      await remark('what its GPUs do cannot be logged now');
    }
  }

  return {
    look: async () => log(await meter.look()),
    async end() {
      await log(await meter.last());
      return meter.use();
    },
  };
}

/**
 * GPUs by index or UUID, as `CUDA_VISIBLE_DEVICES` names them; null: all. GPUs after the first invalid name are not
 * visible.
 */
export function visibleGpus(variable: string | undefined): string[] | null {
  if (variable === undefined) return null;
  const names = variable.split(',').map((name) => name.trim());
  const end = names.findIndex((name) => !/^(\d+|(GPU|MIG)-[\w/-]+)$/.test(name));
  return end === -1 ? names : names.slice(0, end);
}
