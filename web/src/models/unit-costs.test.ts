import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { VersionEvidence } from '../../../src/tradeoff/evidence/schema.ts';
import type { UnitCost } from '../../../src/tradeoff/unit-cost/schema.ts';
import { comparedScale, sameTerms } from './unit-costs.ts';

interface Terms {
  readonly basis: 'benchmark' | 'served';
  readonly currency: string;
  readonly hardware: string;
  readonly day: string;
  readonly batchSize: number | null;
}

const unitCost = fc.record({
  basis: fc.constantFrom('benchmark' as const, 'served' as const),
  currency: fc.constantFrom('USD', 'EUR'),
  hardware: fc.constantFrom('1 x gpu', '2 x vcpu'),
  day: fc.constantFrom('01', '02'),
  batchSize: fc.constantFrom(null, 1, 64),
});

const buildCost = ({ basis, currency, hardware, day, batchSize }: Terms): UnitCost => ({
  basis,
  perThousand: { amount: '1', currency },
  reason: null,
  interval: null,
  busy: null,
  idle: null,
  hardware: { name: hardware, pricePerHour: { amount: '1', currency }, priceSource: 'own' },
  batchSize: basis === 'benchmark' ? batchSize : null,
  endpoint: null,
  window: { start: `2026-11-${day}T00:00:00Z`, end: `2026-11-${day}T12:00:00Z` },
  predictions: 1,
  predictionsPerMonth: null,
  serviceTime: null,
  source: 'test',
});

const versionWith = (unitCosts: UnitCost[]): VersionEvidence => ({
  model: 'm',
  version: '1',
  aliases: [],
  runId: null,
  createdAt: '2026-11-01T00:00:00Z',
  quality: [],
  trainingCost: {
    cost: null,
    reason: 'none',
    basis: 'metered',
    intervals: 0,
    predictions: null,
    window: null,
    source: '',
  },
  unitCosts,
});

it('puts two unit costs side by side only on one basis, hardware, batch size and currency, and served ones only in one window', () => {
  fc.assert(
    fc.property(unitCost, fc.array(unitCost, { maxLength: 4 }), (one, others) => {
      const cost = buildCost(one);
      const found = sameTerms(cost, versionWith(others.map(buildCost)));
      if (found === undefined) return;
      const buildTerms = (it: UnitCost) => [it.basis, it.hardware.name, it.batchSize, it.perThousand?.currency];
      expect(buildTerms(found)).toEqual(buildTerms(cost));
      if (cost.basis === 'served') expect(found.window).toEqual(cost.window);
    }),
  );
  expect(
    sameTerms(buildCost({ basis: 'served', currency: 'USD', hardware: '1 x gpu', day: '01', batchSize: null }), null),
  ).toBeUndefined();
});

it('shows compared costs for one number of predictions, that of the cheapest which is known', () => {
  const figure = (amount: string | null) => ({ perThousand: amount === null ? null : { amount, currency: 'USD' } });
  expect(comparedScale({ figures: [figure('0.0491'), figure('0.0000000005')] })?.per).toBe('1B');
  expect(comparedScale({ figures: [figure('0.0491'), figure(null)] })?.per).toBe('1,000');
  expect(comparedScale({ figures: [figure(null)] })).toBeUndefined();
});
