import { describe, expect, it } from 'vitest';
import { computeStepsBack, forecastDays } from './daily-forecast.ts';
import { formatDay, toDayNumber } from './days.ts';
import { findMonthlyCharges } from './monthly-charges.ts';

const first = toDayNumber('2026-01-01');
const series = (count: number, of: (index: number) => number) =>
  Float64Array.from({ length: count }, (_, index) => of(index));
const forecast = (values: Float64Array, horizon = 15) =>
  forecastDays(values, first, horizon, computeStepsBack(values.length, horizon));
const rounded = (values: Float64Array) => [...new Set(Array.from(values, (value) => Math.round(value * 100) / 100))];

describe('a daily forecast', () => {
  it.each([
    ['a year of zeros', series(365, () => 0), [0], 'It has cost nothing so far.'],
    ['credits every day', series(90, () => -2), [-2], 'Every day cost the same.'],
    [
      'what ended 40 days ago',
      series(200, (at) => (at < 160 ? 9 + (at % 7) : 0)),
      [0],
      'It has cost nothing for 35 days.',
    ],
    ['one day', series(1, () => 5), [5], 'It has begun a day ago: the mean so far, and a guess how wrong that is.'],
    [
      'two days behind a year of nothing',
      series(365, (at) => (at < 363 ? 0 : 4)),
      [4],
      'It has begun 2 days ago: the mean so far, and a guess how wrong that is.',
    ],
    ['nothing known', series(30, () => Number.NaN), [0], 'It has cost nothing so far.'],
  ])('of %s is plain', (_name, values, mean, note) => {
    const found = forecast(values);
    expect(rounded(found.mean)).toEqual(mean);
    expect(found.note).toBe(note);
    expect(found.errors.every((vector) => vector.length === 15 && vector.every(Number.isFinite))).toBe(true);
  });

  it('has as many past errors for what began late as for what was always there', () => {
    const late = forecast(series(300, (at) => (at < 240 ? 0 : 10 + (at % 7) + Math.sin(at * 12.9))));
    expect(late.errors).toHaveLength(computeStepsBack(300, 15).length);
    expect(late.tried).toBeGreaterThan(0);
    expect(late.tried).toBeLessThan(late.errors.length);
  });

  it('is tried from days that are no whole weeks apart, with the whole horizon behind each', () => {
    for (const [count, horizon] of [
      [100, 10],
      [365, 31],
      [60, 14],
      [400, 20],
    ] as const) {
      const back = computeStepsBack(count, horizon);
      expect(back.at(-1)).toBe(horizon);
      expect(back.length).toBeGreaterThan(3);
      expect((back[0] as number) - (back[1] as number)).not.toBe(7);
      expect(count - (back[0] as number)).toBeGreaterThanOrEqual(16);
    }
    expect(computeStepsBack(20, 14)).toEqual([]);
  });
});

describe('monthly charges', () => {
  it('are taken apart and expected again, whatever the month is long', () => {
    const values = series(150, (at) => 10 + (formatDay(first + at).endsWith('-01') ? 300 : 0) + (at % 3));
    const found = findMonthlyCharges(values, first);
    expect(found.days).toEqual([1]);
    expect(found.expected(toDayNumber('2026-06-01'))).toBeCloseTo(300, -1);
    expect(found.expected(toDayNumber('2026-06-02'))).toBe(0);
    expect(Math.max(...found.rest)).toBeLessThan(14);
  });

  it('are not what came once or twice, what has ended, or what comes every week', () => {
    const on = (days: readonly string[]) =>
      findMonthlyCharges(
        series(150, (at) => 10 + (days.includes(formatDay(first + at)) ? 300 : 0)),
        first,
      ).days;
    expect(on(['2026-03-11'])).toEqual([]);
    expect(on(['2026-04-01', '2026-05-01'])).toEqual([]);
    expect(on(['2026-01-05', '2026-02-05', '2026-03-05'])).toEqual([]);
    expect(on(['2026-03-05', '2026-04-05', '2026-05-05'])).toEqual([5]);
    expect(
      findMonthlyCharges(
        series(150, (at) => (at % 7 < 5 ? 10 : 2)),
        first,
      ).days,
    ).toEqual([]);
  });

  it('that changed surprise by as much as they did', () => {
    const amounts: Record<string, number> = {
      '2026-01-10': 100,
      '2026-02-10': 100,
      '2026-03-10': 100,
      '2026-04-10': 160,
    };
    const found = findMonthlyCharges(
      series(120, (at) => 10 + (amounts[formatDay(first + at)] ?? 0)),
      first,
    );
    expect(found.surprise(toDayNumber('2026-04-10'))).toBe(60);
    expect(found.surprise(toDayNumber('2026-02-10'))).toBe(0);
    expect(found.expected(toDayNumber('2026-05-10'))).toBe(100);
  });
});
