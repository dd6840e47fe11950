import { createReadStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { importGpuSamples } from '../src/finops/gpu-telemetry/schema.ts';
import { getGpuIdle } from '../src/finops/gpu-usage/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import { createUpload } from '../src/platform/uploads/schema.ts';
import type { CaseContext } from './case-context.ts';
import { GPU_INTERVAL_MS, type GpuFile, writeGpuFile } from './gpu-file.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import type { ServerProcess } from './server-process.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
const FORMATS = ['parquet', 'csv'] as const;

interface GpuRun {
  readonly importMs: number;
  readonly idleMs: number;
  readonly otherIdleMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Readings of 1,000 GPUs: sent and imported, then their idle time asked for. */
export async function measureGpu({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const rows: { comparison: CaseReport['comparisons'][number]; budget: CaseReport['budgets'][number] | null }[] = [];
  const sizes: string[] = [];
  for (const format of FORMATS) {
    const path = join(folder, `gpu.${format}`);
    report(`gpu: writing ${options.gpuSamples} readings as ${format}`);
    const file = await writeGpuFile(path, options.gpuSamples, format);
    const runs: GpuRun[] = [];
    for (let repetition = 1; repetition <= options.repetitions; repetition += 1) {
      report(`gpu: ${format}, repetition ${repetition} of ${options.repetitions}`);
      runs.push(await runOnce(path, file, join(folder, 'gpu')));
    }
    sizes.push(`${format} ${Math.round(statSync(path).size / 1e6)} MB`);
    rows.push(...rowsOf(format, runs));
    rmSync(path);
  }
  return {
    name: 'gpu',
    title: `GPUs (${options.gpuSamples.toLocaleString('en-US')} readings of 1,000 GPUs, 15 s apart)`,
    subjects: [SUBJECT],
    comparisons: rows.map(({ comparison }) => comparison),
    budgets: rows.flatMap(({ budget }) => budget ?? []),
    notes: [
      `Files (generated): ${sizes.join(', ')}. Two fifths of the time are idle, in stretches of 50 minutes.`,
      'The file is sent by HTTP to a server on the same machine, imported, and idle time from 30 minutes on is asked for. Peak memory is that of the server.',
      'At another threshold than 0 the roll-up says nothing, and the readings themselves are looked through.',
      'GPU-hours were checked every time.',
    ],
  };
}

function rowsOf(format: string, runs: readonly GpuRun[]) {
  const figure = (measure: string, unit: Figure['unit'], of: (run: GpuRun) => number): Figure => ({
    measure: `${format}: ${measure}`,
    subject: SUBJECT,
    unit,
    values: runs.map(of),
  });
  const whole = figure('sent, imported, idle time', 's', (run) => (run.importMs + run.idleMs) / 1000);
  const memory = figure('peak memory', 'MB', (run) => run.peakBytes / 1e6);
  const figures: readonly (readonly [Figure, number | null])[] = [
    [whole, 15],
    [figure('sent and imported', 's', (run) => run.importMs / 1000), null],
    [figure('idle time', 's', (run) => run.idleMs / 1000), null],
    [figure('idle time at 1 %', 's', (run) => run.otherIdleMs / 1000), null],
    [figure('processor time of the server', 's', (run) => run.cpuMs / 1000), null],
    [memory, 1500],
  ];
  return figures.map(([one, limit]) => ({
    comparison: { measure: one.measure, figures: [one] },
    budget: limit === null ? null : { what: one.measure, limit, figure: one },
  }));
}

async function runOnce(path: string, file: GpuFile, data: string): Promise<GpuRun> {
  mkdirSync(data, { recursive: true });
  try {
    await using server = await startSteelyard(data);
    using connection = new Connection();
    const cpuBefore = server.facts().cpuMs;
    const startedAt = performance.now();
    const sent = await connection.json({
      method: 'POST',
      url: `${server.url}${buildUrl(createUpload, { query: { name: 'gpu' } })}`,
      type: 'application/octet-stream',
      body: createReadStream(path, { highWaterMark: 1024 * 1024 }),
    });
    const { upload } = createUpload.response.parse(sent);
    const columns = { value: 'utilization', time: 'time', gpu: 'gpu', interval: GPU_INTERVAL_MS };
    const body = JSON.stringify({ upload, name: 'gpu', ...columns, price: { amount: '2', currency: 'USD' } });
    const answer = await connection.json({
      method: 'POST',
      url: `${server.url}${buildUrl(importGpuSamples, {})}`,
      body,
    });
    const { added } = importGpuSamples.response.parse(answer);
    if (added !== file.samples) throw new Error(`${added} of ${file.samples} readings were imported`);
    const importMs = performance.now() - startedAt;
    const idleMs = await idleOnce(server, file, '0');
    const { cpuMs } = server.facts();
    const otherIdleMs = await idleOnce(server, file, '0.01');
    return { importMs, idleMs, otherIdleMs, cpuMs: cpuMs - cpuBefore, peakBytes: server.facts().peakResidentBytes };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function idleOnce(server: ServerProcess, file: GpuFile, threshold: string): Promise<number> {
  using connection = new Connection();
  const startedAt = performance.now();
  const url = `${server.url}${buildUrl(getGpuIdle, { query: { threshold } })}`;
  const answer = getGpuIdle.response.parse(await connection.json({ method: 'GET', url }));
  if (Math.abs(answer.gpuHours - file.gpuHours) > 1e-6) throw new Error(`${answer.gpuHours} GPU-hours were found`);
  return performance.now() - startedAt;
}
