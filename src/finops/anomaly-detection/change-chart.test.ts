import { describe, expect, it } from 'vitest';
import { findLatestChange } from './change-chart.ts';
import { findSameDaysOfMonth, subtractSeen } from './same-day-of-month.ts';

describe('the latest change', () => {
  it.each([
    ['a change that began four steps ago', [0, 0, 1, 1, 1, 1], { strength: 2, steps: 4, direction: 1 }],
    ['one step that stands out', [0, 1, -5], { strength: 5, steps: 1, direction: -1 }],
  ])('is %s', (_, residuals, expected) => {
    expect(findLatestChange(residuals)).toEqual(expected);
  });

  it('is nothing of nothing', () => {
    expect(findLatestChange([])).toBeNull();
  });

  it('takes residuals that depend on each other for less evidence', () => {
    const four = findLatestChange([1, 1, 1, 1], 0.5);
    // v(4) = 4 + 2 (3·0.5 + 2·0.25 + 1·0.125) = 8.25
    expect(four).toMatchObject({ strength: 4 / Math.sqrt(8.25), steps: 4 });
  });

  it('looks back two weeks', () => {
    expect(findLatestChange(Array.from({ length: 100 }, () => 1))?.steps).toBe(14);
  });
});

describe('the same day of earlier months', () => {
  const days = (text: string) =>
    findSameDaysOfMonth(Date.parse(text) / 86_400_000).map((day) =>
      new Date(day * 86_400_000).toISOString().slice(0, 10),
    );

  it.each([
    ['2026-03-01', ['2026-02-01', '2026-01-01']],
    ['2026-03-31', ['2026-02-28', '2026-01-31']],
    ['2026-03-30', ['2026-02-28', '2026-01-30']],
    ['2026-02-28', ['2026-01-31', '2025-12-31']],
    ['2026-01-15', ['2025-12-15', '2025-11-15']],
  ])('of %s are %j', (day, expected) => {
    expect(days(day)).toEqual(expected);
  });

  it.each([
    [0.35, [0.3], 0.05],
    [0.2, [0.3], 0],
    [-0.2, [0.3], -0.2],
    [0.2, [], 0.2],
  ])('%j after %j leaves %j', (residual, seen, expected) => {
    expect(subtractSeen(residual, seen)).toBeCloseTo(expected, 12);
  });
});
