import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../platform/units/durations.ts';
import { draws } from '../../testing/deep.ts';
import { seeded } from '../../testing/random.ts';
import { createCostSeries, FIRST_DAY } from '../anomaly-detection/seeded-costs.testing.ts';
import { computeAlarmStrength, FALSE_ALARMS_PER_30_DAYS } from './alarm-rate.ts';
import { judgeSeries, type Lesson } from './judge-series.ts';
import type { LedgerSeries } from './series.ts';
import { createSeriesMemory } from './series-memory.ts';

const SERIES = 200;
/** Number of judged series: all of them in `npm run test:deep`. */
const JUDGED = draws(SERIES);
const DAYS = 180;
const WARM_UP_DAYS = 28;
const FIRST = FIRST_DAY / DAY_MS;
/** Of a Poisson number with the stated mean, more than this many are seen in one of a thousand ledgers. */
const STATED = ((FALSE_ALARMS_PER_30_DAYS * (DAYS - WARM_UP_DAYS)) / 30) * (JUDGED / SERIES);
const MOST = Math.ceil(STATED + 3.1 * Math.sqrt(STATED));

const seriesOf = (values: readonly number[]): LedgerSeries => ({
  slice: [],
  measure: 'cost',
  currency: 'USD',
  unit: null,
  incompleteFrom: null,
  points: values.map((value, index) => ({ day: FIRST + index, value })),
});

describe('the alarm of many series', () => {
  it('takes more the more there are, within what was measured', () => {
    expect([1, 10, 200, 600, 1e6].map((count) => computeAlarmStrength(count))).toEqual([3.5, 3.79, 6.56, 7.87, 12]);
  });

  it('raises no more false ones in 200 series without a change than are stated for all of them', () => {
    const strength = computeAlarmStrength(SERIES);
    let alarms = 0;
    for (let seed = 0; seed < JUDGED; seed += 1) {
      alarms += judgeSeries(seriesOf(createCostSeries(seed, 'none', { days: DAYS }).values), strength, []).length;
    }
    expect(alarms).toBeLessThanOrEqual(MOST);
  });

  it('still finds what doubles for three days, and what rises by a third for good, in nine of ten of 200 series', () => {
    const strength = computeAlarmStrength(SERIES);
    let [spikes, lasting] = [0, 0];
    const tried = draws(40, 10);
    for (let seed = 0; seed < tried; seed += 1) {
      const { values } = createCostSeries(seed, 'none', { days: 130 });
      const changed = (days: number, ratio: number) =>
        values.map((value, day) => (day >= 100 && day < 100 + days ? value * ratio : value));
      const found = (days: number, ratio: number) =>
        judgeSeries(seriesOf(changed(days, ratio)), strength, []).some(
          ({ firstDay, lastDay }) => firstDay <= FIRST + 114 && lastDay >= FIRST + 100,
        );
      spikes += found(3, 2) ? 1 : 0;
      lasting += found(30, 1.33) ? 1 : 0;
    }
    expect(spikes / tried).toBeGreaterThanOrEqual(0.9);
    expect(lasting / tried).toBeGreaterThanOrEqual(0.9);
  });
});

/** 100 on workdays, 80 on weekends, times the factor of `changes` on some days. */
const regular = (changes: Readonly<Record<number, number>>, days = 120) =>
  seriesOf(
    Array.from({ length: days }, (_, day) => {
      const usual = [0, 6].includes(new Date(FIRST_DAY + day * DAY_MS).getUTCDay()) ? 80 : 100;
      return usual * (1 + 0.01 * Math.sin(day * 12.9898)) * (changes[day] ?? 1);
    }),
  );

describe('what people said of a series', () => {
  const spike = regular({ 60: 1.35, 80: 1.32 });
  const found = (lessons: readonly Lesson[], series = spike) =>
    judgeSeries(series, 7, lessons).map(({ firstDay }) => firstDay - FIRST);
  const wrong = (afterDay: number): Lesson => ({ afterDay: FIRST + afterDay, strengthRatio: 1.2 });

  it('lets the next alarm take more when one was wrong, but changes nothing of what was before', () => {
    expect(found([])).toEqual([60, 80]);
    expect(found([wrong(65)])).toEqual([60]);
  });

  it('lets it take twice as much at the most', () => {
    const series = regular({ 60: 1.35, 80: 1.8 });
    expect(found([65, 66, 67, 68, 69, 70].map(wrong), series)).toEqual([60, 80]);
  });

  it('makes what goes on the usual when it was expected, and only what goes its way', () => {
    const rise = regular(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [60 + index, 1.5])));
    const ends = (direction: 1 | -1, firstDay: number, lastDay: number) => {
      const accept = { direction, firstDay: FIRST + firstDay, lastDay: FIRST + lastDay };
      return judgeSeries(rise, 7, [{ afterDay: FIRST + 63, accept }]).map((one) => one.lastDay - FIRST);
    };
    expect(ends(1, 60, 63)).toEqual([63]);
    expect(ends(-1, 60, 63)).toEqual([73]);
    expect(ends(1, 40, 42)).toEqual([73]);
  });
});

describe('what is remembered of the judging before', () => {
  it('changes no judgement, whatever days are restated, added or complete meanwhile', () => {
    const memory = createSeriesMemory();
    const next = seeded(11);
    const lessons: Lesson[] = [{ afterDay: FIRST + 75, strengthRatio: 1.2 }];
    let values = createCostSeries(5, 'spike', { days: 150 }).values;
    let resumed = 0;
    for (let round = 0; round < 24; round += 1) {
      const length = 100 + Math.floor(50 * next());
      const changed = Math.floor(150 * next());
      values = values.map((value, day) => (day === changed ? value * 1.4 : value));
      const incompleteFrom = next() < 0.5 ? null : FIRST + length - 2;
      const series = { ...seriesOf(values.slice(0, length)), incompleteFrom };
      const said = next() < 0.8 ? lessons : [];
      const remembering = {
        ...memory,
        resume: (...asked: Parameters<typeof memory.resume>) => {
          const from = memory.resume(...asked);
          resumed += from?.points ?? 0;
          return from;
        },
      };
      expect(judgeSeries(series, 4, said, remembering)).toEqual(judgeSeries(series, 4, said));
    }
    expect(resumed).toBeGreaterThan(300);
  });
});

describe('days of bills that are not complete', () => {
  it('are no dip, and do not end a rise', () => {
    const series = { ...regular({ 116: 1.6, 117: 1.6, 118: 0.2, 119: 0.2 }), incompleteFrom: FIRST + 118 };
    expect(judgeSeries(series, 7, [])).toMatchObject([{ direction: 1, open: true, lastDay: FIRST + 117 }]);
  });

  it('can be a rise', () => {
    const series = { ...regular({ 118: 1.6, 119: 1.6 }), incompleteFrom: FIRST + 118 };
    expect(judgeSeries(series, 7, [])).toMatchObject([{ direction: 1, open: true, firstDay: FIRST + 118 }]);
  });
});
