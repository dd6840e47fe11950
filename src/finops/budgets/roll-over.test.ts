import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, decimalString, findLargest, findSmallest } from '../../platform/units/index.ts';
import { computeRollover, type PastWindow } from './roll-over.ts';

const past = (allowed: string, spent: string | null, most = allowed): PastWindow => ({
  allowed: decimal(allowed),
  spent: spent === null ? null : decimal(spent),
  most: decimal(most),
});
const text = (amount: Decimal | null) => (amount === null ? null : decimalString(amount));

describe('what rolls over', () => {
  it.each([
    ['nothing where there was no window before', [], '0'],
    ['what the last window left', [past('100', '30.25')], '69.75'],
    ['nothing of a window that was overdrawn', [past('100', '130')], '0'],
    ['what is left of what had rolled over too', [past('100', '40'), past('100', '30')], '100'],
    ['at most one amount', [past('100', '0'), past('100', '0')], '100'],
    ['an overdraft is no debt', [past('100', '20'), past('100', '900')], '80'],
    ['nothing had rolled over into the last window', [past('100', '90', '0')], '10'],
    ['not known where it is not known what was spent last', [past('100', null), past('100', '0')], null],
    ['nothing from before a window of which nothing is known', [past('100', '40'), past('100', null)], '60'],
    ['what was approved beyond an amount is left, too', [past('150', '120', '100')], '30'],
  ] as const)('is %s', async (_case, before, expected) => {
    expect(text(await computeRollover(decimal('100'), before))).toBe(expected);
  });

  it('is what counting from the first window on says, and asks for no more windows than matter', async () => {
    const amount = fc.integer({ min: 0, max: 300 }).map((cents) => decimal(cents).dividedBy(100));
    const window = fc.record({ allowed: amount, spent: amount, most: amount });
    await fc.assert(
      fc.asyncProperty(amount, fc.array(window, { maxLength: 12 }), async (most, before) => {
        let rolled = decimal(0);
        for (const [index, one] of [...before.entries()].toReversed()) {
          const bound = before[index - 1]?.most ?? most;
          const left = one.allowed.plus(rolled).minus(one.spent);
          rolled = findLargest(decimal(0), findSmallest(left, bound));
        }
        expect(text(await computeRollover(most, before))).toBe(text(rolled));
      }),
    );
    const asked: number[] = [];
    const windows = [past('100', '20'), past('100', '0'), past('100', '0')];
    const seen = (one: PastWindow, index: number) => {
      asked.push(index);
      return one;
    };
    await computeRollover(decimal('100'), windows.values().map(seen));
    expect(asked).toEqual([0, 1]);
  });
});
