import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { applyText, gpuSource, syncAll, write } from '../../testing/gpu-sources.ts';
import { idle, importSamples, samplesText } from '../../testing/gpus.ts';
import { parseScrape } from '../sources/exporter.testing.ts';
import { previewGpuRetention } from './schema.ts';

const START = Date.parse('2026-11-02T00:00:00Z');
const hour = (value: number) => Array.from({ length: 60 }, () => value);

async function fresh() {
  const clock = { at: START + DAY_MS };
  const application = await testApplication({ clock: { now: () => clock.at } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  const retain = async () => {
    await application.jobs.enqueue(application.store, { kind: 'gpus.retain', payload: null });
    await application.jobs.drain();
  };
  const files = (table: string) =>
    readdirSync(join(application.config.data, 'lake', table)).filter((name) => name.endsWith('.parquet')).length;
  return { application, clock, retain, files };
}

describe('readings that are older than they are kept', () => {
  it('are removed from the disk, and idle time and its parts stay what they were', async () => {
    const { application, clock, retain, files } = await fresh();
    const text = samplesText({ a: [...hour(0), ...hour(40)], b: [...hour(3), ...hour(0)] }, { day: '2026-11-02' });
    await importSamples(application, text, { price: { amount: '2', currency: 'USD' } });
    const memory = samplesText({ a: hour(40e9), b: hour(0) }, { day: '2026-11-02' });
    await importSamples(application, memory, { metric: 'memory' });
    const before = await idle(application);
    expect(before).toMatchObject({ idleGpuHours: 2, buckets: { idleHeldGpuHours: 1, idleUnknownGpuHours: 1 } });
    await retain();
    clock.at += 44 * DAY_MS;
    await retain();
    expect(await call(application, previewGpuRetention)).toMatchObject({ keepDays: 45, rows: 0, unanswerable: [] });
    expect(await call(application, previewGpuRetention, { query: { days: 30 } })).toMatchObject({
      ...{ keepDays: 30, rows: 360, files: 2, firstDay: '2026-11-02', lastDay: '2026-11-02' },
    });
    expect(await idle(application, { query: { threshold: '0.05' } })).toMatchObject({
      idleGpuHours: 3,
      daysLeftOut: [],
    });
    for (let time = 0; time < 3; time += 1) {
      clock.at += 2 * DAY_MS;
      await retain();
    }
    expect(await idle(application)).toEqual(before);
    expect([files('gpu_sample'), files('gpu_stretch')]).toEqual([0, 2]);
    // A different threshold needs single readings, and the report names the days without them.
    expect(await idle(application, { query: { threshold: '0.05' } })).toMatchObject({
      gpus: 0,
      daysLeftOut: ['2026-11-02'],
    });
    const more = catchProblem(importSamples(application, samplesText({ c: hour(0) }, { day: '2026-11-02' })));
    expect(await more).toMatchObject({ code: 'gpu_day_rolled_up', day: '2026-11-02' });
    await applyText(application, gpuSource('here', '{ type: push }'));
    await write(application, 'here', parseScrape('DCGM_FI_DEV_GPU_UTIL{UUID="a"} 0', START));
    const [source] = await syncAll(application);
    expect(source?.leftOut).toMatchObject([{ readings: 1, example: '2026-11-02' }]);
    expect(await idle(application)).toEqual(before);
  });

  it('stay as long after an import of what is old', async () => {
    const { application, clock, retain } = await fresh();
    await importSamples(application, samplesText({ a: hour(4) }, { day: '2024-01-01' }));
    clock.at += 44 * DAY_MS;
    await retain();
    expect(await idle(application, { query: { threshold: '0.05' } })).toMatchObject({ idleGpuHours: 1 });
    clock.at += 2 * DAY_MS;
    await retain();
    expect(await idle(application)).toMatchObject({ gpuHours: 1, idleGpuHours: 0 });
    expect(await idle(application, { query: { threshold: '0.05' } })).toMatchObject({ daysLeftOut: ['2024-01-01'] });
  });

  it('of a day lie by the hour until it is over, and are the same then as one', async () => {
    const { application, clock, retain, files } = await fresh();
    await applyText(application, gpuSource('here', '{ type: push, interval: 1m }'));
    const minute = (value: number) => (at: number) =>
      parseScrape(`DCGM_FI_DEV_GPU_UTIL{UUID="a"} ${value}`, START + at * 60_000);
    const minutes = Array.from({ length: 200 }, (_, index) => index);
    await write(application, 'here', minutes.slice(0, 130).flatMap(minute(0)));
    await syncAll(application);
    await write(application, 'here', minutes.slice(100).flatMap(minute(0)));
    await syncAll(application);
    const expected = { samples: 200, idleGpuHours: 200 / 60, lostRatio: 0, byGpu: [{ idlePeriods: 1 }] };
    expect(await idle(application)).toMatchObject(expected);
    await retain();
    // Four hours; the earlier versions of two of them are superseded and deleted.
    expect(files('gpu_sample')).toBe(4);
    clock.at += 3 * 3_600_000;
    await retain();
    expect([files('gpu_sample'), files('gpu_stretch')]).toEqual([1, 1]);
    expect(await idle(application)).toMatchObject(expected);
    await write(application, 'here', minute(50)(300));
    await syncAll(application);
    await importSamples(application, samplesText({ b: hour(0) }, { day: '2026-11-02' }));
    expect(await idle(application)).toMatchObject({ gpus: 2, samples: 261 });
  });

  it('that are superseded leave the disk when no reader holds them', async () => {
    const { application, retain, files } = await fresh();
    await applyText(application, gpuSource('here', '{ type: push }'));
    for (let part = 0; part < 4; part += 1) {
      await write(application, 'here', parseScrape('DCGM_FI_DEV_GPU_UTIL{UUID="a"} 0', START + part * 15_000));
      await syncAll(application);
    }
    const all = files('gpu_sample');
    expect(all).toBe(4);
    await retain();
    expect([files('gpu_sample'), files('gpu_stretch'), files('gpu_recent')]).toEqual([1, 1, 0]);
    expect(await idle(application)).toMatchObject({ samples: 4 });
  });
});
