import { expect, it } from 'vitest';
import { sumBy, upToDay } from './so-far.ts';

it('counts rows to the last whole day, and all rows of all months', () => {
  const rows = [
    { day: '2026-11-26', amount: '1' },
    { day: '2026-11-27', amount: '2' },
    { day: null, amount: '4' },
  ];
  expect(upToDay(rows, '2026-11-26')).toEqual([{ day: '2026-11-26', amount: '1' }]);
  expect(upToDay(rows, null)).toEqual(rows);
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
