import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMonday, isoWeek, listGranularities, slotsIn, usualGranularity } from './granularity.ts';
import { presetsOn } from './presets.ts';
import {
  computeLength,
  daysIn,
  daysLater,
  monthsLater,
  rangeParameter,
  rangePhrase,
  rangeText,
  sameDayOfMonth,
} from './range.ts';

const days = fc.integer({ min: 0, max: 20_000 }).map((count) => daysLater('1990-01-01', count));

it.each([
  ['2026-11', '2026-11', 'November 2026'],
  ['2026-09', '2026-11', 'September to November 2026'],
  ['2025-12', '2026-01', 'December 2025 to January 2026'],
  ['2026-11-03', '2026-11-03', '3 Nov 2026'],
  ['2026-11-03', '2026-11-17', '3 to 17 Nov 2026'],
  ['2026-10-28', '2026-11-03', '28 Oct to 3 Nov 2026'],
  ['2025-12-30', '2026-01-02', '30 Dec 2025 to 2 Jan 2026'],
])('reads %s to %s as %s', (from, to, text) => expect(rangeText({ from, to })).toBe(text));

it.each([
  ['2026-11', '2026-11', 'in November 2026'],
  ['2026-09', '2026-11', 'from September to November 2026'],
  ['2026-11-03', '2026-11-03', 'on 3 Nov 2026'],
  ['2026-11-03', '2026-11-17', 'from 3 to 17 Nov 2026'],
])('says when %s to %s was: %s', (from, to, text) => expect(rangePhrase({ from, to })).toBe(text));

it('counts days and months, and names the days of months', () => {
  expect(computeLength({ from: '2026-02-27', to: '2026-03-01' })).toBe(3);
  expect(computeLength({ from: '2025-11', to: '2026-02' })).toBe(4);
  expect(daysIn({ from: '2026-02', to: '2026-02' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  expect(monthsLater('2026-01', -1)).toBe('2025-12');
  expect(sameDayOfMonth('2026-10-31', -1)).toBe('2026-09-30');
});

it('writes a comparison as the server takes it', () => {
  expect(rangeParameter({ from: '2026-11', to: '2026-11' })).toBe('2026-11');
  expect(rangeParameter({ from: '2026-11-01', to: '2026-11-07' })).toBe('2026-11-01..2026-11-07');
});

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

it('names the usual periods on a day', () => {
  const ranges = Object.fromEntries(presetsOn('2026-01-05').map(({ id, range }) => [id, rangeParameter(range)]));
  expect(ranges).toMatchObject({ 'this-month': '2026-01', 'last-month': '2025-12', 'last-3': '2025-11..2026-01' });
  expect(ranges['last-7-days']).toBe('2025-12-30..2026-01-05');
});
