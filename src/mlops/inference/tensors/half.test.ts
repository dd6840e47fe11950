import fc from 'fast-check';
import { expect, it } from 'vitest';
import { halfToNumber, numberToHalf } from './half.ts';

it.each([
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65_504],
  [0x0400, 2 ** -14],
  [0x0001, 2 ** -24],
  [0x7c00, Number.POSITIVE_INFINITY],
  [0x3555, 0.333251953125],
])('%i is the number %d', (bits, value) => {
  expect(halfToNumber(bits)).toBe(value);
  expect(numberToHalf(value)).toBe(bits);
});

it('every half comes out as it went in', () => {
  for (let bits = 0; bits < 2 ** 16; bits += 1) {
    const value = halfToNumber(bits);
    if (!Number.isNaN(value) && !(value === 0 && bits !== 0)) expect(numberToHalf(value)).toBe(bits);
  }
});

it('a number becomes the nearest half', () => {
  fc.assert(
    fc.property(fc.double({ min: -65_000, max: 65_000, noNaN: true }), (value) => {
      const bits = numberToHalf(value);
      const error = Math.abs(halfToNumber(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        const distance = Math.abs(halfToNumber(other & 0xffff) - value);
        if (Number.isFinite(distance)) expect(error).toBeLessThanOrEqual(distance);
      }
    }),
  );
});
