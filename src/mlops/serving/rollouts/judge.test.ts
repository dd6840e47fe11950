import { describe, expect, it } from 'vitest';
import { computeNormalQuantile } from '../../../platform/numbers/index.ts';
import { seeded } from '../../../testing/random.ts';
import { RolloutSpec } from '../../endpoint-spec/rollout/schema.ts';
import { computeDifferenceLow, computeQuantileBounds, computeWilsonBounds } from './intervals.ts';
import { explainWorse, FIRST_LOOK } from './judge.ts';
import { createSide, toRolloutSide } from './side.ts';

const { abortOn } = RolloutSpec.parse({});

describe('intervals', () => {
  it.each([
    [0.5, 0],
    [0.025, 1.95996],
    [0.005, 2.57583],
    [0.0001, 3.71902],
  ])('have the quantile of the normal law of %f', (tail, z) => {
    expect(Math.abs(-computeNormalQuantile(tail) - z)).toBeLessThan(0.0005);
  });

  it('of a share are those of Wilson', () => {
    const { low, high } = computeWilsonBounds(8, 10, 1.959964);
    expect([low, high]).toEqual([expect.closeTo(0.490162, 5), expect.closeTo(0.943318, 5)]);
    expect(computeWilsonBounds(0, 0, 2)).toEqual({ low: null, high: null });
  });

  it('of a share of none or all begin or end exactly there', () => {
    for (let n = 1; n <= 500; n += 1) {
      expect([computeWilsonBounds(0, n, 3.71902).low, computeWilsonBounds(n, n, 3.71902).high]).toEqual([0, 1]);
    }
  });

  it('of a difference are those of Newcombe', () => {
    // Newcombe (1998), table II, example (a), method 10: 0.0524 to 0.3339.
    expect(computeDifferenceLow({ count: 56, of: 70 }, { count: 48, of: 80 }, 1.959964)).toBeCloseTo(0.0524, 4);
    expect(computeDifferenceLow({ count: 0, of: 0 }, { count: 1, of: 2 }, 2)).toBeNull();
  });

  it('of a quantile lie between order statistics', () => {
    const values = Array.from({ length: 100 }, (_, at) => at + 1);
    expect(computeQuantileBounds(values, 0.95, 1.96)).toEqual({ at: 95, low: 90, high: 100 });
    expect(computeQuantileBounds([1, 2, 3], 0.95, 1.96)).toEqual({ at: 3, low: 2, high: null });
    expect(computeQuantileBounds([], 0.95, 1.96)).toEqual({ at: null, low: null, high: null });
  });
});

/** The number of the evaluation that finds a canary worse over 1,000 requests, with three live requests for each; null when none does. */
function foundAt(seed: number, live: Kind, canary: Kind, margin = abortOn): number | null {
  const next = seeded(seed);
  const [liveSide, canarySide] = [createSide(next), createSide(next)];
  let look = 0;
  for (let at = 1, lookAt = FIRST_LOOK; at <= 1_000; at += 1) {
    for (let more = 0; more < 3; more += 1) saw(liveSide, live, next);
    saw(canarySide, canary, next);
    if (at < lookAt) continue;
    lookAt *= 2;
    look += 1;
    if (explainWorse(liveSide, canarySide, margin, look) !== null) return look;
  }
  return null;
}

interface Kind {
  readonly errorRate: number;
  readonly medianMs: number;
}
const GOOD: Kind = { errorRate: 0.05, medianMs: 20 };

function saw(side: ReturnType<typeof createSide>, { errorRate, medianMs }: Kind, next: () => number): void {
  // Long-tailed, as times are.
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  side.saw(next() < errorRate ? 503 : 200, medianMs * Math.exp(0.8 * normal), true);
}

describe('a canary', () => {
  it('that is as good is rolled back in no more than 5 % of the rollouts, without any margin', () => {
    const found = Array.from({ length: 400 }, (_, seed) =>
      foundAt(seed, GOOD, GOOD, { errorRate: 0, latencyP95: 1 }),
    ).filter((look) => look !== null);
    expect(found.length / 400).toBeLessThanOrEqual(0.05);
  });

  it.each([
    ['fails always', { ...GOOD, errorRate: 1 }, 1],
    ['fails every third time', { ...GOOD, errorRate: 0.33 }, 4],
    ['takes five times as long', { ...GOOD, medianMs: 100 }, 5],
  ])('that %s is found', (_what, canary, lastLook) => {
    const looks = Array.from({ length: 100 }, (_, seed) => foundAt(seed, GOOD, canary) ?? Number.POSITIVE_INFINITY);
    expect(looks.filter((look) => look <= lastLook).length).toBeGreaterThanOrEqual(95);
  });

  it('is told with its reason', () => {
    const [live, canary] = [createSide(), createSide()];
    for (let at = 0; at < 100; at += 1) {
      live.saw(200, 10, true);
      canary.saw(at % 2 === 0 ? 500 : 200, 10, true);
    }
    expect(explainWorse(live, canary, abortOn, 1)).toBe(
      'its error rate is higher: 50.0 % of 100 against 0.0 % of 100, significantly more than 1.0 % above the live revision',
    );
    expect(toRolloutSide(canary)).toMatchObject({ requests: 100, errors: 50, errorRate: 0.5, p95Ms: 10 });
    expect(toRolloutSide(createSide())).toMatchObject({ errorRate: null, errorRateLow: null, p95Ms: null });
  });
});
