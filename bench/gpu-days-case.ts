import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getGpuIdle, importGpuSamples, syncGpuSources } from '../src/finops/gpus/schema.ts';
import type { Series } from '../src/finops/gpus/series/take.ts';
import { writeBody } from '../src/finops/gpus/sources/exporter.testing.ts';
import { urlOf } from '../src/platform/contract/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import type { CaseContext } from './case-context.ts';
import { GPU_INTERVAL_MS, GPUS, writeGpuFile } from './gpu-file.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
const DAY_MS = 86_400_000;
/** Scrapes of five minutes; each is one request of remote write. */
const SCRAPES = 20;
const APPLY = `apiVersion: steelyard/v1
kind: GpuSource
metadata: { name: cluster }
spec: { type: push }
`;

/** Days of 1,000 GPUs at 15 s, as they come; what they take on the disk, and how long questions about them take. */
export async function measureGpuDays({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const data = join(folder, 'gpu-days');
  mkdirSync(data, { recursive: true });
  try {
    await using server = await startSteelyard(data);
    using connection = new Connection();
    const call = async (method: 'GET' | 'POST', path: string, body?: object) =>
      connection.json({
        method,
        url: `${server.url}${path}`,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const first = today - options.gpuDays * DAY_MS;
    for (let day = first; day < today; day += DAY_MS) {
      report(`gpu-days: ${new Date(day).toISOString().slice(0, 10)}`);
      const path = join(data, 'day.parquet');
      await writeGpuFile(path, (GPUS * DAY_MS) / GPU_INTERVAL_MS, 'parquet', day / 1000);
      for (const [metric, unit] of [
        ['utilization', 'percent'],
        ['memory', 'MiB'],
      ] as const) {
        const sent = await connection.json({
          method: 'POST',
          url: `${server.url}${urlOf(createUpload, { query: { name: 'day' } })}`,
          type: 'application/octet-stream',
          body: createReadStream(path, { highWaterMark: 1024 * 1024 }),
        });
        const { upload } = createUpload.response.parse(sent);
        const price = { amount: '2', currency: 'USD' };
        const columns = { value: metric, time: 'time', gpu: 'gpu', interval: GPU_INTERVAL_MS };
        await call('POST', importGpuSamples.path, { upload, name: 'day', metric, unit, ...columns, price });
      }
    }
    const bytes = { samples: sizeOf(data, 'gpu_sample'), stretches: sizeOf(data, 'gpu_stretch') };
    await call('POST', '/api/v1/apply', { documents: [{ file: 'source.yaml', text: APPLY }], dryRun: false });
    report('gpu-days: an hour by remote write');
    await sendScrapes(server.url, connection, today, 11 * SCRAPES);
    await call('POST', syncGpuSources.path, {});
    const writeMs = await timed(() => sendScrapes(server.url, connection, today + 11 * 300_000, SCRAPES));
    const foldMs = await timed(() => call('POST', syncGpuSources.path, {}));
    report('gpu-days: late, into a day');
    await sendScrapes(server.url, connection, today - DAY_MS + 7000, SCRAPES);
    const lateMs = await timed(() => call('POST', syncGpuSources.path, {}));
    const days = new Date(first).toISOString().slice(0, 10);
    const idle = (threshold: string) =>
      timed(async () => {
        const path = urlOf(getGpuIdle, {
          query: { threshold, from: days, to: new Date(today).toISOString().slice(0, 10) },
        });
        const { gpuHours } = getGpuIdle.response.parse(await call('GET', path));
        if (Math.abs(gpuHours - GPUS * 24 * options.gpuDays) > 1e-3)
          throw new Error(`${gpuHours} GPU-hours were found`);
      });
    const [idleMs, otherIdleMs] = [await idle('0'), await idle('0.01')];
    const peak = server.facts().peakResidentBytes;
    const per = (all: number) => all / options.gpuDays / 1e6;
    const figures: Figure[] = [
      figure('readings of a day, on the disk', 'MB', per(bytes.samples)),
      figure('stretches of a day, on the disk', 'MB', per(bytes.stretches)),
      figure('five minutes sent by remote write', 's', writeMs / 1000),
      figure('put into an hour with 55 minutes', 's', foldMs / 1000),
      figure('put into a day that was whole', 's', lateMs / 1000),
      figure(`idle time of ${options.gpuDays} days`, 's', idleMs / 1000),
      figure(`idle time of ${options.gpuDays} days at 1 %, by the readings`, 's', otherIdleMs / 1000),
      figure('peak memory', 'MB', peak / 1e6),
    ];
    return {
      name: 'gpu-days',
      title: `${options.gpuDays} days of 1,000 GPUs, 15 s apart`,
      subjects: [SUBJECT],
      comparisons: figures.map((one) => ({ measure: one.measure, figures: [one] })),
      budgets: [],
      notes: ['Utilization and memory, 11.5 million readings a day. Measured once. GPU-hours were checked.'],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function figure(measure: string, unit: Figure['unit'], value: number): Figure {
  return { measure, subject: SUBJECT, unit, values: [value] };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Both metrics of all GPUs. */
async function sendScrapes(url: string, connection: Connection, from: number, scrapes: number): Promise<void> {
  for (let scrape = 0; scrape < scrapes; scrape += 1) {
    const at = from + scrape * GPU_INTERVAL_MS;
    const series = Array.from({ length: GPUS }, (_, gpu): Series[] =>
      (['DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_FB_USED'] as const).map((name) => ({
        labels: {
          __name__: name,
          UUID: nameOf(gpu),
          Hostname: `n${gpu >> 3}`,
          pod: `train-${gpu >> 3}`,
          namespace: 'research',
        },
        samples: [[at, scrape % 100]],
      })),
    ).flat();
    const body = Readable.from([writeBody(series)]);
    const path = '/api/v1/gpus/sources/cluster/write';
    const { status } = await connection.send({
      method: 'POST',
      url: `${url}${path}`,
      type: 'application/x-protobuf',
      body,
    });
    if (status !== 204) throw new Error(`a remote write was answered ${status}`);
  }
}

/** As the files have it. */
function nameOf(gpu: number): string {
  return `GPU-${createHash('md5').update(String(gpu)).digest('hex')}`;
}

function sizeOf(data: string, table: string): number {
  const folder = join(data, 'data', 'lake', table);
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
