import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { computeExpectedGain, computeRealisedSums } from './gain.ts';

const at = (value: number, lower: number | null, upper: number | null) => ({ value, lower, upper });
const usd = (amount: string) => ({ amount, currency: 'USD' });
const facts = { predictions: '1000', valuePerPrediction: usd('0.05'), cost: usd('2') };

describe('a realised gain', () => {
  it('is improvement x predictions x value, with the interval of a difference', () => {
    const [before, after] = [at(0.7, 0.68, 0.72), at(0.8, 0.77, 0.83)];
    expect(computeRealisedSums({ ...facts, metric: 'accuracy', before, after })).toEqual({
      ...{ improvement: '0.1', improvementLower: '0.063944487', improvementUpper: '0.136055513' },
      ...{ gain: usd('5'), gainLower: usd('3.197224'), gainUpper: usd('6.802776'), net: usd('3') },
    });
  });

  it('of an error is a fall, and of a version that is worse is negative', () => {
    const [high, low] = [at(12, 11, 13), at(10, 9, 12)];
    expect(computeRealisedSums({ ...facts, metric: 'mae', before: high, after: low })).toMatchObject({
      ...{ improvement: '2', improvementLower: '-0.236067977', improvementUpper: '3.414213562', gain: usd('100') },
    });
    expect(computeRealisedSums({ ...facts, metric: 'mae', before: low, after: high })).toMatchObject({
      improvement: '-2',
    });
    expect(
      computeRealisedSums({ ...facts, metric: 'f1', before: at(0.9, null, null), after: at(0.8, 0.7, 0.9) }),
    ).toEqual({
      ...{ improvement: '-0.1', improvementLower: null, improvementUpper: null },
      ...{ gain: usd('-5'), gainLower: null, gainUpper: null, net: usd('-7') },
    });
  });

  it.each([
    ['the quality before', { before: null }],
    ['the quality after', { after: null }],
    ['the traffic', { predictions: null }],
    ['the value', { valuePerPrediction: null }],
  ])('is not known without %s', (_, missing) => {
    const known = { ...facts, metric: 'accuracy', before: at(0.7, 0.6, 0.8), after: at(0.8, 0.7, 0.9) };
    expect(computeRealisedSums({ ...known, ...missing })).toMatchObject({ gain: null, gainLower: null, net: null });
    expect(computeRealisedSums({ ...known, cost: { amount: '1', currency: 'EUR' } }).net).toBeNull();
  });

  it('has an interval that holds 95 % of true differences of two shares', () => {
    const random = createRandom(4);
    const share = (p: number, n: number) =>
      Array.from({ length: n }, () => Number(random() < p)).reduce((a, b) => a + b) / n;
    const wilson = (p: number, n: number) => {
      const z = 1.959963984540054;
      const centre = (p + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
      const half = (z / (1 + z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
      return at(p, centre - half, centre + half);
    };
    let held = 0;
    for (let run = 0; run < 4000; run += 1) {
      const [before, after] = [wilson(share(0.75, 150), 150), wilson(share(0.9, 60), 60)];
      const { improvementLower, improvementUpper } = computeRealisedSums({
        ...facts,
        metric: 'accuracy',
        before,
        after,
      });
      if (Number(improvementLower) <= 0.15 && Number(improvementUpper) >= 0.15) held += 1;
    }
    expect(held / 4000).toBeGreaterThan(0.94);
    expect(held / 4000).toBeLessThan(0.97);
  });
});

it('what was expected by now is the part of the horizon that has passed, and never more than all', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();
  const horizon = { start: day(1), end: day(31) };
  expect(computeExpectedGain(usd('120'), horizon, { start: day(3), end: day(13) })).toEqual(usd('40'));
  expect(computeExpectedGain(usd('120'), horizon, { start: day(3), end: day(300) })).toEqual(usd('120'));
  expect(computeExpectedGain(null, horizon, horizon)).toBeNull();
});
