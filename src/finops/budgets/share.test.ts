import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../platform/units/index.ts';
import { computeGrant } from './share.ts';

const claim = (over: Partial<Record<'room' | 'held' | 'own' | 'rate' | 'rates' | 'lease' | 'least', number>> = {}) => {
  const all = { room: 80, held: 0, own: 0, rate: 1, rates: 1, lease: 100, least: 1, ...over };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, decimal(value)]),
  ) as unknown as Parameters<typeof computeGrant>[0];
};

describe('what a reservation is granted', () => {
  it.each([
    ['a whole lease, where there is plenty', { room: 10_000 }, '100'],
    ['no more than it lacks of a lease', { room: 10_000, own: 70, held: 70 }, '30'],
    ['an eighth of its share, where it is short', { rates: 2 }, '5'],
    ['more for what costs more an hour', { rate: 3, rates: 4 }, '7.5'],
    ['the least that is worth having', { least: 30 }, '30'],
    ['what is left, and no more', { room: 3, least: 30 }, '3'],
    ['nothing where nothing is left', { room: 0 }, '0'],
    ['nothing to one that holds more than its share', { own: 50, held: 50 }, '0'],
    ['what is free, a whole lease', { rate: 0, rates: 0, lease: 0, least: 0 }, '0'],
  ] as const)('%s', (_name, over, expected) => {
    expect(computeGrant(claim(over)).toFixed()).toBe(expected);
  });

  it('is never more than the room and never less than nothing', () => {
    const amount = fc.integer({ min: 0, max: 10_000 });
    const any = fc.record({
      room: amount,
      held: amount,
      own: amount,
      rate: amount,
      rates: amount,
      lease: amount,
      least: amount,
    });
    fc.assert(
      fc.property(any, (over) => {
        const grant = computeGrant(claim(over));
        expect(grant.isNegative()).toBe(false);
        expect(grant.lessThanOrEqualTo(over.room)).toBe(true);
      }),
    );
  });
});
