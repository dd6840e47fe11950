import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importGpuHolders, importGpuSamples } from '../../../src/finops/gpu-telemetry/schema.ts';
import type { DemoClient } from '../demo/client.ts';
import { type FleetRuns, type Held, makeFleet, READ_EVERY_MS } from './fleet.ts';

const EXPERIMENT = 'gpu-training';
/** Key in the price book. */
const RESOURCE = 'gpu:H100';
const GPU_MODEL = 'NVIDIA H100 80GB HBM3';
const FIELDS = ['host', 'gpuModel', 'namespace', 'pod', 'team', 'project', 'run', 'endpoint', 'model'] as const;
const COLUMNS = { gpu: 'gpu', time: 'time' };

interface GpuOptions {
  readonly seed: number;
  readonly asOf: Date;
  /** Where the files are written. */
  readonly folder: string;
}

/** Imports readings and holders of a small fleet from files, as from a cluster's export. */
export async function runGpus(client: DemoClient, { seed, asOf, folder }: GpuOptions): Promise<void> {
  const runs = await logRuns(client, asOf.getTime());
  const { readings, held } = makeFleet(seed, asOf.getTime(), runs);
  mkdirSync(folder, { recursive: true });
  const put = async (name: string, lines: readonly string[]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return { upload: await client.upload(path), name };
  };
  const interval = `${READ_EVERY_MS / 1000}s`;
  const file = await put('gpu-readings.csv', [
    'gpu,time,utilization',
    ...readings.map(({ gpu, at, percent }) => `${gpu},${at},${percent}`),
  ]);
  await client.call(importGpuSamples, {
    body: { ...file, ...COLUMNS, value: 'utilization', interval, resource: RESOURCE },
  });
  const memory = await put('gpu-memory.csv', [
    'gpu,time,bytes',
    ...readings.map(({ gpu, at, memoryBytes }) => `${gpu},${at},${memoryBytes}`),
  ]);
  await client.call(importGpuSamples, { body: { ...memory, ...COLUMNS, metric: 'memory', value: 'bytes', interval } });
  const holders = await put('gpu-holders.csv', [['gpu', 'start', 'end', ...FIELDS].join(), ...held.map(holderLine)]);
  const columns = Object.fromEntries(FIELDS.map((field) => [field, field]));
  await client.call(importGpuHolders, { body: { ...holders, gpu: 'gpu', start: 'start', end: 'end', columns } });
}

function holderLine({ gpu, start, end, ...who }: Held): string {
  const values = { ...who, gpuModel: GPU_MODEL };
  return [gpu, start, end, ...FIELDS.map((field) => values[field])].join();
}

/** Runs as a training script would have logged them: three ended well, one failed, one was killed. */
async function logRuns(client: DemoClient, until: number): Promise<FleetRuns> {
  const { experiment_id } = await client.mlflow<{ experiment_id: string }>('experiments/create', { name: EXPERIMENT });
  const log = async (name: string, status: string) => {
    const tags = [
      { key: 'steelyard.team', value: 'recommendations' },
      { key: 'steelyard.project', value: 'home-feed' },
    ];
    const { run } = await client.mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
      experiment_id,
      run_name: name,
      start_time: until - 12 * 86_400_000,
      tags,
    });
    await client.mlflow('runs/update', { run_id: run.info.run_id, status, end_time: until - 86_400_000 });
    return run.info.run_id;
  };
  return {
    finished: [
      await log('two-tower-a', 'FINISHED'),
      await log('two-tower-b', 'FINISHED'),
      await log('two-tower-c', 'FINISHED'),
    ],
    failed: await log('two-tower-large', 'FAILED'),
    cancelled: await log('two-tower-sweep', 'KILLED'),
  };
}
