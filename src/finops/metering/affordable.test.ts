import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import type { BookedPrice } from '../prices/index.ts';
import { computeAffordableUntil } from './affordable.ts';
import { computeMeteredCost } from './metered-cost.ts';

const HOUR = 3_600_000;
const price = (amount: string, from: number, to: number | null): BookedPrice => ({
  resource: 'gpu',
  price: { amount, currency: 'USD' },
  effectiveFrom: new Date(from).toISOString(),
  effectiveTo: to === null ? null : new Date(to).toISOString(),
  origin: 'own',
  region: null,
  source: 'test',
  book: 'own@1',
  asOf: null,
});

describe('how long an amount lasts', () => {
  it.each([
    ['one price', [price('3.60', 0, null)], '1', '0.01', 10_000],
    ['two units last half as long', [price('3.60', 0, null)], '2', '0.01', 5_000],
    ['a price that falls', [price('2', 0, HOUR), price('1', HOUR, null)], '1', '3', 2 * HOUR],
    ['a price that ends', [price('1', 0, HOUR)], '1', '5', HOUR],
    ['nothing lasts no time', [price('1', 0, null)], '1', '0', 0],
    ['what is free lasts as long as one looks', [price('0', 0, null)], '1', '0', 10 * HOUR],
    ['what has no price does not begin', [], '1', '5', 0],
    ['a part of a millisecond is not begun', [price('3600000', 0, null)], '1', '1.9', 1],
  ] as const)('%s', (_name, prices, quantity, amount, until) => {
    expect(computeAffordableUntil(prices, { quantity, start: 0 }, amount, 10 * HOUR)).toBe(until);
  });

  it('never costs more, and a millisecond more would', () => {
    const cents = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(cents, cents, cents, fc.integer({ min: 1, max: 64 }), (first, second, amount, units) => {
        const prices = [price(String(first / 100), 0, HOUR), price(String(second / 100), HOUR, null)];
        const held = { resource: 'gpu', quantity: String(units), start: 0 };
        const until = computeAffordableUntil(prices, held, String(amount / 100), 1000 * HOUR);
        const cost = (end: number) => decimal(computeMeteredCost({ ...held, end }, prices).cost?.amount ?? '0');
        if (until > 0) expect(cost(until).lessThanOrEqualTo(amount / 100)).toBe(true);
        if (until < 1000 * HOUR) expect(cost(until + 1).greaterThan(amount / 100)).toBe(true);
      }),
    );
  });
});
