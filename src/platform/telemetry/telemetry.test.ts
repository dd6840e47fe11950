import { tmpdir } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createTelemetry } from './index.ts';

it('exposes the metrics of the process beside its own', async () => {
  const telemetry = createTelemetry();
  telemetry.jobs.inc({ kind: 'billing.import', outcome: 'done' });

  const { text } = await telemetry.exposition();

  expect(text).toContain('steelyard_jobs_total{kind="billing.import",outcome="done"} 1');
  expect(text).toContain('process_cpu_seconds_total');
});

it('is freed when nothing refers to it any more', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const created = new WeakRef(createTelemetry());

  await expect
    .poll(() => {
      collectGarbage();
      return created.deref() === undefined;
    })
    .toBe(true);
});

it('measures the disk of a folder, and tells nothing of a folder that is gone', async () => {
  const telemetry = createTelemetry();
  telemetry.followDisk(tmpdir());
  const { text } = await telemetry.exposition();
  const [, free, size] = /kind="free"} (\d+)\n.*kind="size"} (\d+)/.exec(text) ?? [];
  expect(Number(free)).toBeGreaterThan(0);
  expect(Number(size)).toBeGreaterThanOrEqual(Number(free));

  telemetry.followDisk('/nowhere');
  expect((await telemetry.exposition()).text).not.toContain('steelyard_data_disk_bytes{');
});
