import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { importGpuSamples, syncGpuSources } from '../src/finops/gpu-telemetry/schema.ts';
import { writeBody } from '../src/finops/gpu-telemetry/sources/exporter.testing.ts';
import type { Series } from '../src/finops/gpu-telemetry/sources/take.ts';
import { getGpuIdle } from '../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { DAY_MS } from '../src/platform/units/durations.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import type { CaseContext } from './case-context.ts';
import { GPU_INTERVAL_MS, GPUS, writeGpuFile } from './gpu-file.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
/** Scrapes of five minutes; each is one request of remote write. */
const SCRAPES = 20;
const APPLY = `apiVersion: steelyard/v1
kind: GpuSource
metadata: { name: cluster }
spec: { type: push }
`;

/** Days of 1,000 GPUs at 15 s, sent as they would arrive; measures their disk usage and the latency of queries. */
export async function measureGpuDays({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const data = join(folder, 'gpu-days');
  mkdirSync(data, { recursive: true });
  try {
    await using server = await startSteelyard(data);
    using connection = new Connection();
    const room = { url: server.url, connection, data };
    const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    const first = today - options.gpuDays * DAY_MS;
    for (let day = first; day < today; day += DAY_MS) {
      report(`gpu-days: ${dayOf(day)}`);
      await importDays(room, day, { days: 1, intervalMs: GPU_INTERVAL_MS });
    }
    const bytes = { samples: sizeOf(data, 'gpu_sample'), stretches: sizeOf(data, 'gpu_stretch') };
    const sent = await measureSent(room, today, report);
    const days = { from: dayOf(first), to: dayOf(today), hours: 24 * options.gpuDays };
    const idle = [await idleMs(room, '0', days), await idleMs(room, '0.01', days)] as const;
    report('gpu-days: a month by its stretches');
    const month = first - MONTH * DAY_MS;
    await importDays(room, month, { days: MONTH, intervalMs: COARSE_MS });
    const monthMs = await idleMs(room, '0', { from: dayOf(month), to: dayOf(first), hours: 24 * MONTH });
    const per = (all: number) => all / options.gpuDays / 1e6;
    const figures: Figure[] = [
      figure('readings of a day, on the disk', 'MB', per(bytes.samples)),
      figure('stretches of a day, on the disk', 'MB', per(bytes.stretches)),
      figure('five minutes sent by remote write', 's', sent.writeMs / 1000),
      figure('put into an hour with 55 minutes', 's', sent.foldMs / 1000),
      figure('put into a day that was whole', 's', sent.lateMs / 1000),
      figure(`idle time of ${options.gpuDays} days`, 's', idle[0] / 1000),
      figure(`idle time of ${options.gpuDays} days at 1 %, by the readings`, 's', idle[1] / 1000),
      figure(`idle time of ${MONTH} days`, 's', monthMs / 1000),
      figure('processor time of the server', 's', server.facts().cpuMs / 1000),
      figure('peak memory', 'MB', server.facts().peakResidentBytes / 1e6),
    ];
    return {
      name: 'gpu-days',
      title: `${options.gpuDays} days of 1,000 GPUs, 15 s apart`,
      subjects: [SUBJECT],
      comparisons: figures.map((one) => ({ measure: one.measure, figures: [one] })),
      budgets: [],
      notes: [
        'Utilization and memory, 11.5 million readings a day. Measured once. GPU-hours were checked.',
        `The ${MONTH} days have a reading every ten minutes, and so the same stretches as at 15 s: at the threshold 0 nothing else is read.`,
      ],
    };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

interface Room {
  readonly url: string;
  readonly connection: Connection;
  readonly data: string;
}

const MONTH = 30;
const COARSE_MS = 600_000;

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function call({ url, connection }: Room, method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
  return connection.json({
    method,
    url: `${url}${path}`,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function importDays(
  room: Room,
  from: number,
  { days, intervalMs }: { readonly days: number; readonly intervalMs: number },
): Promise<void> {
  const path = join(room.data, 'days.parquet');
  await writeGpuFile(path, (GPUS * days * DAY_MS) / intervalMs, 'parquet', { from: from / 1000, intervalMs });
  const metrics = { utilization: 'percent', memory: 'MiB' } as const;
  for (const [metric, unit] of Object.entries(metrics)) {
    const sent = await room.connection.json({
      method: 'POST',
      url: `${room.url}${buildUrl(createUpload, { query: { name: 'days' } })}`,
      type: 'application/octet-stream',
      body: createReadStream(path, { highWaterMark: 1024 * 1024 }),
    });
    const { upload } = createUpload.response.parse(sent);
    const price = { amount: '2', currency: 'USD' };
    const columns = { value: metric, time: 'time', gpu: 'gpu', interval: intervalMs };
    await call(room, 'POST', importGpuSamples.path, { upload, name: 'days', metric, unit, ...columns, price });
  }
}

async function measureSent(room: Room, today: number, report: CaseContext['report']) {
  const fold = () => call(room, 'POST', syncGpuSources.path, {});
  await call(room, 'POST', '/api/v1/apply', { documents: [{ file: 'source.yaml', text: APPLY }], dryRun: false });
  report('gpu-days: an hour by remote write');
  await sendScrapes(room, today, 11 * SCRAPES);
  await fold();
  const writeMs = await timed(() => sendScrapes(room, today + 11 * 300_000, SCRAPES));
  const foldMs = await timed(fold);
  report('gpu-days: late, into a day');
  await sendScrapes(room, today - DAY_MS + 7000, SCRAPES);
  return { writeMs, foldMs, lateMs: await timed(fold) };
}

function idleMs(
  room: Room,
  threshold: string,
  { hours, ...days }: { readonly from: string; readonly to: string; readonly hours: number },
): Promise<number> {
  return timed(async () => {
    const found = await call(room, 'GET', buildUrl(getGpuIdle, { query: { threshold, ...days } }));
    const { gpuHours } = getGpuIdle.response.parse(found);
    if (Math.abs(gpuHours - GPUS * hours) > 1e-3) throw new Error(`${gpuHours} GPU-hours were found`);
  });
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
async function sendScrapes({ url, connection }: Room, from: number, scrapes: number): Promise<void> {
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
