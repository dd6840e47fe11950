import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { migrations } from '../../../app/migrations.ts';
import { createOneAtATime } from '../../../platform/concurrency/index.ts';
import { openLake } from '../../../platform/lake/index.ts';
import { openStore } from '../../../platform/store/index.ts';
import { createLog } from '../../../platform/telemetry/index.ts';
import { fold } from '../fold.ts';
import type { GpuHolding } from '../holders/holding.ts';
import { parseScrape } from '../sources/exporter.testing.ts';
import { type Series, takeSeries } from '../sources/take.ts';
import { openGpuReadings } from './table.ts';

const START = Date.parse('2026-11-02T10:00:00Z');
const STEP = 15_000;
const TARGET = { job: 'dcgm', namespace: 'gpu-operator', pod: 'node-agent-n1', container: 'agent' };

/** Folds batches of series, each on arrival, and returns the holders, in steps from the start. */
async function heldBy(...batches: readonly (readonly Series[])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'steelyard-'));
  await using store = await openStore({ database: 'sqlite', folder });
  await store.migrate(migrations);
  const journals = join(folder, 'journals');
  await using lake = await openLake({ root: join(folder, 'lake'), readable: [journals], memory: '1GB', threads: 1 });
  const clock = { now: () => START + 3_600_000 };
  const log = createLog('silent');
  await using recent = await openGpuReadings({ store, lake, clock, log, folder: journals });
  const told: GpuHolding[] = [];
  const holdings = { note: async (more: readonly GpuHolding[]) => void told.push(...more) };
  for (const series of batches) {
    const taking = { source: 'gs_here', intervalMs: STEP, noiseRatio: 0.01, earliest: 0, latest: START + 3_600_000 };
    await recent.append(takeSeries(series, taking).rows);
  }
  const events = { append: async () => {} };
  await fold({ store, lake, clock, recent, holdings, events, oneAtATime: createOneAtATime() });
  return told.map(({ gpu, start, end, ...who }) => {
    const holder = [who.namespace, who.pod, who.container].filter((part) => part !== null).join('/');
    return [gpu, (start - START) / STEP, (end - START) / STEP, holder || null];
  });
}

const util = (labels: string) => `DCGM_FI_DEV_GPU_UTIL{UUID="GPU-a",Hostname="n1",modelName="H100"${labels}} 5`;
const at = (step: number, text: string, labels = {}) => parseScrape(text, START + step * STEP, labels);
const POD = ',pod="train",namespace="research",container="main"';

describe('who held a GPU', () => {
  it.each([
    [
      'is one stretch, however many batches it came in',
      [at(0, util(POD)), at(1, util(POD)), at(2, util(POD))],
      [['GPU-a', 0, 3, 'research/train/main']],
    ],
    [
      'is told apart over a gap',
      [at(0, util(POD)), at(1, util(POD)), at(9, util(POD))],
      [
        ['GPU-a', 0, 2, 'research/train/main'],
        ['GPU-a', 9, 10, 'research/train/main'],
      ],
    ],
    [
      'is several at once where it is time-sliced',
      [[...at(0, util(POD)), ...at(0, util(POD.replace('train', 'serve')))]],
      [
        ['GPU-a', 0, 1, 'research/serve/main'],
        ['GPU-a', 0, 1, 'research/train/main'],
      ],
    ],
    ['is nobody where no series names a pod', [at(0, util(',pod="",namespace=""'))], [['GPU-a', 0, 1, null]]],
    [
      'is who is named, where the GPU has a series of its own beside',
      [at(0, util('')), at(0, util(POD))],
      [['GPU-a', 0, 1, 'research/train/main']],
    ],
    [
      'is the exported pod, where Prometheus has renamed labels',
      [at(0, util(POD), TARGET)],
      [['GPU-a', 0, 1, 'research/train/main']],
    ],
    [
      'is nobody, and not the pod of the exporter, where others of the scrape have an exported pod',
      [[...at(0, util('').replace('GPU-a', 'GPU-b'), TARGET), ...at(0, util(POD), TARGET)]],
      [
        ['GPU-a', 0, 1, 'research/train/main'],
        ['GPU-b', 0, 1, null],
      ],
    ],
    [
      'is nobody where the only pod is one of the exporter',
      [at(0, util(''), { ...TARGET, pod: 'nvidia-dcgm-exporter-x7k' })],
      [['GPU-a', 0, 1, null]],
    ],
    [
      "is known in the exporter's old mode",
      [at(0, util(',pod_name="train",pod_namespace="research",container_name="main"'), TARGET)],
      [['GPU-a', 0, 1, 'research/train/main']],
    ],
    [
      'is told once of times that were asked for twice',
      [
        [...at(0, util(POD)), ...at(1, util(POD))],
        [...at(1, util(POD)), ...at(2, util(POD))],
      ],
      [['GPU-a', 0, 3, 'research/train/main']],
    ],
  ] as const)('%s', async (_, batches, expected) => {
    expect(await heldBy(...batches)).toEqual(expected);
  });
});
