import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { createMeanChangeDetector } from './mean-change-detector.ts';

const drawNormal = (next: Random) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Standardised lognormal: a long tail of large values. */
const drawLognormal = (next: Random) => (Math.exp(drawNormal(next)) - Math.exp(0.5)) / Math.sqrt(Math.E * (Math.E - 1));

/** Standardised Student t with 3 degrees of freedom: its fourth moment is infinite. */
function drawT3(next: Random): number {
  const square = drawNormal(next) ** 2 + drawNormal(next) ** 2 + drawNormal(next) ** 2;
  return drawNormal(next) / Math.sqrt(square);
}

/** Gaussian AR(1) with this correlation at lag 1. */
function createSeries(correlation: number) {
  return (next: Random) => {
    let last = drawNormal(next);
    return () => {
      last = correlation * last + Math.sqrt(1 - correlation ** 2) * drawNormal(next);
      return last;
    };
  };
}

interface Law {
  /** Differences with mean 0 and variance 1 at first, one by one. */
  readonly open: (next: Random) => () => number;
  /** Variance of a mean of many, as a multiple of that of independent differences with variance 1. */
  readonly inflation: number;
}

const LAWS: Readonly<Record<string, Law>> = {
  normal: { open: (next) => () => drawNormal(next), inflation: 1 },
  'Student t, 3 degrees': { open: (next) => () => drawT3(next), inflation: 1 },
  'lognormal losses': { open: (next) => () => -drawLognormal(next), inflation: 1 },
  'lognormal gains': { open: (next) => () => drawLognormal(next), inflation: 1 },
  'AR(1) 0.6': { open: createSeries(0.6), inflation: 4 },
  'AR(1) 0.8': { open: createSeries(0.8), inflation: 9 },
  'a spread that triples': {
    open: (next) => {
      let count = 0;
      return () => {
        count += 1;
        return drawNormal(next) * (count > 1_000 ? 3 : 1);
      };
    },
    inflation: 9,
  },
};
const NAMES = Object.keys(LAWS);

function openLaw(name: string, seed: number): () => number {
  const law = LAWS[name];
  if (law === undefined) throw new Error(`there is no law ${name}`);
  return law.open(createRandom(seed));
}

const MARGIN = 0.1;

/** Observations from a loss of `beyond` standard deviations beyond the margin to the alarm, after 2,000 without a loss. */
function measureDelay(name: string, seed: number, beyond: number, averageRunLength: number): number {
  const next = openLaw(name, seed);
  const detector = createMeanChangeDetector({ margin: MARGIN, averageRunLength });
  for (let i = 0; i < 2_000; i += 1) detector.add(next());
  let delay = 1;
  while (!detector.add(next() - MARGIN - beyond)) delay += 1;
  return delay;
}

const computeMedian = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Losses beyond the margin, in standard deviations of a difference. */
const LOSSES = [0.25, 0.5, 1];

/** Figures of docs/sequential-tests.md. */
function report(name: string, what: string, figures: readonly number[]): void {
  if (process.env.REPORT !== '1') return;
  console.log(
    `| ${name} | ${what} | ${figures.map((figure) => Math.round(figure).toLocaleString('en')).join(' | ')} |`,
  );
}

describe('detection of a change of a mean without bounds', () => {
  // By hand from f(x) = 1 + x + x^2 / 2 and 1 / f(-x): batch means alternate between 1 and -1, so that s = 1, then one of -2 and one of 3.
  it('follows its recursion', () => {
    const detector = createMeanChangeDetector({ margin: 0.5, averageRunLength: 1e5 });
    const addBatch = (value: number) => Array.from({ length: 10 }, () => detector.add(value));
    for (let batch = 0; batch < 20; batch += 1) addBatch(batch % 2 === 0 ? 1 : -1);
    expect(detector.evidence()).toBe(0);
    addBatch(-2);
    const bets = Array.from({ length: 8 }, (_, place) => 2 ** -place);
    const influence = (x: number) => (x >= 0 ? 1 + x + x ** 2 / 2 : 1 / (1 - x + x ** 2 / 2));
    const first = bets.map((bet) => (influence(1.5 * bet) / (1 + bet ** 2)) * 10);
    const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / 8;
    expect(detector.evidence()).toBeCloseTo(average(first), 10);
    addBatch(3);
    const spread = Math.sqrt((20 / 21) * (1 + 4 / 21));
    const second = bets.map((bet, at) => (influence((-3.5 * bet) / spread) / (1 + bet ** 2)) * ((first[at] ?? 0) + 10));
    expect(detector.evidence()).toBeCloseTo(average(second), 10);
  });

  it.each(NAMES)('%s: observations to a false alarm at the margin are at least the run length', (name) => {
    const averageRunLength = 5_000;
    const runs = draws(300);
    let [observations, alarms] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const next = openLaw(name, run);
      const detector = createMeanChangeDetector({ margin: MARGIN, averageRunLength });
      for (let i = 0; i < 4 * averageRunLength && !detector.isAlarm(); i += 1) {
        observations += 1;
        detector.add(next() - MARGIN);
      }
      if (detector.isAlarm()) alarms += 1;
    }
    report(name, 'observations to a false alarm', [observations / Math.max(1, alarms)]);
    expect(observations / Math.max(1, alarms)).toBeGreaterThan(averageRunLength);
  });

  it.each(NAMES)('%s: no alarm while both arms are as good', (name) => {
    const runs = draws(100);
    let alarms = 0;
    for (let run = 0; run < runs; run += 1) {
      const next = openLaw(name, run);
      const detector = createMeanChangeDetector({ margin: MARGIN, averageRunLength: 1e5 });
      for (let i = 0; i < 20_000; i += 1) detector.add(next());
      if (detector.isAlarm()) alarms += 1;
    }
    expect(alarms).toBe(0);
  });

  it.each(NAMES)('%s: finds a loss within twice the time of a test that knows the variance, and 10 batches', (name) => {
    const averageRunLength = 1e5;
    const medians = LOSSES.map((beyond) =>
      computeMedian(Array.from({ length: draws(200) }, (_, run) => measureDelay(name, run, beyond, averageRunLength))),
    );
    report(name, 'delay', medians);
    for (const [place, beyond] of LOSSES.entries()) {
      const information = beyond ** 2 / (2 * (LAWS[name]?.inflation ?? 1));
      expect(medians[place]).toBeLessThan((2 * Math.log(averageRunLength)) / information + 100);
    }
  });

  it('a single outlier raises no alarm, and equal differences have no scale', () => {
    const next = openLaw('normal', 1);
    const detector = createMeanChangeDetector({ margin: MARGIN, averageRunLength: 1_000 });
    for (let i = 0; i < 300; i += 1) detector.add(next());
    for (let i = 0; i < 10; i += 1) detector.add(i === 0 ? -1e9 : next());
    expect(detector.isAlarm()).toBe(false);
    const equal = createMeanChangeDetector({ margin: MARGIN, averageRunLength: 1_000 });
    for (let i = 0; i < 1_000; i += 1) equal.add(0);
    expect(equal.evidence()).toBe(0);
  });

  it('continues from its state, and states the observations that its scale needs', () => {
    const [whole, begun] = [1, 2].map(() => createMeanChangeDetector({ margin: MARGIN, averageRunLength: 1e5 }));
    const next = openLaw('normal', 2);
    const differences = Array.from({ length: 455 }, () => next() - 0.3);
    for (const difference of differences) whole?.add(difference);
    for (const difference of differences.slice(0, 123)) begun?.add(difference);
    expect(begun?.scaleNeeds()).toBe(77);
    const rest = createMeanChangeDetector({ margin: MARGIN, averageRunLength: 1e5, begun: begun?.state() ?? [] });
    for (const difference of differences.slice(123)) rest.add(difference);
    expect(rest.state()).toEqual(whole?.state());
    expect(rest.scaleNeeds()).toBe(0);
  });

  it('refuses a wrong question and differences that are not finite', () => {
    expect(() => createMeanChangeDetector({ margin: -0.1, averageRunLength: 10 })).toThrow(RangeError);
    expect(() => createMeanChangeDetector({ margin: 0.1, averageRunLength: 0 })).toThrow(RangeError);
    expect(() => createMeanChangeDetector({ margin: 0.1, averageRunLength: 10, begun: [1] })).toThrow(RangeError);
    expect(() => createMeanChangeDetector({ margin: 0.1, averageRunLength: 10 }).add(Number.NaN)).toThrow(RangeError);
  });
});
