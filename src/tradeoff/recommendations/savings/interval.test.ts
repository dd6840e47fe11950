import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { type Decimal, decimal } from '../../../platform/units/index.ts';
import { computeSavingInterval } from './interval.ts';

const days = (...amounts: number[]): Decimal[] => amounts.map((amount) => decimal(amount));
const ends = (of: Decimal[], mean: string, most: string) => {
  const { lower, upper } = computeSavingInterval(of, decimal(mean), decimal(most));
  return [lower.toFixed(), upper.toFixed()];
};

describe('the interval of a saving', () => {
  it.each<[string, Decimal[], string, string, string, string]>([
    ['with fewer than four days is from nothing to all', days(100, 100, 100), '100', '120', '0', '120'],
    [
      'of days that are alike leaves room for one that is not',
      days(...Array(14).fill(100)),
      '100',
      '120',
      '78.571429',
      '100',
    ],
    ['is never above what is paid', days(100, 20, 100, 20), '60', '80', '0', '80'],
  ])('%s', (_, of, mean, most, lower, upper) => {
    expect(ends(of, mean, most)).toEqual([lower, upper]);
  });

  /** How often the mean of the next 30 days lies within it. */
  function coverage(seed: number, history: number, day: (random: () => number, index: number) => number): number {
    const random = createRandom(seed);
    const draws = 1500;
    let held = 0;
    for (let draw = 0; draw < draws; draw += 1) {
      const offset = Math.floor(random() * 7);
      const all = Array.from({ length: history + 30 }, (_, index) => day(random, index + offset));
      const mean = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
      const [before, after] = [all.slice(0, history), mean(all.slice(history))];
      const { lower, upper } = computeSavingInterval(days(...before), decimal(mean(before)), decimal(100));
      if (lower.lessThanOrEqualTo(after + 1e-6) && upper.greaterThanOrEqualTo(after - 1e-6)) held += 1;
    }
    return held / draws;
  }

  it.each<[string, number, (random: () => number, index: number) => number]>([
    ['14 days that vary evenly', 14, (random) => 100 * random()],
    ['4 days that vary evenly', 4, (random) => 100 * random()],
    ['14 days of which three in ten save nothing', 14, (random) => (random() < 0.3 ? 0 : 100)],
    ['14 days of which one in fifty saves nothing', 14, (random) => (random() < 0.02 ? 0 : 100)],
    ['14 days with quiet weekends', 14, (random, index) => (index % 7 < 2 ? 90 : 30) + 10 * random()],
    ['7 days with quiet weekends', 7, (random, index) => (index % 7 < 2 ? 90 : 30) + 10 * random()],
  ])('of %s holds the next month in 93 of 100 draws at least', (_, history, day) => {
    expect(coverage(history, history, day)).toBeGreaterThan(0.93);
  });
});
