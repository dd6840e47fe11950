import { expect, it } from 'vitest';
import type { ModelReturn } from '../../../src/tradeoff/returns/schema.ts';
import { buildTrendPanels } from './trend-panels.ts';

const point = (day: string, change: object = {}) => ({
  ...{ day, making: '1', running: '2', value: null, balance: null },
  ...change,
});
const found = {
  currency: 'USD',
  trend: [point('2026-11-01'), point('2026-11-02', { value: '9', balance: '6' })],
  marks: [
    { at: '2026-11-02T10:00:00Z', version: '1', kind: 'registered', endpoint: null },
    { at: '2026-11-02T11:00:00Z', version: '1', kind: 'served', endpoint: 'home' },
    { at: '2026-12-02T11:00:00Z', version: '2', kind: 'registered', endpoint: null },
  ],
} as unknown as ModelReturn;

it('draws an unknown value as a gap, never as 0, and names exact amounts', () => {
  const [daily, balance] = buildTrendPanels(found).panels;
  const value = daily?.series.find(({ id }) => id === 'value');
  expect(value?.values).toEqual([null, 9]);
  expect([value?.formatPoint(0), value?.formatPoint(1)]).toEqual(['unknown', '$9.00']);
  expect(balance?.series[0]?.values).toEqual([null, 6]);
});

it('has one mark a day with all versions, and none for days outside', () => {
  expect(buildTrendPanels(found).marks).toEqual([{ index: 1, label: 'v1 registered, v1 served by home' }]);
});
