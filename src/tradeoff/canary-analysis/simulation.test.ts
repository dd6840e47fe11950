import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import { draws, isDeep } from '../../testing/deep.ts';
import { type Law, simulateCanary } from './streams.testing.ts';

const good: Law = { errorRate: 0.02, medianMs: 20, accuracy: 0.9 };
/** Looks that sort the times of both sides are the cost of these simulations. */
const LOOKS = { cheap: 200, sorted: isDeep ? 200 : 15 };

interface Case {
  readonly check: object;
  readonly canary: Partial<Law>;
  readonly responses: number;
  readonly looks: number;
  readonly planned?: boolean;
  readonly persistence?: number;
}

/** Shares of canaries that are promoted and rolled back. */
function measureRates({ check, canary, responses, looks, planned, persistence }: Case, runs: number) {
  const analysis = CanaryAnalysis.parse({
    checks: [check],
    looks: planned ? { planned: looks, responses } : 'anytime',
  });
  const tally = { promoted: 0, 'rolled back': 0, undecided: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    const question = { seed, analysis, live: good, canary: { ...good, ...canary }, responses, looks };
    tally[simulateCanary(persistence === undefined ? question : { ...question, persistence })] += 1;
  }
  return { promoted: tally.promoted / runs, rolledBack: tally['rolled back'] / runs };
}

/** alpha, with 1.645 standard errors of a share from so many runs. */
const allowed = (runs: number) => 0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / runs);

const errors = { metric: 'errorRate', margin: 0.02 };
const quality = { metric: 'quality', margin: 0.02 };
const p95 = { metric: 'latencyP95', ratio: 1.2 };
const mean = { metric: 'latencyMean', ratio: 1.2 };
const cheap = { responses: 4_000, looks: LOOKS.cheap };
const sorted = { responses: 1_600, looks: LOOKS.sorted };
const planned = { responses: 1_600, looks: 5, planned: true };

describe('a canary at the margin is promoted with at most the stated error over all looks', () => {
  it.each<[string, Case, number]>([
    ['more errors', { check: errors, canary: { errorRate: 0.04 }, ...cheap }, 1_000],
    ['more errors, 5 planned looks', { check: errors, canary: { errorRate: 0.04 }, ...planned }, 1_000],
    ['less accuracy', { check: quality, canary: { accuracy: 0.88 }, ...cheap }, 1_000],
    ['a slower p95', { check: p95, canary: { medianMs: 24 }, ...sorted }, 400],
    ['a slower mean', { check: mean, canary: { medianMs: 24 }, ...sorted }, 400],
    ['a slower mean, 5 planned looks', { check: mean, canary: { medianMs: 24 }, ...planned }, 400],
    ['a slower mean in slow stretches', { check: mean, canary: { medianMs: 24 }, ...sorted, persistence: 0.6 }, 400],
    ['a slower p95 in slow stretches', { check: p95, canary: { medianMs: 24 }, ...sorted, persistence: 0.6 }, 400],
  ])('%s', (_, what, whole) => {
    const runs = draws(whole);
    const { promoted, rolledBack } = measureRates(what, runs);
    if (isDeep) console.log(_, { promoted, rolledBack });
    expect(promoted).toBeLessThanOrEqual(allowed(runs));
    expect(rolledBack).toBeLessThanOrEqual(allowed(runs));
  });
});

describe('a canary that is no worse', () => {
  it.each<[string, Case, number]>([
    [
      'in errors is promoted in 80 % of runs within 8,000 responses',
      { check: errors, canary: {}, responses: 8_000, looks: 100 },
      0.8,
    ],
    [
      'in quality is promoted in 80 % of runs within 12,000 labels',
      { check: { ...quality }, canary: {}, responses: 12_000, looks: 50 },
      0.8,
    ],
    [
      'in p95 is promoted in 80 % of runs within 4,000 responses',
      { check: p95, canary: {}, responses: 4_000, looks: 10 },
      0.8,
    ],
    [
      'in mean latency is promoted in 80 % of runs within 1,600 responses',
      { check: mean, canary: {}, ...planned },
      0.8,
    ],
  ])('%s', (_, what, power) => {
    const { promoted } = measureRates(what, draws(200));
    if (isDeep) console.log(_, promoted);
    expect(promoted).toBeGreaterThanOrEqual(power);
  });
});

describe('a canary that is clearly worse is never promoted', () => {
  it.each<[string, Case]>([
    ['1.7 times slower by p95', { check: p95, canary: { medianMs: 34 }, ...sorted }],
    ['1.7 times slower by mean', { check: mean, canary: { medianMs: 34 }, ...sorted }],
    ['8 points less accurate', { check: quality, canary: { accuracy: 0.82 }, ...cheap }],
  ])('%s', (_, what) => {
    const { promoted, rolledBack } = measureRates(what, draws(200));
    expect([promoted, rolledBack > 0.9]).toEqual([0, true]);
  });
});
