import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Effects, effectNames } from '../../../../src/finops/costs/explain/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../../../src/platform/units/schema.ts';
import { findStep, largestEffects, STEPS, stepAmount, waterfallBars } from './steps.ts';

const amount = fc
  .bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
  .map((n) => decimalString(decimal(String(n)).div(1e8)));
const effects = fc
  .tuple(...effectNames.map(() => amount))
  .map((amounts) => Object.fromEntries(effectNames.map((name, index) => [name, amounts[index] ?? '0'])) as Effects);

it('loses nothing: the steps add up to the effects to the last decimal', () => {
  fc.assert(
    fc.property(effects, (parts) => {
      const bySteps = sumDecimals(STEPS.map((step) => stepAmount(parts, step)));
      expect(bySteps).toBe(sumDecimals(Object.values(parts)));
    }),
  );
});

it('puts every effect into a step', () => {
  expect(effectNames.map(findStep)).toEqual([
    ...['price', 'volume', 'mix', 'new', 'gone'],
    ...['other', 'other', 'other', 'other', 'other'],
  ]);
});

const none = Object.fromEntries(effectNames.map((name) => [name, '0'])) as Effects;

it('names the largest first, whatever its sign, and leaves out what is zero', () => {
  const parts = { ...none, price: '1', gone: '-3', tax: '2' };
  expect(largestEffects(parts).map(({ name }) => name)).toEqual(['gone', 'tax', 'price']);
});

it('begins each bar where the last one ended', () => {
  const bars = waterfallBars({ ...none, price: '10', volume: '-4', tax: '1' }, '7');
  expect(bars.map(({ id, start, end }) => [id, start, end])).toEqual([
    ['price', 0, 10],
    ['volume', 10, 6],
    ['mix', 6, 6],
    ['new', 6, 6],
    ['gone', 6, 6],
    ['other', 6, 7],
    ['change', 0, 7],
  ]);
});
