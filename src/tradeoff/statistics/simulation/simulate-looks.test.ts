import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { type SimulationQuestion, simulateLooks } from './simulate-looks.ts';
import { createLatent, createLatentPair, createOutcome } from './streams.ts';

const QUESTION: SimulationQuestion = {
  kind: 'binary',
  baseline: 0.9,
  margin: 0.02,
  effect: 0,
  n: 5000,
  looks: { kind: 'planned', count: 20 },
  tail: 0.05,
  runs: draws(2000),
};

describe('simulated tests', () => {
  it('with 20 planned looks have a power of 92 % at no difference, margin 0.02, 5,000 requests an arm', () => {
    const { pass, samples, looks } = simulateLooks(QUESTION);
    expect(looks).toBe(20);
    expect(pass.estimate).toBeGreaterThanOrEqual(0.92);
    expect(samples.estimate).toBeLessThan(3500);
  });

  it('that may look at any time have a power of 70 %, tuned at 5,000 observations', () => {
    const { pass } = simulateLooks({ ...QUESTION, looks: { kind: 'anytime', tunedAt: 5000 } });
    expect(pass.estimate).toBeGreaterThanOrEqual(0.7);
  });

  it('find harm of three times the margin', () => {
    const { fail } = simulateLooks({ ...QUESTION, effect: -0.06, runs: 50 });
    expect(fail.estimate).toBeGreaterThan(0.9);
  });

  it('need fewer samples where both versions answer the same examples', () => {
    const terms = { ...QUESTION, n: 2000, runs: 60 };
    const paired = simulateLooks({ ...terms, pairCorrelation: 0.9 });
    expect(paired.pass.estimate).toBeGreaterThan(simulateLooks(terms).pass.estimate);
  });

  it('keep the error with few pairs', () => {
    const runs = draws(4000);
    const { pass, fail } = simulateLooks({
      ...QUESTION,
      n: 200,
      effect: -0.02,
      pairCorrelation: 0.9,
      looks: { kind: 'anytime', tunedAt: 200, count: 50 },
      runs,
    });
    const limit = 0.05 + 1.645 * Math.sqrt(0.0475 / runs);
    expect(pass.estimate).toBeLessThanOrEqual(limit);
    expect(fail.estimate).toBeLessThanOrEqual(limit);
  });

  it('give the same answer for the same seed, and standard errors', () => {
    const terms = { ...QUESTION, runs: 20, seed: 7 };
    const once = simulateLooks(terms);
    expect(simulateLooks(terms)).toEqual(once);
    expect(once.pass.standardError).toBeCloseTo(Math.sqrt((once.pass.estimate * (1 - once.pass.estimate)) / 20), 12);
    expect(once.pass.estimate + once.fail.estimate + once.inconclusive.estimate).toBeCloseTo(1, 12);
  });

  it.each([
    { baseline: 1.2 },
    { effect: 0.2 },
    { margin: -1 },
    { n: 10 },
    { runs: 0 },
    { generator: { kind: 'sticky', correlation: 1 } as const },
    { pairCorrelation: 2 },
    { kind: 'latency', baseline: 0 } as const,
  ])('refuse %j', (wrong) => {
    expect(() => simulateLooks({ ...QUESTION, ...wrong })).toThrow(RangeError);
  });
});

describe('generators of outcomes', () => {
  it.each(['binary', 'latency', 'cost'] as const)('draw %s with the stated mean', (kind) => {
    const mean = kind === 'binary' ? 0.9 : 20;
    const latent = createLatent({ kind: 'gaussian', correlation: 0 }, createRandom(1));
    const toOutcome = createOutcome(kind, mean);
    let sum = 0;
    for (let i = 0; i < 200_000; i += 1) sum += toOutcome(latent());
    expect(sum / 200_000 / mean).toBeCloseTo(1, 1.7);
  });

  it.each(['gaussian', 'sticky'] as const)('draw %s series with the stated correlation at lag 1', (kind) => {
    const next = createLatent({ kind, correlation: 0.6 }, createRandom(2));
    let [last, products] = [next(), 0];
    for (let i = 0; i < 100_000; i += 1) {
      const value = next();
      products += last * value;
      last = value;
    }
    expect(products / 100_000).toBeCloseTo(0.6, 1);
  });

  it('draw pairs with the stated correlation', () => {
    const pair = createLatentPair({ kind: 'gaussian', correlation: 0 }, 0.8, createRandom(3));
    let products = 0;
    for (let i = 0; i < 100_000; i += 1) {
      const baseline = pair.baseline();
      products += baseline * pair.candidate();
    }
    expect(products / 100_000).toBeCloseTo(0.8, 1);
  });
});
