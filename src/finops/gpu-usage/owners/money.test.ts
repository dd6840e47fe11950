import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import { computeTimeMoney, formatAmount, parseFraction } from './money.ts';

const HOUR_US = 3_600_000_000n;

describe('money of GPU times', () => {
  it('is exact where it can be', () => {
    expect(computeTimeMoney([{ us: HOUR_US, price: parseFraction('1.861') }]).map(formatAmount)).toEqual(['1.861']);
    expect(computeTimeMoney([{ us: HOUR_US / 3n, price: parseFraction('3') }]).map(formatAmount)).toEqual(['1']);
    expect(computeTimeMoney([])).toEqual([]);
    expect(computeTimeMoney([{ us: 0n, price: parseFraction('5') }]).map(formatAmount)).toEqual(['0']);
  });

  it('adds up to the whole, which is rounded half-even once, and no part is off by a whole unit', () => {
    const part = fc.record({
      us: fc.bigInt({ min: 0n, max: 10n ** 16n }),
      price: fc.constantFrom('3', '0.07', '1.861', '2.4'),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const money = computeTimeMoney(parts.map(({ us, price }) => ({ us, price: parseFraction(price) })));
        const exact = parts.map(({ us, price }) => decimal(String(us)).times(price).dividedBy('3600000000'));
        const sum = exact.reduce((total, one) => total.plus(one), decimal(0));
        expect(formatAmount(money.reduce((total, one) => total + one, 0n))).toBe(
          decimalString(sum.toDecimalPlaces(20)),
        );
        money.forEach((units, index) => {
          expect(
            decimal(formatAmount(units))
              .minus(exact[index] ?? 0)
              .abs()
              .lessThanOrEqualTo('1e-20'),
          ).toBe(true);
        });
      }),
    );
  });
});
