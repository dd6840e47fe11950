import { describe, expect, it, onTestFinished } from 'vitest';
import { DAY_MS } from '../../../platform/units/durations.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { parseScrape } from '../../gpu-telemetry/sources/exporter.testing.ts';
import { applyText, gpuSource, syncAll, write } from '../../testing/gpu-sources.ts';
import { idle, importHolders, importSamples, samplesText } from '../../testing/gpus.ts';
import { getGpuHeatMap, getGpuOwners } from '../schema.ts';

const START = Date.parse('2026-11-02T10:00:00Z');
const STEP = 15_000;
const COUNT = 240;
const price = { amount: '2', currency: 'USD' };

async function fresh() {
  const clock = { at: START + 3_600_000 };
  const application = await testApplication({ clock: { now: () => clock.at } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  return { application, clock };
}

describe('owners of GPUs that a source reads', () => {
  it('have their part of the time, of parts of a GPU (MIG) too, at once and when it is in its day', async () => {
    const { application } = await fresh();
    await applyText(application, gpuSource('here', '{ type: push, price: { amount: "2", currency: USD } }'));
    const part = (id: number, profile: string, pod: string, value: number) =>
      `DCGM_FI_PROF_GR_ENGINE_ACTIVE{UUID="GPU-a",GPU_I_ID="${id}",GPU_I_PROFILE="${profile}",exported_pod="${pod}",exported_namespace="ml"} ${value}`;
    const text = [part(1, '3g.40gb', 'waits', 0), part(2, '4g.40gb', 'works', 0.5)].join('\n');
    const sent = Array.from({ length: COUNT }, (_, index) => parseScrape(text, START + index * STEP)).flat();
    await write(application, 'here', sent);
    for (const look of ['before', 'after']) {
      if (look === 'after') await syncAll(application);
      const whole = await idle(application);
      const { cost, gpuHours, groups } = await call(application, getGpuOwners, { query: { by: 'gpu' } });
      expect(whole.gpuHours).toBeCloseTo(1, 6);
      expect(gpuHours.paid).toBeCloseTo(whole.gpuHours, 9);
      expect(cost.paid).toBe(whole.cost.amount);
      const paid = groups.map(({ key, gpuHours: own }) => [key, own.paid, own.used]);
      expect(paid.toSorted()).toEqual([
        ['GPU-a/1', expect.closeTo(3 / 7, 6), 0],
        ['GPU-a/2', expect.closeTo(4 / 7, 6), expect.closeTo(2 / 7, 6)],
      ]);
      const map = await call(application, getGpuHeatMap, { query: { slots: 10 } });
      expect(map.rows.map(({ gpu, means }) => [gpu, new Set(means)])).toEqual([
        ['GPU-a/1', new Set([0])],
        ['GPU-a/2', new Set([0.5])],
      ]);
    }
  });

  it('keep their part of days of which the readings are gone, by their share of the time', async () => {
    const { application, clock } = await fresh();
    const values = Array.from({ length: 120 }, () => 50);
    await importSamples(application, samplesText({ a: values }, { day: '2026-10-02' }), { price });
    const at = (minute: number) => new Date(Date.parse('2026-10-02') + minute * 60_000).toISOString();
    const rows = [`a,${at(0)},${at(30)},search`, `a,${at(30)},${at(120)},fraud`];
    await importHolders(application, ['gpu,start,end,team', ...rows].join('\n'), ['team']);
    const sums = () => call(application, getGpuOwners, { query: { by: 'team' } });
    const before = await sums();
    expect(before.groups.map(({ key, gpuHours }) => [key, gpuHours.used]).toSorted()).toEqual([
      ['fraud', 0.75],
      ['search', 0.25],
    ]);
    for (let time = 0; time < 4; time += 1) {
      clock.at += 20 * DAY_MS;
      await application.jobs.enqueue(application.store, { kind: 'gpus.retain', payload: null });
      await application.jobs.drain();
    }
    expect(await idle(application, { query: { threshold: '0.05' } })).toMatchObject({ daysLeftOut: ['2026-10-02'] });
    expect(await sums()).toEqual(before);
  });
});
