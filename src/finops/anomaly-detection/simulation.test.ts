import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../platform/units/durations.ts';
import { draws } from '../../testing/deep.ts';
import { normal, seeded } from '../../testing/random.ts';
import { createDetector, detect, type Episode } from './index.ts';
import { type Change, type CostSeries, createCostSeries, FIRST_DAY, toDailyPoints } from './seeded-costs.testing.ts';

const SERIES = draws(100, 20);
const WARM_UP_DAYS = 28;
/** A lasting change without an alarm within two weeks counts as missed. */
const FOUND_WITHIN_DAYS = 14;

interface Figures {
  readonly foundShare: number;
  readonly falseAlarmsPer100Days: number;
}

async function simulated(change: Change, dependence = 0): Promise<Figures> {
  let found = 0;
  let falseAlarms = 0;
  let days = 0;
  for (let seed = 0; seed < SERIES; seed += 1) {
    const series = createCostSeries(seed, change, { dependence });
    const { episodes } = await detect(toDailyPoints(series.values));
    const hits = episodes.filter((episode) => tells(episode, series));
    found += hits.length > 0 ? 1 : 0;
    falseAlarms += episodes.length - hits.length;
    days += series.values.length - WARM_UP_DAYS;
  }
  return { foundShare: found / SERIES, falseAlarmsPer100Days: (100 * falseAlarms) / days };
}

function tells({ startAt, endAt }: Episode, { change }: CostSeries): boolean {
  if (change === null) return false;
  const from = FIRST_DAY + change.from * DAY_MS;
  return startAt < from + Math.min(change.days, FOUND_WITHIN_DAYS) * DAY_MS && endAt >= from;
}

describe('daily costs with a week, a trend, noise of 3 to 8 %, fees on the first and other levels each month', () => {
  it('raise at most one false alarm in a hundred days', async () => {
    const { falseAlarmsPer100Days } = await simulated('none');
    expect(falseAlarmsPer100Days).toBeLessThan(1);
  });

  it.each<[string, Change]>([
    ['30 % more for 3 days', 'spike'],
    ['15 % more from then on, within two weeks', 'lasting'],
    ['40 % less for 2 days', 'dip'],
  ])('tell nine of ten times of %s', async (_, change) => {
    const { foundShare, falseAlarmsPer100Days } = await simulated(change);
    expect(foundShare).toBeGreaterThanOrEqual(0.9);
    expect(falseAlarmsPer100Days).toBeLessThan(1);
  });

  it('raise no more false alarms where a day has 30 % of the noise of the day before', async () => {
    const { falseAlarmsPer100Days } = await simulated('none', 0.3);
    expect(falseAlarmsPer100Days).toBeLessThan(1);
  });
});

describe('a point every five minutes for thirty days without a change', () => {
  const MINUTES_5 = 300_000;
  const ROWS = 30 * 288;
  const hasDay = (row: number) => 60 - 40 * Math.cos((2 * Math.PI * row) / 288);

  it.each<[string, number, (row: number, draw: number) => number]>([
    ['normal', 5, (_, draw) => draw],
    ['normal with a day', 2, (row, draw) => hasDay(row) + 5 * draw],
    ['lognormal', 15, (_, draw) => Math.exp(draw)],
  ])('of %s noise raises at most %i alarms, by the median of series', (_, most, draw) => {
    const alarms = Array.from({ length: draws(30, 3) }, (__, seed) => {
      const [next, detector] = [seeded(seed + 1), createDetector()];
      const scores = Array.from({ length: ROWS }, (___, row) => {
        return detector.push(FIRST_DAY + row * MINUTES_5, draw(row, normal(next))).score ?? 0;
      });
      return scores.filter((score) => score >= 0.5).length;
    });
    expect(alarms.toSorted((a, b) => a - b)[alarms.length >> 1]).toBeLessThanOrEqual(most);
  });
});
