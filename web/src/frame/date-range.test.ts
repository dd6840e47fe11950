import { expect, it } from 'vitest';
import {
  computeLength,
  daysIn,
  findEndMonth,
  findWholeMonth,
  monthsLater,
  rangeParameter,
  rangePhrase,
  rangeText,
  readRange,
  sameDayOfMonth,
  toDaySpan,
  toInstants,
} from './date-range.ts';
import { listMonthChoices, presetsOn } from './date-range-presets.ts';

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

it.each([
  ['2026-11', undefined, { from: '2026-11', to: '2026-11' }],
  ['2026-11-03', '2026-11-09', { from: '2026-11-03', to: '2026-11-09' }],
  ['2026-11', '2026-11-09', undefined],
  ['2026-11', '2026-10', undefined],
  [undefined, undefined, undefined],
])('reads the range %s to %s', (from, to, range) => expect(readRange(from, to)).toEqual(range));

it.each([
  [{ from: '2026-11', to: '2026-11' }, '2026-11-01', '2026-12-01'],
  [{ from: '2026-11-03', to: '2026-11-03' }, '2026-11-03', '2026-11-04'],
  [{ from: '2026-10', to: '2026-12' }, '2026-10-01', '2027-01-01'],
])('ends %o before the day after its last', (range, start, end) => {
  expect(toDaySpan(range)).toEqual({ start, end });
  expect(toInstants(range)).toEqual({ since: `${start}T00:00:00.000Z`, until: `${end}T00:00:00.000Z` });
});

it.each([
  [{ from: '2026-11', to: '2026-11' }, '2026-11', '2026-11'],
  [{ from: '2026-11-01', to: '2026-11-30' }, '2026-11', '2026-11'],
  [{ from: '2026-11-01', to: '2026-11-29' }, undefined, '2026-11'],
  [{ from: '2026-10-28', to: '2026-11-03' }, undefined, '2026-11'],
  [{ from: '2026-10', to: '2026-12' }, undefined, '2026-12'],
])('finds the month of %o', (range, whole, end) => {
  expect(findWholeMonth(range)).toBe(whole);
  expect(findEndMonth(range)).toBe(end);
});

it.each([
  ['2026-01-05', 'this-month', '2026-01'],
  ['2026-01-05', 'last-month', '2025-12'],
  ['2026-01-05', 'last-3-months', '2025-11..2026-01'],
  ['2026-01-05', 'last-7-days', '2025-12-30..2026-01-05'],
  ['2026-12-01', 'last-30-days', '2026-11-02..2026-12-01'],
  ['2026-12-01', 'last-90-days', '2026-09-03..2026-12-01'],
  ['2026-12-01', 'this-quarter', '2026-10..2026-12'],
  ['2026-02-28', 'last-quarter', '2025-10..2025-12'],
  ['2026-11-30', 'year-to-date', '2026-01..2026-11'],
  ['2026-11-30', 'last-12-months', '2025-12..2026-11'],
])('on %s, %s is %s', (today, preset, range) => {
  const found = presetsOn(today).find(({ id }) => id === preset);
  expect(found && rangeParameter(found.range)).toBe(range);
});

it('offers the last 13 months, older ones with a bill, and the one in view', () => {
  const months = listMonthChoices('2026-12-01', ['2025-03', '2026-11'], { from: '2024-02', to: '2024-02' });
  expect(months.slice(0, 2)).toEqual(['2026-12', '2026-11']);
  expect(months.slice(-3)).toEqual(['2025-12', '2025-03', '2024-02']);
});
