import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Application } from '../../main.ts';
import { call } from '../../testing/application.ts';
import { importGpuHolders, importGpuPool, importGpuSamples } from '../gpu-telemetry/schema.ts';
import { getGpuIdle } from '../gpu-usage/schema.ts';

/** Published traces; see docs/gpus.md. */
export const traces = join(import.meta.dirname, '../../../../shared/data/gpu');
/** On a machine of ours they are there, or the tests fail. */
export const withoutTraces = !existsSync(traces) && process.env.CI === undefined;

export async function send(application: Application, name: string, content: string | Buffer) {
  const answer = await application.http.inject({
    method: 'POST',
    url: `/api/v1/uploads?name=${encodeURIComponent(name)}`,
    headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
    payload: content,
  });
  return { upload: String(answer.json().upload), name };
}

type SampleBody = Omit<z.input<typeof importGpuSamples.body>, 'upload' | 'name' | 'value' | 'time' | 'gpu' | 'metric'>;
const COLUMNS = { value: 'value', time: 'time', gpu: 'gpu' };
type Asked = Partial<SampleBody & typeof COLUMNS & { metric: 'utilization' | 'memory'; name: string }>;

/** Imports a file whose columns are `gpu`, `time` and `value`, unless others are named. */
export async function importSamples(application: Application, content: string | Buffer, asked: Asked = {}) {
  const { name = 'samples.csv', ...rest } = asked;
  const sent = await send(application, name, content);
  return call(application, importGpuSamples, { body: { ...sent, ...COLUMNS, ...rest } });
}

export async function importPool(
  application: Application,
  content: string | Buffer,
  asked: Omit<z.input<typeof importGpuPool.body>, 'upload' | 'name'>,
) {
  return call(application, importGpuPool, { body: { ...(await send(application, 'pool.csv', content)), ...asked } });
}

export function idle(application: Application, query: Parameters<typeof call<typeof getGpuIdle>>[2] = {}) {
  return call(application, getGpuIdle, query);
}

/** Readings as CSV: the values of each GPU, one every `every` seconds from midnight on; null leaves one out. */
export function samplesText(
  gpus: Readonly<Record<string, readonly (number | string | null)[]>>,
  { every = 60, day = '2025-11-01' } = {},
): string {
  const start = Date.parse(`${day}T00:00:00Z`) / 1000;
  const rows = Object.entries(gpus).flatMap(([gpu, values]) =>
    values.flatMap((value, index) => (value === null ? [] : [`${gpu},${start + index * every},${value}`])),
  );
  return `${['gpu,time,value', ...rows].join('\n')}\n`;
}

/** Imports who held GPUs, from columns `gpu`, `start`, `end` and those that are named as their fields. */
export async function importHolders(application: Application, content: string, fields: readonly string[]) {
  const body = {
    ...(await send(application, 'holders.csv', content)),
    ...{ gpu: 'gpu', start: 'start', end: 'end' },
    columns: Object.fromEntries(fields.map((field) => [field, field])),
  };
  return call(application, importGpuHolders, { body });
}
