import { describe, expect, it, onTestFinished } from 'vitest';
import { call, testApplication } from '../../../testing/application.ts';
import { importHolders, importSamples, samplesText } from '../../testing/gpus.ts';
import { getGpuHeatMap, getGpuReadings } from '../schema.ts';
import { buildSlots } from './slots.ts';

const HOUR = 3_600_000;

describe('slots of time', () => {
  const start = Date.parse('2025-11-01T00:00:00Z');
  it.each([
    ['a day in quarters of an hour', 24, 96, 15_000, { slotMs: HOUR / 4, count: 96 }],
    ['thirty days in half days', 720, 96, 15_000, { slotMs: 12 * HOUR, count: 60 }],
    ['no narrower than a reading', 24, 400, 2 * HOUR, { slotMs: 2 * HOUR, count: 12 }],
    ['years, in what is wide enough', 24 * 4000, 10, 60_000, { slotMs: 445 * 24 * HOUR, count: 10 }],
  ])('%s', (_, hours, most, interval, expected) => {
    const found = buildSlots({ start, end: start + hours * HOUR }, most, interval);
    expect(found.slotMs).toBe(expected.slotMs);
    expect(found.count).toBeLessThanOrEqual(most);
    expect(found.first).toBeLessThanOrEqual(start);
    expect(found.first + found.count * found.slotMs).toBeGreaterThanOrEqual(start + hours * HOUR);
  });
});

describe('the heat map', () => {
  it('has the means of slots, the most idle GPU first, in pages, and nothing where nothing was read', async () => {
    const application = await testApplication();
    onTestFinished(() => application[Symbol.asyncDispose]());
    const busy = Array.from({ length: 120 }, (_, minute) => (minute < 60 ? 40 : 80));
    const half = busy.map((_, minute) => (minute < 60 ? 0 : null));
    const text = samplesText({ a: busy, b: busy.map(() => 0), c: half });
    await importSamples(application, text, { price: { amount: '2', currency: 'USD' } });
    const map = await call(application, getGpuHeatMap, { query: { slots: 2 } });
    expect(map).toMatchObject({ start: '2025-11-01T00:00:00.000Z', slotMs: HOUR, gpuCount: 3 });
    expect(map.rows.map(({ gpu, means }) => [gpu, means])).toEqual([
      ['b', [0, 0]],
      ['c', [0, null]],
      ['a', [0.4, 0.8]],
    ]);
    expect(map.rows[0]?.cost).toMatchObject({ idleUnknown: '4', currency: 'USD' });
    const second = await call(application, getGpuHeatMap, { query: { slots: 2, limit: 1, skip: 1 } });
    expect(second.rows.map(({ gpu }) => gpu)).toEqual(['c']);
    expect((await call(application, getGpuHeatMap, { query: { from: '2030-01-01' } })).rows).toEqual([]);
  });

  it('opens on the readings of one GPU with who held it', async () => {
    const application = await testApplication();
    onTestFinished(() => application[Symbol.asyncDispose]());
    await importSamples(application, samplesText({ "a'b": [0, 50, 100, 50] }));
    await importSamples(application, samplesText({ "a'b": [1e9, 2e9, 3e9, 4e9] }), { metric: 'memory' });
    const rows = [
      "a'b,1761955200,1761955320,search,,h1",
      "a'b,1761955320,1761955380,,foreign,",
      "a'b,1761955380,1761955440,,,h1",
    ];
    await importHolders(application, ['gpu,start,end,team,pod,host', ...rows].join('\n'), ['team', 'pod', 'host']);
    const found = await call(application, getGpuReadings, { query: { gpu: "a'b", slots: 2 } });
    expect(found.slotMs).toBe(120_000);
    expect(found.points).toEqual([
      { start: '2025-11-01T00:00:00.000Z', meanUtilizationRatio: 0.25, maxUtilizationRatio: 0.5, memoryBytes: 2e9 },
      { start: '2025-11-01T00:02:00.000Z', meanUtilizationRatio: 0.75, maxUtilizationRatio: 1, memoryBytes: 4e9 },
    ]);
    expect(found.holders).toMatchObject([
      { kind: 'owner', subject: { team: 'search' }, host: 'h1', reason: null },
      { kind: 'unknown', pod: 'foreign', reason: expect.stringContaining('no work of this server') },
      { kind: 'nobody', subject: null, reason: null },
    ]);
    expect(await call(application, getGpuReadings, { query: { gpu: 'other' } })).toMatchObject({
      points: [],
      holders: [],
    });
  });
});
