import { expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../platform/units/index.ts';
import { buildMoneySeries } from '../money-series.ts';
import { computeUnitCosts, type UnitGroup } from './compute.ts';

const group = (
  costs: Readonly<Record<string, string>>,
  units: Readonly<Record<string, string>>,
  { key = null, currency = 'USD' }: { readonly key?: string | null; readonly currency?: string } = {},
): UnitGroup => ({
  key,
  cost: buildMoneySeries(
    Object.entries(costs).map(([day, amount]) => ({ day, currency, amount })),
    null,
  ),
  units: new Map(Object.entries(units).map(([day, quantity]) => [day, decimal(quantity)])),
});
const [ONE, TWO, THREE, NEXT] = ['2026-10-01', '2026-10-02', '2026-10-03', '2026-11-01'] as const;

it('divides the cost of the days that have both, by day and by month', () => {
  const groups = [group({ [ONE]: '10', [TWO]: '6', [NEXT]: '9' }, { [ONE]: '4', [TWO]: '4', [NEXT]: '3' })];
  expect(computeUnitCosts(groups, 'day').rows).toMatchObject([
    { period: ONE, costPerUnit: { amount: '2.5', currency: 'USD' } },
    { period: TWO, costPerUnit: { amount: '1.5' } },
    { period: NEXT, costPerUnit: { amount: '3' } },
  ]);
  const { rows, total } = computeUnitCosts(groups, 'month');
  expect(rows).toMatchObject([
    { period: '2026-10', cost: { amount: '16' }, quantity: '8', costPerUnit: { amount: '2' } },
    { period: '2026-11', costPerUnit: { amount: '3' } },
  ]);
  expect(total).toMatchObject({ cost: { amount: '25' }, quantity: '11', days: 3 });
});

it('never divides a day with cost and no units, 0 units, or units and no cost: these are listed', () => {
  const found = computeUnitCosts([group({ [ONE]: '10', [TWO]: '6' }, { [ONE]: '0', [THREE]: '5' })], 'month');
  expect(found).toMatchObject({
    rows: [],
    total: { cost: null, quantity: '0', costPerUnit: null, reason: 'no day has both cost and units' },
    costWithoutUnits: { days: 2, amount: '16', list: [{ day: ONE }, { day: TWO }] },
    unitsWithoutCost: { days: 1, amount: '5', list: [{ day: THREE, key: null }] },
  });
});

it('conserves cost and units: quotients and left out days sum to everything', () => {
  const costs = { [ONE]: '1.1', [TWO]: '2.2', [NEXT]: '0.7' };
  const found = computeUnitCosts(
    [group(costs, { [TWO]: '3', [THREE]: '4' }, { key: 'a' }), group({ [ONE]: '5' }, { [ONE]: '2' }, { key: 'b' })],
    'day',
  );
  const shown = found.rows.map(({ cost }) => cost?.amount ?? '0');
  expect(sumDecimals([...shown, found.costWithoutUnits.amount ?? '0'])).toBe('9');
  expect(
    sumDecimals([...found.rows.map(({ quantity }) => quantity ?? '0'), found.unitsWithoutCost.amount ?? '0']),
  ).toBe('9');
});

it('divides nothing in several currencies, and says so', () => {
  const groups = [
    group({ [ONE]: '1' }, { [ONE]: '1' }, { key: 'a' }),
    group({ [ONE]: '1' }, { [ONE]: '1' }, { key: 'b', currency: 'EUR' }),
  ];
  expect(computeUnitCosts(groups, 'day')).toMatchObject({
    currency: null,
    rows: [{ cost: null, costPerUnit: null, reason: 'the costs are in EUR and USD' }, { costPerUnit: null }],
    total: { costPerUnit: null, reason: 'the costs are in EUR and USD' },
    costWithoutUnits: { amount: null },
  });
});
