import { expect, it } from 'vitest';
import type { CoverageRow } from '../../../src/finops/allocation/schema.ts';
import { coverageSeries } from './coverage-series.ts';

function row(period: string, day: string | null, parts: Partial<CoverageRow>): CoverageRow {
  const zero = { total: '0', allocated: '0', idle: '0', unallocated: '0', sharedUnallocated: '0' };
  return { period, day, value: null, currency: 'USD', allocatedRatio: null, rowsWithoutMetric: 0, ...zero, ...parts };
}

it('stacks what has somebody below what has not, and leaves out parts that are nowhere', () => {
  const rows = [
    row('2026-11', null, { allocated: '8', unallocated: '2', allocatedRatio: 0.8 }),
    row('2026-10', null, { allocated: '5', sharedUnallocated: '5', allocatedRatio: 0.5 }),
    row('2026-10', null, { currency: 'EUR', idle: '7' }),
  ];
  const { slots, series, share } = coverageSeries(rows, 'USD', 'period');
  expect(slots).toEqual(['2026-10', '2026-11']);
  expect(series.map(({ id, amounts }) => [id, amounts])).toEqual([
    ['allocated', ['5', '8']],
    ['sharedUnallocated', ['5', '0']],
    ['unallocated', ['0', '2']],
  ]);
  expect(share.ratios).toEqual([0.5, 0.8]);
});

it('takes days, and keeps charges without a date', () => {
  const rows = [row('2026-11', '2026-11-02', { allocated: '1' }), row('2026-11', null, { allocated: '3' })];
  expect(coverageSeries(rows, 'USD', 'day').slots).toEqual(['', '2026-11-02']);
});
