import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { daysLater } from '../../frame/date-range.ts';
import { findMonday, isoWeek, listGranularities, slotsIn, usualGranularity } from './granularity.ts';

const days = fc.integer({ min: 0, max: 20_000 }).map((count) => daysLater('1990-01-01', count));

describe('slots of the time axis', () => {
  it.each([
    ['2026-01-01', '2026-W01'],
    ['2027-01-01', '2026-W53'],
    ['2024-12-30', '2025-W01'],
    ['2026-11-24', '2026-W48'],
  ])('puts %s into week %s', (day, week) => expect(isoWeek(day)).toBe(week));

  it('finds the Monday of any week', () => {
    fc.assert(
      fc.property(days, (day) => {
        const monday = findMonday(isoWeek(day));
        return monday <= day && day <= daysLater(monday, 6) && isoWeek(monday) === isoWeek(day);
      }),
    );
  });

  it('lists days, weeks and months of a range', () => {
    expect(slotsIn({ from: '2026-02', to: '2026-02' }, 'day')).toHaveLength(28);
    expect(slotsIn({ from: '2026-10-30', to: '2026-11-02' }, 'week')).toEqual(['2026-W44', '2026-W45']);
    expect(slotsIn({ from: '2025-12', to: '2026-02' }, 'month')).toEqual(['2025-12', '2026-01', '2026-02']);
  });

  it('takes days for a month, months for a year, and offers no day bars for years', () => {
    expect(usualGranularity({ from: '2026-11', to: '2026-11' })).toBe('day');
    expect(usualGranularity({ from: '2026-01', to: '2026-12' })).toBe('month');
    expect(listGranularities({ from: '2020-01', to: '2026-12' })).toEqual(['week', 'month']);
    expect(listGranularities({ from: '2026-11', to: '2026-11' })).toEqual(['day', 'week']);
  });
});
