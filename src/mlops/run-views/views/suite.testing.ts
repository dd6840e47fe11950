import { describe, expect, it } from 'vitest';
import type { Place } from '../../../platform/store/suite.testing.ts';
import { insertMetrics } from '../../runs/metric-store.ts';
import { trackingMigrations } from '../../runs/migrations.ts';
import type { Metric } from '../../runs/types.ts';
import { type HistoryQuery, listMetricRanges, sampleHistories } from './history-store.ts';

const whole = { keys: null, axis: 'step', points: 40, from: undefined, to: undefined } as const;
const sample = (step: number, value: number, key = 'loss'): Metric => ({ key, value, step, timestamp: step * 10 });
const many = (count: number, valueAt: (step: number) => number) =>
  Array.from({ length: count }, (_, step) => sample(step, valueAt(step)));

/** Thinning of histories on one engine. */
export function historySuite(engine: string, newPlace: () => Promise<Place>): void {
  const open = async () => {
    const store = await (await newPlace()).open();
    await store.migrate(trackingMigrations);
    return store;
  };

  describe(`metric histories on ${engine}`, () => {
    it('keeps the first, the last and a spike of one sample, however few points are wanted', async () => {
      await using store = await open();
      const noisy = many(5_000, (step) => (step === 3_217 ? 999 : step === 1_003 ? -999 : Math.sin(step)));
      await store.transaction((sql) => insertMetrics(sql, 'r', noisy));
      const points = await sampleHistories(store, { ...whole, runIds: ['r'] });
      expect(points.length).toBeLessThanOrEqual(40);
      expect(points.length).toBeGreaterThan(20);
      expect(points[0]).toMatchObject({ step: 0, total: 5_000 });
      expect(points.at(-1)?.step).toBe(4_999);
      expect(points.find(({ value }) => value === 999)?.step).toBe(3_217);
      expect(points.find(({ value }) => value === -999)?.step).toBe(1_003);
      expect(points.map(({ step }) => step)).toEqual(points.map(({ step }) => step).toSorted((a, b) => a - b));
    });

    it('answers every sample of a short history, NaN included, and no more of a level one than wanted', async () => {
      await using store = await open();
      const short = [sample(0, 1), sample(1, Number.NaN), sample(2, 3)];
      const level = many(2_000, () => 0.1).map((metric) => ({ ...metric, key: 'rate' }));
      await store.transaction((sql) => insertMetrics(sql, 'r', [...short, ...level]));
      const points = await sampleHistories(store, { ...whole, runIds: ['r'] });
      const loss = points.filter(({ key }) => key === 'loss');
      expect(loss.map(({ value }) => value)).toEqual([1, Number.NaN, 3]);
      expect(points.filter(({ key }) => key === 'rate').length).toBeLessThanOrEqual(40);
    });

    it('cuts to a range of steps or of time, orders by the axis and leaves other runs and metrics alone', async () => {
      await using store = await open();
      const backwards = [{ key: 'loss', value: 5, step: 9, timestamp: 1 }];
      await store.transaction((sql) => insertMetrics(sql, 'a', [...many(20, (step) => step), ...backwards]));
      await store.transaction((sql) => insertMetrics(sql, 'b', [sample(5, 7), sample(5, 8, 'other')]));
      const ask = (query: Partial<HistoryQuery>) => sampleHistories(store, { ...whole, runIds: ['a', 'b'], ...query });
      const steps = await ask({ keys: ['loss'], from: 4.5, to: 6 });
      expect(steps.map(({ runId, step, value }) => [runId, step, value])).toEqual([
        ['a', 5, 5],
        ['a', 6, 6],
        ['b', 5, 7],
      ]);
      const times = await ask({ keys: ['loss'], axis: 'time', to: 10 });
      expect(times.map(({ timestamp, step }) => [timestamp, step])).toEqual([
        [0, 0],
        [1, 9],
        [10, 1],
      ]);
    });

    it('says the least and the greatest of all samples, and null where all are NaN', async () => {
      await using store = await open();
      const nan = [sample(0, Number.NaN, 'broken')];
      await store.transaction((sql) => insertMetrics(sql, 'r', [...many(9, (step) => step - 4), ...nan]));
      expect(await listMetricRanges(store, 'r')).toEqual([
        { key: 'broken', least: null, greatest: null, samples: 1 },
        { key: 'loss', least: -4, greatest: 4, samples: 9 },
      ]);
    });
  });
}
