import { expect, it } from 'vitest';
import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { describeShareChange, findLastDay, sumCoverage } from './compared-shares.ts';

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
  ['the same share of another cost', sums('100', '5'), sums('300', '15'), 'the same share as 5\u00a0%'],
  ['no cost before', sums('0', '0'), sums('300', '15'), null],
  ['credits', sums('-5', '0'), sums('300', '15'), null],
])('describes the change to %s', (_name, before, after, words) => {
  expect(describeShareChange(before, after)).toBe(words);
});
