import { expect, it } from 'vitest';
import {
  comparedRanges,
  listComparisons,
  rangeBefore,
  sameDaysBefore,
  sameRangeLastYear,
} from './date-range-compare.ts';

const november = { from: '2026-11', to: '2026-11' };

it.each([
  [november, { from: '2026-10', to: '2026-10' }],
  [
    { from: '2026-09', to: '2026-11' },
    { from: '2026-06', to: '2026-08' },
  ],
  [
    { from: '2026-11-08', to: '2026-11-14' },
    { from: '2026-11-01', to: '2026-11-07' },
  ],
])('takes the period of the same length before %o', (range, before) => expect(rangeBefore(range)).toEqual(before));

it('compares the days that a running month has with the same days of the one before', () => {
  expect(sameDaysBefore(november, '2026-11-18')).toEqual({
    before: { from: '2026-10-01', to: '2026-10-18' },
    after: { from: '2026-11-01', to: '2026-11-18' },
  });
});

it('compares a whole month with a whole one, whatever their lengths', () => {
  expect(sameDaysBefore({ from: '2026-03', to: '2026-03' }, '2026-03-31').before).toEqual({
    from: '2026-02-01',
    to: '2026-02-28',
  });
  expect(sameDaysBefore({ from: '2026-02', to: '2026-02' }, null).before).toEqual({
    from: '2026-01-01',
    to: '2026-01-31',
  });
});

it('moves charge days by a month', () => {
  const { before } = sameDaysBefore({ from: '2026-11-08', to: '2026-11-14' }, null);
  expect(before).toEqual({ from: '2026-10-08', to: '2026-10-14' });
});

it('takes the period that was chosen, and the one before until one is', () => {
  const custom = { from: '2025-11', to: '2025-11' };
  expect(comparedRanges('custom', november, null, custom)).toEqual({ before: custom, after: november });
  expect(comparedRanges('custom', november, null, undefined).before.from).toBe('2026-10');
});

it.each([
  [november, { from: '2025-11', to: '2025-11' }],
  [
    { from: '2026-10', to: '2026-12' },
    { from: '2025-10', to: '2025-12' },
  ],
  [
    { from: '2028-02-20', to: '2028-02-29' },
    { from: '2027-02-20', to: '2027-02-28' },
  ],
])('takes the same period of the year before %o', (range, before) => expect(sameRangeLastYear(range)).toEqual(before));

it('offers the same days last month for a month or less only', () => {
  expect(listComparisons(november)).toContain('sameDays');
  expect(listComparisons({ from: '2026-10', to: '2026-12' })).not.toContain('sameDays');
});
