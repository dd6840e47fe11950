import { describe, expect, it } from 'vitest';
import { DAY_MS } from '../../platform/units/durations.ts';
import { normal, seeded } from '../../testing/random.ts';
import {
  computeIncreases,
  createDetector,
  type Detector,
  type DetectorState,
  detect,
  type Judgement,
} from './index.ts';
import { createCostSeries, FIRST_DAY, toDailyPoints } from './seeded-costs.testing.ts';

const MINUTES_5 = 300_000;
type Points = (readonly [at: number, value: number])[];

const daily = (values: readonly number[]): Points => values.map((value, day) => [FIRST_DAY + day * DAY_MS, value]);

/** Requests of a service: daily cycles from 20 to 100 with noise, modified by the test. */
function requests(days: number, change: (index: number, usual: number) => number = (_, usual) => usual): Points {
  const next = seeded(11);
  return Array.from({ length: days * 288 }, (_, index) => {
    const usual = 60 - 40 * Math.cos((2 * Math.PI * index) / 288) + 2 * normal(next);
    return [FIRST_DAY + index * MINUTES_5, change(index, usual)];
  });
}

function judged(points: Points, detector: Detector = createDetector()): Judgement[] {
  return points.map(([at, value]) => detector.push(at, value));
}

const found = async (points: Points) => {
  const { episodes } = await detect(points.map(([at, value]) => ({ at, value })));
  return episodes.map(({ startAt, endAt, kind, points: count, open }) => ({
    from: (startAt - FIRST_DAY) / DAY_MS,
    to: (endAt - FIRST_DAY) / DAY_MS,
    kind,
    count,
    open,
  }));
};

const week = (day: number): number => (day % 7 < 5 ? 100 : 60);
const regular = (days: number, change: (day: number) => number = () => 1): Points => {
  const next = seeded(5);
  return daily(Array.from({ length: days }, (_, day) => week(day) * change(day) * (1 + 0.02 * normal(next))));
};

describe.each<[string, Points]>([
  ['daily costs', daily(createCostSeries(3, 'spike').values)],
  ['requests of every five minutes', requests(8, (index, usual) => (index > 1500 && index < 1520 ? 160 : usual))],
])('a detector of %s', (_, points) => {
  const whole = judged(points);

  it('tells what is out of the ordinary', () => {
    expect(whole.some(({ score }) => (score ?? 0) >= 0.5)).toBe(true);
  });

  it('judges a point by nothing that comes after it', () => {
    const cut = Math.floor(points.length * 0.8);
    const changed = points.map(([at, value], index): [number, number] => [at, index < cut ? value : 7 * value + 1e6]);
    expect(judged(changed).slice(0, cut)).toEqual(whole.slice(0, cut));
  });

  it.each([5, 40, 100, 0.9])('goes on from its state, kept as JSON, after %j', (after) => {
    const cut = after < 1 ? Math.floor(points.length * after) : after;
    const first = createDetector();
    const before = judged(points.slice(0, cut), first);
    const kept = JSON.parse(JSON.stringify(first.state())) as DetectorState;
    const second = createDetector(kept);
    expect(second.open()).toEqual(first.open());
    expect([...before, ...judged(points.slice(cut), second)]).toEqual(whole);
  });

  it('scores from 0 to 1', () => {
    const scores = whole.flatMap(({ score }) => (score === null ? [] : [score]));
    expect(scores.length).toBeGreaterThan(points.length / 2);
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  });
});

describe('episodes of daily values', () => {
  it('are a spike, with what it cost more', async () => {
    const points = regular(100, (day) => (day >= 80 && day < 83 ? 1.5 : 1));
    const { episodes } = await detect(points.map(([at, value]) => ({ at, value })));
    expect(episodes).toMatchObject([{ kind: 'spike', points: 3, open: false, startAt: FIRST_DAY + 80 * DAY_MS }]);
    const usual = week(80) + week(81) + week(82);
    expect(episodes[0]?.impact).toBeGreaterThan(0.4 * usual);
    expect(episodes[0]?.impact).toBeLessThan(0.6 * usual);
  });

  it('keep a dip apart from a spike beside it', async () => {
    const change = (day: number) => (day === 80 ? 1.6 : day === 81 ? 0.4 : 1);
    expect(await found(regular(100, change))).toEqual([
      { from: 80, to: 80, kind: 'spike', count: 1, open: false },
      { from: 81, to: 81, kind: 'dip', count: 1, open: false },
    ]);
  });

  it('are a level shift when the change stays, and end when it is the usual', async () => {
    const shifts = await found(regular(140, (day) => (day >= 80 ? 1.25 : 1)));
    expect(shifts).toEqual([{ from: 80, to: 93, kind: 'level_shift', count: 14, open: false }]);
  });

  it('are zero where a service fell silent, and go on while it is', async () => {
    const points = regular(90, (day) => (day >= 85 ? 0 : 1));
    expect(await found(points)).toEqual([{ from: 85, to: 89, kind: 'zero', count: 5, open: true }]);
  });

  it('are none for a fee that comes on the first of each month, from the third on', async () => {
    const first = (day: number) => new Date(FIRST_DAY + day * DAY_MS).getUTCDate() === 1;
    const episodes = await found(regular(200, (day) => (first(day) ? 1.4 : 1)));
    expect(episodes.filter(({ from }) => from > 31)).toEqual([]);
  });

  it('are none for a series of zeros, of one value, or of credits', async () => {
    expect(await found(daily(Array.from({ length: 365 }, () => 0)))).toEqual([]);
    expect(await found(daily(Array.from({ length: 365 }, () => 12.5)))).toEqual([]);
    expect(await found(regular(120).map(([at, value]) => [at, -value]))).toEqual([]);
  });

  it('tell the first cost after a year of none', async () => {
    const values = Array.from({ length: 365 }, (_, day) => (day < 360 ? 0 : 0.02));
    expect(await found(daily(values))).toEqual([{ from: 360, to: 364, kind: 'spike', count: 5, open: true }]);
  });

  it('are found across gaps and in weekly values', async () => {
    const gaps = regular(120, (day) => (day === 100 ? 2 : 1)).filter((_, day) => day % 11 !== 3);
    expect(await found(gaps)).toMatchObject([{ from: 100, kind: 'spike' }]);
    const weekly = Array.from({ length: 60 }, (_, at): [number, number] => [
      FIRST_DAY + at * 7 * DAY_MS,
      at === 50 ? 200 : 100,
    ]);
    expect(await found(weekly)).toMatchObject([{ from: 350, kind: 'spike', count: 1 }]);
  });
});

describe('episodes of many points a day', () => {
  it('are a spike beyond everything seen', async () => {
    const points = requests(6, (index, usual) => (index >= 1400 && index < 1406 ? 180 : usual));
    expect(await found(points)).toMatchObject([{ kind: 'spike', count: 6, open: false }]);
  });

  it('are what is usual at another time of day only', async () => {
    const night = 5 * 288;
    const points = requests(6, (index, usual) => (index >= night && index < night + 12 ? 90 : usual));
    const [episode] = await found(points);
    expect(episode).toMatchObject({ kind: 'spike' });
    // The mean of an hour is compared, so that a value that is usual at noon takes some points at night.
    const minutes = ((episode?.from ?? 0) - 5) * 24 * 60;
    expect(minutes).toBeGreaterThanOrEqual(0);
    expect(minutes).toBeLessThanOrEqual(30);
  });

  it('are zero where nothing comes', async () => {
    const points = requests(6, (index, usual) => (index >= 1500 ? 0 : usual));
    expect(await found(points)).toMatchObject([{ kind: 'zero', from: 1500 / 288 }]);
  });

  it('are none for a series of one value', async () => {
    expect(await found(requests(6, () => 45))).toEqual([]);
  });
});

describe('odd series', () => {
  it.each<[string, Points]>([
    ['of nothing', []],
    ['of one point', [[FIRST_DAY, 5]]],
    ['whose time stands still', Array.from({ length: 500 }, () => [FIRST_DAY, 5])],
    ['of enormous values', daily(Array.from({ length: 100 }, (_, day) => (day % 2 === 0 ? 1e300 : -1e300)))],
  ])('%s are no failure', async (_, points) => {
    const { points: answered } = await detect(points.map(([at, value]) => ({ at, value })));
    expect(answered).toHaveLength(points.length);
    expect(answered.every(({ score }) => score === null || (score >= 0 && score <= 1))).toBe(true);
  });

  it('are judged in the order of time and answered in their own', async () => {
    const points = toDailyPoints(createCostSeries(3, 'spike').values);
    const sorted = await detect(points);
    const reversed = await detect(points.toReversed());
    expect(reversed.points.toReversed()).toEqual(sorted.points);
    expect(reversed.episodes).toEqual(sorted.episodes);
  });

  it('take an unknown value for a gap, never for zero', async () => {
    const points = regular(100).map(([at, value], day) => ({ at, value: day > 60 && day < 64 ? null : value }));
    const { points: answered, episodes } = await detect(points);
    expect(answered[62]).toMatchObject({ value: null, score: null });
    expect(episodes).toEqual([]);
  });

  it('teach nothing by a day that comes again', () => {
    const points = regular(60);
    const last = points.at(-1)?.[0] ?? 0;
    const detector = createDetector();
    judged(points, detector);
    const before = JSON.stringify(detector.state());
    expect(detector.push(last, 5000).score).toBeGreaterThan(0.9);
    expect(JSON.stringify(detector.state())).toBe(before);
  });
});

describe('the increases of a counter', () => {
  it('are unknown at the start and where it began anew', () => {
    const series = [5, 8, 2, 3, null, 9].map((value, at) => ({ at, value }));
    expect(computeIncreases(series).map(({ value }) => value)).toEqual([null, 3, null, 1, null, 6]);
  });
});
