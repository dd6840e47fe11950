import { describe, expect, it } from 'vitest';
import type { SliceDay } from '../costs/index.ts';
import { createSpend, isMinor } from './spend.ts';

const dayOf = (dimension: string | null, value: string | null, day: string, cost: string | null): SliceDay => ({
  ...{ dimension, value, currency: 'USD', day, cost },
  ...{ quantity: null, unit: null, through: '2026-11-14' },
});
const TEAM = { dimension: 'team', value: 'ads' };

it('the spend of a scope is that of the 30 days to the last day of the anomaly', () => {
  const spend = createSpend([
    dayOf(null, null, '2026-10-09', '5'),
    dayOf(null, null, '2026-10-10', '70.1'),
    dayOf(null, null, '2026-11-08', '0.2'),
    dayOf(null, null, '2026-11-09', '9'),
    { ...dayOf(null, null, '2026-11-08', '1000'), currency: 'EUR' },
    dayOf('team', 'ads', '2026-11-08', '12'),
    dayOf('team', 'maps', '2026-11-08', '13'),
  ]);
  const placed = { end: '2026-11-08', slice: [{ dimension: 'skuId', value: 'p4d' }], seenIn: [[], [TEAM]] };
  expect(spend({ ...placed, currency: 'USD' })).toEqual([
    { dimension: null, value: null, amount: '70.3' },
    { ...TEAM, amount: '12' },
  ]);
  expect(spend({ ...placed, currency: null })).toEqual([]);
});

describe('an anomaly is minor', () => {
  const spend = [
    { dimension: null, value: null, amount: '10000' },
    { ...TEAM, amount: '500' },
    { dimension: 'serviceName', value: 'S3', amount: '50' },
  ];
  it.each([
    ['below the share of everything', '99.99', [], 1, true],
    ['not at the share', '100', [], 1, false],
    ['not for its team, of which it is more', '99.99', [TEAM], 1, false],
    ['below the share of its team', '-4.99', [TEAM], 1, true],
    ['never at 0 %', '0', [], 0, false],
    ['not where no money is known', null, [], 1, false],
    ['not where the spend of the scope is not known', '1', [{ dimension: 'team', value: 'maps' }], 1, false],
    ['by the smallest of the parts of a scope', '0.4', [TEAM, { dimension: 'serviceName', value: 'S3' }], 1, true],
  ] as const)('%s', (_, impact, scope, percent, expected) => {
    expect(isMinor({ impact, spend }, scope, percent)).toBe(expected);
  });
});
