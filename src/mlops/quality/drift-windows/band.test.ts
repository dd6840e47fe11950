import { describe, expect, it } from 'vitest';
import { distanceFromBand } from './band.ts';

const NUMBERS = {
  values: [1, 5, 9],
  ks: { low: [0.1, 0.6, 1], high: [0.2, 0.8, 1] },
  jensenshannon: { low: [0.1, 0.4, 0.2, 0], high: [0.2, 0.7, 0.4, 0] },
};
const counted = (...equal: number[]) => {
  let sum = 0;
  return { total: 100, equal, upTo: equal.map((count) => (sum += count)) };
};

describe('the distance of a window from the band of the periods', () => {
  it.each([
    ['within', counted(15, 55, 30), 0],
    ['on both edges', counted(10, 70, 20), 0],
    ['below', counted(15, 35, 50), 0.1],
    ['above', counted(35, 40, 25), 0.15],
    ['beyond the largest value', counted(10, 55, 10), 0.25],
  ] as const)('of numbers %s', (_, counts, distance) => {
    expect(distanceFromBand(NUMBERS, counts, 'ks')).toBeCloseTo(distance, 12);
  });

  it.each([
    ['within', counted(15, 55, 30), 0],
    [
      'of which 10 % are new',
      counted(10, 60, 20),
      Math.sqrt((0.9 * Math.log(18 / 19) + 0.1 * Math.log(2) + Math.log(20 / 19)) / 2),
    ],
    ['all of which are new', counted(0, 0, 0), Math.sqrt(Math.LN2)],
  ] as const)('of categories %s', (_, counts, distance) => {
    expect(distanceFromBand(NUMBERS, counts, 'jensenshannon')).toBeCloseTo(distance, 4);
  });

  it('is the largest of all where no period has any of the values for sure', () => {
    const band = { values: ['a', 'b'], ks: null, jensenshannon: { low: [0, 0, 0], high: [1, 1, 0] } };
    expect(distanceFromBand(band, { total: 9, equal: [0, 0], upTo: [] }, 'jensenshannon')).toBe(Math.sqrt(Math.LN2));
    expect(distanceFromBand(band, { total: 9, equal: [9, 0], upTo: [] }, 'jensenshannon')).toBe(0);
  });

  it('is not known without values, or by another measure', () => {
    expect(distanceFromBand(NUMBERS, { total: 0, equal: [0, 0, 0], upTo: [0, 0, 0] }, 'ks')).toBeNull();
    expect(distanceFromBand({ ...NUMBERS, ks: null }, counted(10, 60, 30), 'ks')).toBeNull();
  });
});
