import { expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { createHoldoutPairs } from './holdout-pairs.ts';
import { type WatchTerms, watchKept } from './watch.ts';

const TERMS: WatchTerms = {
  margin: { scale: 'absolute', value: 0.02 },
  better: 'higher',
  averageRunLength: 10_000,
  range: 1,
};

/** Pairs of 0/1 scores, of a candidate that is right where the baseline is but for a share. */
function draw(count: number, lost: number, seed: number) {
  const next = createRandom(seed);
  return Array.from({ length: count }, () => {
    const baseline = Number(next() < 0.9);
    return { baseline, candidate: next() < lost ? 0 : baseline };
  });
}

it('a loss beyond the margin raises the alarm, however long quality held before', () => {
  const held = draw(5_000, 0.01, 1);
  expect(watchKept(held, TERMS).alarmAt).toBeNull();
  const { alarmAt } = watchKept([...held, ...draw(500, 0.3, 2)], TERMS);
  expect(alarmAt).toBeGreaterThanOrEqual(5_000);
  expect(alarmAt).toBeLessThan(5_100);
});

it('a watch that is continued from its state ends where an uninterrupted one ends', () => {
  const pairs = [...draw(300, 0.01, 3), ...draw(300, 0.1, 4)];
  const whole = watchKept(pairs, TERMS);
  const first = watchKept(pairs.slice(0, 250), TERMS);
  const rest = watchKept(pairs.slice(250), { ...TERMS, begun: first.state });
  expect(rest.evidence).toBeCloseTo(whole.evidence, 6);
  expect(rest.alarmAt === null ? null : rest.alarmAt + 250).toBe(whole.alarmAt);
});

it('with a relative margin a loss in proportion to the baseline is the limit', () => {
  const terms: WatchTerms = { ...TERMS, margin: { scale: 'relative', value: 0.1 } };
  const pairs = (factor: number) => Array.from({ length: 2_000 }, () => ({ baseline: 0.5, candidate: 0.5 * factor }));
  expect(watchKept(pairs(0.91), terms).alarmAt).toBeNull();
  expect(watchKept(pairs(0.7), terms).alarmAt).not.toBeNull();
});

it('a metric without bounds is watched once its scale is known', () => {
  const terms: WatchTerms = { ...TERMS, margin: { scale: 'relative', value: 0.1 }, better: 'lower', range: null };
  const next = createRandom(5);
  const drawErrors = (count: number, factor: number) =>
    Array.from({ length: count }, () => ({ baseline: 100 * next(), candidate: 100 * factor * next() }));
  const held = watchKept(drawErrors(150, 1), terms);
  expect(held).toMatchObject({ alarmAt: null, evidence: 0, scaleNeeds: 50 });
  const kept = watchKept(drawErrors(5_000, 1), { ...terms, begun: held.state });
  expect(kept).toMatchObject({ alarmAt: null, scaleNeeds: 0 });
  expect(watchKept(drawErrors(1_000, 1.5), { ...terms, begun: kept.state }).alarmAt).not.toBeNull();
});

it('a hold-out is paired with equal parts of the candidate, each value once', () => {
  const baseline = [1, 0].map((sum) => ({ n: 1, sum }));
  const candidate = [1, 1, 0, 0, 1].map((sum) => ({ n: 1, sum }));
  expect(createHoldoutPairs(baseline, candidate)).toEqual([
    { baseline: 1, candidate: 1 },
    { baseline: 0, candidate: 0 },
  ]);
  expect(createHoldoutPairs(baseline, candidate.slice(0, 1))).toEqual([]);
});
