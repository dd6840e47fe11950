import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import { draws, isDeep } from '../../testing/deep.ts';
import { type Law, simulateCanary } from './streams.testing.ts';

const good: Law = { errorRate: 0.02, medianMs: 20, accuracy: 0.9, busyFactor: 1, gauge: 10 };
const analysis = CanaryAnalysis.parse({
  checks: [
    { metric: 'errorRate', margin: 0.02 },
    { metric: 'latencyP95', ratio: 1.3 },
    { metric: 'cost', ratio: 1.2 },
    { metric: 'quality', margin: 0.04 },
    { metric: 'prometheus', name: 'gauge', source: 'main', query: 'g{v="$version"}', better: 'lower', margin: 1 },
  ],
});

/** The law of a canary that is worse by exactly the margin of each check. A median of 26 ms also costs 1.3 times as much. */
const AT_MARGIN = {
  errorRate: { errorRate: 0.04 },
  latencyP95: { medianMs: 26, busyFactor: 1 / 1.3 },
  cost: { busyFactor: 1.2 },
  quality: { accuracy: 0.86 },
  prometheus: { gauge: 11 },
};
const allAtMargin: Law = { errorRate: 0.04, medianMs: 26, accuracy: 0.86, busyFactor: 1.2 / 1.3, gauge: 11 };
const SIZE = isDeep ? { responses: 6_000, looks: 30 } : { responses: 1_600, looks: 5 };
const WHOLE = 400;

function measureRates(canary: Partial<Law>, runs: number) {
  const tally = { promoted: 0, 'rolled back': 0, undecided: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    tally[simulateCanary({ seed, analysis, live: good, canary: { ...good, ...canary }, ...SIZE })] += 1;
  }
  const rates = { promoted: tally.promoted / runs, rolledBack: tally['rolled back'] / runs };
  if (isDeep) console.log(JSON.stringify({ canary, ...rates }));
  return rates;
}

/** alpha, with 1.645 standard errors of a share from so many runs. */
const allowed = (runs: number) => 0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / runs);

describe('a canary with five checks', () => {
  it.each(Object.entries(AT_MARGIN))('at the margin of %s alone is rarely promoted or rolled back', (_, canary) => {
    const runs = draws(WHOLE);
    const { promoted, rolledBack } = measureRates(canary, runs);
    expect(promoted).toBeLessThanOrEqual(allowed(runs));
    expect(rolledBack).toBeLessThanOrEqual(allowed(runs));
  });

  it('at all five margins is rarely rolled back, because the checks share the error', () => {
    const runs = draws(WHOLE);
    const { promoted, rolledBack } = measureRates(allAtMargin, runs);
    expect(promoted).toBe(0);
    expect(rolledBack).toBeLessThanOrEqual(allowed(runs));
  });

  it('that is as good is never rolled back', () => {
    const { rolledBack } = measureRates({}, draws(WHOLE));
    expect(rolledBack).toBe(0);
  });

  if (isDeep) {
    it('that is as good is promoted in most runs', () => {
      expect(measureRates({}, WHOLE).promoted).toBeGreaterThanOrEqual(0.8);
    });
  }

  it('that costs 1.7 times as much is rolled back, and never promoted', () => {
    const { promoted, rolledBack } = measureRates({ busyFactor: 1.7 }, draws(100));
    expect([promoted, rolledBack > 0.9]).toEqual([0, true]);
  });
});
