import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { listPeriods, periodSeries, restatedMoney } from './period-series.ts';

function entry(source: string, period: string | null, amount: string, current = true): Delivery {
  return {
    source,
    period,
    current,
    totals: [{ metric: 'billedCost', currency: 'USD', amount }],
  } as unknown as Delivery;
}

it('sums what counts by source and period, and leaves out what does not', () => {
  const entries = [
    entry('aws', '2026-09', '1', false),
    entry('aws', '2026-09', '2.5'),
    entry('aws', '2026-09', '0.1'),
    entry('azure', '2026-10', '4'),
    entry('azure', null, '9'),
  ];
  const periods = listPeriods(entries);
  expect(periods).toEqual(['2026-09', '2026-10']);
  const series = periodSeries(entries, periods, 'USD');
  expect(series.map(({ id, amounts }) => [id, amounts])).toEqual([
    ['aws', ['2.6', null]],
    ['azure', [null, '4']],
  ]);
});

it('sums the sources beyond the seventh', () => {
  const entries = [...'abcdefghi'].map((source) => entry(source, '2026-09', '1'));
  const series = periodSeries(entries, ['2026-09'], 'USD');
  expect(series).toHaveLength(8);
  expect(series.at(-1)).toMatchObject({ label: 'other (2)', amounts: ['2'] });
});

it('says how much billed cost a restatement moved, and nothing where none did', () => {
  const change = { metric: 'billedCost', currency: 'USD', before: '1', after: '2', serviceName: null } as const;
  const delta = [
    { ...change, delta: '1.5' },
    { ...change, delta: '-2' },
    { ...change, metric: 'listCost' as const, delta: '7' },
    { ...change, delta: null },
  ];
  expect(restatedMoney({ delta })).toEqual([{ amount: '-0.5', currency: 'USD' }]);
  expect(restatedMoney({ delta: [] })).toEqual([]);
});
