import { expect, it } from 'vitest';
import { reportedTotal, rowsIn, sumBy, upToDay } from './so-far.ts';

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

const billed = [
  { team: 'a', amount: '5', currency: 'EUR' },
  { team: 'b', amount: '300', currency: 'USD' },
];
const converted = [
  { team: 'b', amount: '270', currency: 'EUR' },
  { team: 'a', amount: '5', currency: 'EUR' },
];

it('takes the groups of all bills in the reporting currency, and of one currency without it', () => {
  const reporting = { currency: 'EUR', amount: '275', rows: converted };
  expect(rowsIn({ rows: billed, reporting }, 'EUR')).toEqual(converted);
  expect(rowsIn({ rows: billed, reporting: null }, 'EUR')).toEqual(billed.slice(0, 1));
  expect(rowsIn({ rows: billed, reporting: { ...reporting, amount: null, rows: [] } }, 'EUR')).toEqual(
    billed.slice(0, 1),
  );
  expect(rowsIn(undefined, 'EUR')).toEqual([]);
});

it('has no reported total where nothing has a rate', () => {
  expect(reportedTotal({ currency: 'EUR', amount: '275' })).toEqual({ currency: 'EUR', amount: '275' });
  expect(reportedTotal({ currency: 'EUR', amount: null })).toBeUndefined();
  expect(reportedTotal(null)).toBeUndefined();
});
