import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDraws, drawSeries, type Shape } from './drawn.testing.ts';
import { forecastSeries, type SeriesForecast } from './forecast-series.ts';

const LEVELS = [0.8, 0.95];
const next = (values: ArrayLike<number>, horizon = 6, seasons: readonly number[] = []) =>
  forecastSeries(values, { horizon, seasons, levels: LEVELS });
const numbersOf = ({ mean, intervals }: SeriesForecast) => [
  ...mean,
  ...intervals.flatMap(({ low, high }) => [...low, ...high]),
];

describe('a forecast of a series', () => {
  it('goes on with a season and a trend that are certain', () => {
    const exact = Float64Array.from(
      { length: 120 },
      (_, at) => 100 + 0.5 * at + ([0, 5, 9, 4, -2, -7, -9][at % 7] ?? 0),
    );
    const { mean, backtest } = next(exact.subarray(0, 106), 14, [7]);
    for (const [step, value] of mean.entries()) expect(value).toBeCloseTo(exact[106 + step] as number, 1);
    expect(backtest.mase).toBeLessThan(0.01);
  });

  it('is the value itself, with no width and no error to measure by, where all are the same', () => {
    for (const value of [0, 20, -3.5]) {
      const { mean, method, intervals, backtest } = next(new Float64Array(50).fill(value), 3, [7]);
      expect({ mean: [...mean], method }).toEqual({ mean: [value, value, value], method: 'constant' });
      expect([...(intervals[1]?.low ?? [])]).toEqual([value, value, value]);
      expect(backtest.mase).toBeNull();
    }
  });

  it('is as many times as large for as many times the values', () => {
    const values = drawSeries(createDraws(4), { count: 90, period: 7, season: 3, slope: 0.1, memory: 0.5 });
    const one = next(values, 10, [7]);
    const million = next(
      values.map((value) => 1e6 * value),
      10,
      [7],
    );
    for (const [index, value] of numbersOf(one).entries()) {
      expect((numbersOf(million)[index] as number) / 1e6).toBeCloseTo(value, 6);
    }
  });

  it('has finite numbers in order, never below zero where nothing was, whatever the values are', () => {
    const value = fc.oneof(
      fc.constant(0),
      fc.constant(Number.NaN),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1e-9, noNaN: true }),
      fc.integer({ min: 0, max: 5 }),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 4, maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        fc.subarray([2, 5, 7, 12]),
        (values, horizon, seasons) => {
          fc.pre(values.filter((each) => !Number.isNaN(each)).length >= 4);
          const forecast = next(values, horizon, seasons);
          const [inner, outer] = forecast.intervals;
          expect(numbersOf(forecast).every(Number.isFinite)).toBe(true);
          for (const [step, mean] of forecast.mean.entries()) {
            const at = (values: Float64Array | undefined) => values?.[step] as number;
            expect(at(outer?.low)).toBeLessThanOrEqual(at(inner?.low));
            expect(at(inner?.low)).toBeLessThanOrEqual(mean);
            expect(mean).toBeLessThanOrEqual(at(inner?.high));
            expect(at(inner?.high)).toBeLessThanOrEqual(at(outer?.high));
          }
          const negative = values.some((each) => each < 0);
          if (!negative) expect(Math.min(...numbersOf(forecast))).toBeGreaterThanOrEqual(0);
          const weights = forecast.members.map(({ weight }) => weight);
          if (weights.length > 0) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('takes a gap for unknown and not for zero, and is not judged on it', () => {
    const values = drawSeries(createDraws(9), { count: 140, period: 7, season: 6, slope: 0, memory: 0.3 });
    const whole = next(values, 7, [7]);
    for (const at of [20, 21, 64, 99, 130, 139]) values[at] = Number.NaN;
    const gaps = next(values, 7, [7]);
    expect(gaps.filled).toBe(6);
    expect(gaps.backtest.outcomes).toBeLessThan(whole.backtest.outcomes);
    for (const [step, value] of gaps.mean.entries()) {
      expect(Math.abs(value - (whole.mean[step] as number))).toBeLessThan(1.5);
    }
  });

  it('takes a bad day for less than it was while it is the last, and for little later', () => {
    const values = drawSeries(createDraws(11), { count: 210, period: 7, season: 8, slope: 0, memory: 0 });
    const usual = next(values, 14, [7]).mean;
    const furthest = (at: number) => {
      const struck = Float64Array.from(values);
      struck[at] = 250 + (values[at] as number);
      const distances = next(struck, 14, [7]).mean.map((value, step) => Math.abs(value - (usual[step] as number)));
      return Math.max(...distances);
    };
    expect(furthest(209)).toBeLessThan(125);
    expect(furthest(180)).toBeLessThan(40);
  });

  it('gives the same again, and leaves what it was given as it was', () => {
    const values = drawSeries(createDraws(2), { count: 80, period: 12, season: 4, slope: 0.2, memory: 0.6 });
    const before = Float64Array.from(values);
    expect(next(values, 12, [12])).toEqual(next(values, 12, [12]));
    expect(values).toEqual(before);
  });
});

describe('the intervals', () => {
  /** Two hundred series of a kind: the share of the future inside, in percent. */
  function held(shape: Shape, horizon: number): number[] {
    const inside = LEVELS.map(() => 0);
    const series = 200;
    for (let seed = 1; seed <= series; seed += 1) {
      const values = drawSeries(createDraws(1000 * seed), { ...shape, count: shape.count + horizon });
      const seasons = shape.season > 0 ? [shape.period] : [];
      const { intervals } = next(values.subarray(0, shape.count), horizon, seasons);
      for (const [index, { low, high }] of intervals.entries()) {
        for (let step = 0; step < horizon; step += 1) {
          const outcome = values[shape.count + step] as number;
          if (outcome >= (low[step] as number) && outcome <= (high[step] as number))
            inside[index] = (inside[index] ?? 0) + 1;
        }
      }
    }
    return inside.map((count) => (100 * count) / (series * horizon));
  }

  it.each<[string, Shape, number]>([
    ['noise', { count: 60, period: 7, season: 0, slope: 0, memory: 0 }, 7],
    ['noise that lasts', { count: 120, period: 7, season: 0, slope: 0, memory: 0.8 }, 14],
    ['a week', { count: 112, period: 7, season: 3, slope: 0.05, memory: 0.4 }, 14],
    ['a year of months', { count: 72, period: 12, season: 4, slope: 0.1, memory: 0.3 }, 12],
    ['few values', { count: 24, period: 7, season: 0, slope: 0, memory: 0.3 }, 6],
  ])('hold about what they promise of %s', (_, shape, horizon) => {
    const [inner = 0, outer = 0] = held(shape, horizon);
    expect(inner).toBeGreaterThan(75);
    expect(inner).toBeLessThan(88);
    expect(outer).toBeGreaterThan(91.5);
    expect(outer).toBeLessThan(99);
  });
});
