import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, sumDecimals } from '../../../platform/units/index.ts';
import { type Charge, findPeakQuantity, reconcileResource, type UsedInterval } from './reconcile.ts';

const HOUR = 3_600_000;
const ONE = { units: '1', source: 'one' } as const;

const held = (id: string, from: number, to: number, perHour: string | null, team = id): UsedInterval => ({
  id,
  subject: { team },
  resource: 'gpu:A10G',
  quantity: '1',
  start: from * HOUR,
  end: to * HOUR,
  cost:
    perHour === null
      ? null
      : {
          amount: decimal(perHour)
            .times(to - from)
            .toFixed(),
          currency: 'USD',
        },
});
const day: Charge = { start: 0, end: 24 * HOUR, billed: '48', hours: null };

describe('reconciling a resource', () => {
  it('shows what was held, what was idle and what was priced otherwise', () => {
    const found = reconcileResource([day], [held('a', 0, 12, '1.50'), held('b', 12, 18, '1.50')], ONE, 'USD');
    expect(found).toMatchObject({ billed: '48', reconciled: '36', idle: '12', metered: '27', priceVariance: '9' });
    expect(found.subjects).toEqual([
      { subject: { team: 'a' }, reconciled: '24', metered: '18', hours: '12' },
      { subject: { team: 'b' }, reconciled: '12', metered: '9', hours: '6' },
    ]);
  });

  it('splits by hours where the price book lacks a price, and says that the metered cost is not known', () => {
    const found = reconcileResource([day], [held('a', 0, 18, null), held('b', 18, 24, '1')], ONE, 'USD');
    expect(found).toMatchObject({ reconciled: '48', idle: '0', metered: null, priceVariance: null });
    expect(found.subjects.map(({ reconciled, metered }) => [reconciled, metered])).toEqual([
      ['36', null],
      ['12', '6'],
    ]);
  });

  it('counts hours that the bill states, and all units that the resource holds', () => {
    const charge = { ...day, hours: '10' };
    const found = reconcileResource([charge], [held('a', 0, 20, '1')], { units: '8', source: 'bill' }, 'USD');
    expect(found).toMatchObject({ billedHours: '80', meteredHours: '20', reconciled: '12', idle: '36' });
  });

  it('does not take a price of another currency for the same money', () => {
    expect(reconcileResource([day], [held('a', 0, 24, '2')], ONE, 'EUR').metered).toBeNull();
  });

  it('keeps the bill whole: subjects and idle are the billed rows, and metered and variance what was reconciled', () => {
    const hour = fc.integer({ min: 0, max: 48 });
    const cents = fc.bigInt(-(10n ** 9n), 10n ** 12n).map((units) => decimal(String(units)).dividedBy('1e7').toFixed());
    const charge = fc.record({ at: hour, hours: fc.integer({ min: 0, max: 30 }), billed: cents });
    const interval = fc.record({
      from: hour,
      hours: fc.integer({ min: 1, max: 30 }),
      price: fc.constantFrom('0', '1.5', '0.333', null),
    });
    fc.assert(
      fc.property(
        fc.array(charge, { minLength: 1, maxLength: 6 }),
        fc.array(interval, { maxLength: 6 }),
        (charges, intervals) => {
          const found = reconcileResource(
            charges.map(({ at, hours, billed }) => ({
              start: at * HOUR,
              end: (at + hours) * HOUR,
              billed,
              hours: null,
            })),
            intervals.map(({ from, hours, price }, index) =>
              held(String(index), from, from + hours, price, `t${index % 2}`),
            ),
            ONE,
            'USD',
          );
          expect(found.billed).toBe(sumDecimals(charges.map(({ billed }) => billed)));
          expect(sumDecimals([...found.subjects.map(({ reconciled }) => reconciled), found.idle])).toBe(found.billed);
          if (found.metered !== null)
            expect(sumDecimals([found.metered, found.priceVariance ?? 'NaN'])).toBe(found.reconciled);
        },
      ),
    );
  });
});

describe('the most held at once', () => {
  it('is the highest sum of what overlaps; what ends when another begins does not', () => {
    expect(findPeakQuantity([held('a', 0, 2, null), held('b', 2, 4, null), held('c', 3, 5, null)])).toBe('2');
    expect(findPeakQuantity([])).toBe('0');
  });
});
