import { describe, expect, it } from 'vitest';
import { type BookedPrice, splitAtPrices } from './timeline.ts';

const at = (text: string) => Date.parse(text);
const price = (amount: string, from: string, to: string | null): BookedPrice => ({
  resource: 'gpu:H100',
  price: { amount, currency: 'USD' },
  effectiveFrom: from,
  effectiveTo: to,
  origin: 'own',
  region: null,
  source: 'test',
  book: 'own@1',
  asOf: null,
});
const old = price('12.29', '2025-01-01T00:00:00Z', '2025-06-23T00:00:00Z');
const now = price('6.88', '2025-06-23T00:00:00Z', null);

describe('the stretches of a period', () => {
  it('cut where the price changes, to the millisecond', () => {
    const found = splitAtPrices([now, old], at('2025-06-22T12:00:00Z'), at('2025-06-23T12:00:00Z'));
    expect(found.missing).toBeNull();
    expect(found.stretches.map((s) => [s.price.price.amount, (s.end - s.start) / 3_600_000])).toEqual([
      ['12.29', 12],
      ['6.88', 12],
    ]);
  });

  it('end at the first instant without a price', () => {
    const found = splitAtPrices([old], at('2025-06-22T12:00:00Z'), at('2025-06-24T00:00:00Z'));
    expect(found.missing).toBe(at('2025-06-23T00:00:00Z'));
  });

  it('are none when the price begins later', () => {
    const found = splitAtPrices([now], at('2025-06-01T00:00:00Z'), at('2025-06-24T00:00:00Z'));
    expect(found).toEqual({ stretches: [], missing: at('2025-06-01T00:00:00Z') });
  });
});
