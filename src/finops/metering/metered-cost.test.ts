import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import { type BookedPrice, toUsedPrice } from '../prices/index.ts';
import { computeMeteredCost, computeResourceHours } from './metered-cost.ts';

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

describe('metered cost', () => {
  it('is quantity times hours times price', () => {
    const metered = computeMeteredCost({ resource: 'gpu', quantity: '2', start: 0, end: HOUR / 2 }, [
      price('6.88', 0, null),
    ]);
    expect(metered.cost).toEqual({ amount: '6.88', currency: 'USD' });
    expect(computeResourceHours({ resource: 'gpu', quantity: '2', start: 0, end: HOUR / 2 })).toBe('1');
  });

  it('takes each stretch at the price of its date', () => {
    const prices = [price('12', 0, HOUR), price('6', HOUR, null)];
    const metered = computeMeteredCost({ resource: 'gpu', quantity: '1', start: 0, end: 3 * HOUR }, prices);
    expect(metered.cost?.amount).toBe('24');
  });

  it('is unknown, not zero, where the book has no price', () => {
    const metered = computeMeteredCost({ resource: 'tpu', quantity: '1', start: 0, end: HOUR }, []);
    expect(metered).toMatchObject({ cost: null, reason: 'the price book has no "tpu"' });
  });

  it('is unknown when only a part of the interval is priced', () => {
    const metered = computeMeteredCost({ resource: 'gpu', quantity: '1', start: 0, end: 2 * HOUR }, [
      price('1', 0, HOUR),
    ]);
    expect(metered.reason).toBe('the price book has no price for "gpu" at 1970-01-01T01:00:00.000Z');
  });

  it('does not depend on where an interval is cut, beyond the last of 20 decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 1, max: 10 ** 9 }), (first, second) => {
        const prices = [price('3.0600000001', 0, null)];
        const cost = (start: number, end: number) =>
          decimal(computeMeteredCost({ resource: 'gpu', quantity: '3', start, end }, prices).cost?.amount ?? 'NaN');
        const whole = cost(0, first + second);
        const parts = cost(0, first).plus(cost(first, first + second));
        expect(whole.minus(parts).abs().lessThanOrEqualTo('1e-20')).toBe(true);
      }),
    );
  });

  it('names the prices that it was made with, and they alone make it', () => {
    const change = fc.record({
      hours: fc.integer({ min: 1, max: 9 }),
      amount: fc.integer({ min: 1, max: 99 }),
      origin: fc.constantFrom('own', 'bill', 'catalogue', 'builtIn'),
    });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 6 }),
        fc.nat(20),
        fc.integer({ min: 1, max: 20 }),
        (changes, from, hours) => {
          let at = 0;
          const prices = changes.map(({ hours: long, amount, origin }, index) => {
            const start = at;
            at += long * HOUR;
            return { ...price(String(amount), start, at), origin, book: `book@${index}` };
          });
          const usage = { resource: 'gpu', quantity: '2', start: from * HOUR, end: (from + hours) * HOUR };
          const metered = computeMeteredCost(usage, prices);
          const used = metered.prices.map((one) => toUsedPrice(one, usage.resource, usage.end));
          expect(metered.cost === null).toBe(usage.end > at);
          expect(computeMeteredCost(usage, metered.prices).cost).toEqual(metered.cost);
          if (metered.cost !== null) expect(used.length).toBeGreaterThan(0);
          for (const one of used)
            expect(prices.find(({ book }) => book === one.book)).toMatchObject({ origin: one.origin });
        },
      ),
    );
  });
});
