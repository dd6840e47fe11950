import { expect, it } from 'vitest';
import { sameDaysBefore, soFar, sumBy } from './so-far.ts';

const before = [
  { day: '2026-10-01', amount: '1' },
  { day: '2026-10-18', amount: '2.5' },
  { day: '2026-10-31', amount: '4' },
];

it('compares a month under way with the same days of the month before', () => {
  const reached = soFar([{ day: '2026-11-18' }, { day: '2026-11-02' }, { day: '2026-12-01' }], '2026-11');
  expect(reached).toEqual({ lastDay: '2026-11-18', complete: false });
  expect(sameDaysBefore(before, reached)).toBe('3.5');
});

it('compares a whole month with the whole month before, however many days that had', () => {
  const reached = soFar([{ day: '2026-11-30' }], '2026-11');
  expect(sameDaysBefore(before, reached)).toBe('7.5');
});

it('knows nothing of a month before that has no charge', () => {
  expect(sameDaysBefore([], soFar([{ day: '2026-11-30' }], '2026-11'))).toBeNull();
  expect(soFar([], '2026-11')).toEqual({ lastDay: null, complete: false });
});

it('sums over everything but one dimension, largest first', () => {
  const rows = [
    { team: 'a', day: '1', amount: '0.1' },
    { team: 'b', day: '1', amount: '5' },
    { team: 'a', day: '2', amount: '0.2' },
  ];
  expect(sumBy(rows, 'team')).toEqual([
    { team: 'b', amount: '5' },
    { team: 'a', amount: '0.3' },
  ]);
});
