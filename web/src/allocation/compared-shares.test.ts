import { expect, it } from 'vitest';
import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { compareAllocation, describeShareChange, findLastDay, sumCoverage } from './compared-shares.ts';

const row: CoverageRow = {
  ...{ period: '2026-11', day: '2026-11-03', value: null, currency: 'USD', rowsWithoutMetric: 0, allocatedRatio: 0.9 },
  ...{ total: '100', allocated: '80', idle: '10', unallocated: '7.5', sharedUnallocated: '2.5' },
};
const sums = (total: string, unallocated: string) => ({ total, unallocated, allocated: '0' });

it('sums allocated with idle and unallocated with shared cost of one currency, exactly', () => {
  const rows = [row, { ...row, day: '2026-11-04', unallocated: '0.1' }, { ...row, currency: 'EUR' }];
  expect(sumCoverage(rows, 'USD')).toEqual({ total: '200', allocated: '180', unallocated: '12.6' });
  expect(findLastDay([...rows, { ...row, day: null }])).toBe('2026-11-04');
  expect(findLastDay([])).toBeNull();
});

it.each([
  ['a smaller share', sums('100', '7.1'), sums('200', '10.4'), 'down 1.9 points from 7.1\u00a0%'],
  ['a larger share', sums('100', '0'), sums('100', '20'), 'up 20.0 points from 0\u00a0%'],
  ['the same share of another cost', sums('100', '5'), sums('300', '15'), 'unchanged from 5\u00a0%'],
  ['no cost before', sums('0', '0'), sums('300', '15'), null],
  ['credits', sums('-5', '0'), sums('300', '15'), null],
])('describes the change to %s', (_name, before, after, words) => {
  expect(describeShareChange(before, after)).toBe(words);
});

const november = { from: '2026-11', to: '2026-11' };
const october = { from: '2026-10', to: '2026-10' };
const days = { before: { from: '2026-10-01', to: '2026-10-18' }, after: { from: '2026-11-01', to: '2026-11-18' } };

it.each([
  ['a month that is over with the month before', 'before', '2026-11-30', { before: october, after: november }],
  ['its same days with the month before', 'sameDays', '2026-11-30', { before: october, after: november }],
  ['the days of a month that runs with as many days', 'before', '2026-11-18', days],
] as const)('compares %s', (_name, compare, through, ranges) => {
  expect(compareAllocation({ range: november, compare, custom: undefined, through })).toEqual(ranges);
});
