import { describe, expect, it } from 'vitest';
import { formatDate, formatDay, formatInstant, formatMonth, listDays, monthBefore } from './time.ts';

describe('times', () => {
  it('writes months, days and instants in UTC', () => {
    expect(formatMonth('2026-11')).toBe('November 2026');
    expect(formatDay('2026-11-03')).toBe('3 Nov');
    expect(formatInstant('2026-11-17T23:59:59.999Z')).toBe('17 Nov 2026, 23:59 UTC');
    expect(formatDate('2026-11-17T23:59:59.999Z')).toBe('17 Nov 2026');
  });

  it('goes back over the turn of the year', () => {
    expect(monthBefore('2026-01')).toBe('2025-12');
  });

  it.each([
    ['2026-02', 28],
    ['2028-02', 29],
    ['2026-11', 30],
  ])('lists the days of %s', (month, count) => {
    const days = listDays(month);
    expect(days).toHaveLength(count);
    expect(days.at(-1)).toBe(`${month}-${count}`);
  });
});
