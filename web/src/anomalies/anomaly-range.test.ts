import { expect, it } from 'vitest';
import { findReadDays, findShownRange } from './anomaly-range.ts';

const month = { from: '2026-12', to: '2026-12' };

it('a month that has just begun is shown with the days before it', () => {
  expect(findReadDays(month)).toEqual({ from: '2026-11-02', to: '2026-12-31' });
  expect(findShownRange(month, ['2026-11-30', '2026-12-01', '2026-12-02'])).toEqual({
    from: '2026-11-03',
    to: '2026-12-02',
  });
});

it('a month with a week of charges, a month without earlier charges and chosen days stay as they are', () => {
  const week = ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2026-12-${day}`);
  expect(findShownRange(month, ['2026-11-30', ...week])).toBe(month);
  expect(findShownRange(month, ['2026-12-01'])).toBe(month);
  expect(findShownRange(month, ['2026-11-30'])).toBe(month);
  const days = { from: '2026-12-01', to: '2026-12-02' };
  expect(findReadDays(days)).toEqual(days);
  expect(findShownRange(days, ['2026-11-30', '2026-12-01'])).toBe(days);
});
