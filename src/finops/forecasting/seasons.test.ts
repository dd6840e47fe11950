import { describe, expect, it } from 'vitest';
import { createDraws, drawSeries } from './drawn.testing.ts';
import { findSeasons, selectSeasons } from './seasons.ts';

const week = drawSeries(createDraws(3), { count: 400, period: 7, season: 3, slope: 0.01, memory: 0.3 });

describe('the seasons of a series', () => {
  it('are found where they are', () => {
    expect(findSeasons(week, [7, 30])).toEqual([7]);
    const both = week.map((value, at) => value + 6 * Math.sin((2 * Math.PI * at) / 50));
    expect(findSeasons(both, [50, 7])).toEqual([7, 50]);
  });

  it('are not found in noise, on a line, or of fewer than four cycles', () => {
    let found = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const noise = drawSeries(createDraws(seed), { count: 120, period: 7, season: 0, slope: 0.05, memory: 0.5 });
      found += findSeasons(noise, [7]).length;
    }
    expect(found / 200).toBeLessThan(0.1);
    expect(
      findSeasons(
        Float64Array.from({ length: 100 }, (_, at) => at),
        [7],
      ),
    ).toEqual([]);
    expect(findSeasons(week.subarray(0, 27), [7])).toEqual([]);
  });

  it('that are told are used: the shortest in any case, a longer one when it shows', () => {
    expect(selectSeasons(week, [30, 7], [12])).toEqual([7]);
    expect(selectSeasons(week, [5], [7])).toEqual([5]);
    expect(selectSeasons(week, [], [7])).toEqual([]);
    expect(selectSeasons(week, null, [7])).toEqual([7]);
  });
});
