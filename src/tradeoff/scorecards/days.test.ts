import { expect, it } from 'vitest';
import { addDays, clipDays, countDays, findPrecedingDays, findRequestedDays } from './days.ts';

const now = Date.parse('2026-12-01T09:00:00Z');

it.each([
  ['30 days that end with the last whole day of the bills', {}, '2026-11-29', ['2026-10-31', '2026-11-30']],
  ['30 days until today without bills', {}, null, ['2026-11-02', '2026-12-02']],
  [
    'the stated days, the last one included',
    { from: '2026-11-01', to: '2026-11-30' },
    null,
    ['2026-11-01', '2026-12-01'],
  ],
  ['from a day after the bills, that day', { from: '2026-12-01' }, '2026-11-29', ['2026-12-01', '2026-12-02']],
])('requests %s', (_, asked, billedThrough, [start, end]) => {
  expect(findRequestedDays(asked, { billedThrough, now })).toEqual({ start, end });
});

it('refuses a last day before the first', () => {
  const asked = { from: '2026-11-02', to: '2026-11-01' };
  expect(() => findRequestedDays(asked, { billedThrough: null, now })).toThrow(/before the first day/);
});

it('precedes a range with as many days, also over a change of month', () => {
  const february = { start: '2026-02-01', end: '2026-03-01' };
  const before = findPrecedingDays(february);
  expect(before).toEqual({ start: '2026-01-04', end: '2026-02-01' });
  expect(countDays(before)).toBe(countDays(february));
});

it('clips days at an end, to none where all are behind it', () => {
  const days = { start: '2026-11-01', end: '2026-12-01' };
  expect(clipDays(days, '2026-11-10')).toEqual({ start: '2026-11-01', end: '2026-11-10' });
  expect(clipDays(days, '2027-01-01')).toEqual(days);
  expect(clipDays(days, '2026-11-01')).toBeNull();
  expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
});
