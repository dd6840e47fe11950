import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import { isDeep } from '../../testing/deep.ts';
import { type Law, simulateCanary } from './streams.testing.ts';

const good: Law = { errorRate: 0.02, medianMs: 20, accuracy: 0.9, busyFactor: 1, gauge: 10 };
const checks = [
  { metric: 'errorRate', margin: 0.02 },
  { metric: 'latencyP95', ratio: 1.3 },
  { metric: 'cost', ratio: 1.2 },
  { metric: 'quality', margin: 0.04 },
  { metric: 'prometheus', name: 'gauge', source: 'main', query: 'g{v="$version"}', better: 'lower', margin: 1 },
];

/** The law of a canary that is worse by exactly the margin of each check. A median of 26 ms also costs 1.3 times as much. */
const AT_MARGIN = {
  errorRate: { errorRate: 0.04 },
  latencyP95: { medianMs: 26, busyFactor: 1 / 1.3 },
  cost: { busyFactor: 1.2 },
  quality: { accuracy: 0.86 },
  prometheus: { gauge: 11 },
};
const allAtMargin: Law = { errorRate: 0.04, medianMs: 26, accuracy: 0.86, busyFactor: 1.2 / 1.3, gauge: 11 };

const RESPONSES = isDeep ? 4_000 : 2_000;
/** Planned looks spend the whole error; looks at any time spend less, and are simulated in the deep run only. */
const PLANS = {
  planned: { looks: { planned: 5, responses: RESPONSES }, size: { responses: RESPONSES, looks: 5 } },
  anytime: { looks: 'anytime', size: { responses: 6_000, looks: 30 } },
} as const;
type Plan = keyof typeof PLANS;
const plans: readonly Plan[] = isDeep ? ['planned', 'anytime'] : ['planned'];
const RUNS = isDeep ? 400 : 20;

function measureRates(plan: Plan, canary: Partial<Law>, runs: number) {
  const { looks, size } = PLANS[plan];
  const analysis = CanaryAnalysis.parse({ checks, looks });
  const tally = { promoted: 0, 'rolled back': 0, undecided: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    tally[simulateCanary({ seed, analysis, live: good, canary: { ...good, ...canary }, ...size })] += 1;
  }
  const rates = { promoted: tally.promoted / runs, rolledBack: tally['rolled back'] / runs };
  if (isDeep) console.log(JSON.stringify({ plan, canary, ...rates }));
  return rates;
}

/** alpha, with 1.645 standard errors of a share; with few runs 3.1, because the 12 rates are bounded together (Bonferroni). */
const ALLOWED = 0.05 + (isDeep ? 1.645 : 3.1) * Math.sqrt((0.05 * 0.95) / RUNS);

describe.each(plans)('a canary with five checks and %s looks', (plan) => {
  it.each(Object.entries(AT_MARGIN))('at the margin of %s alone is rarely promoted or rolled back', (_, canary) => {
    const { promoted, rolledBack } = measureRates(plan, canary, RUNS);
    expect(promoted).toBeLessThanOrEqual(ALLOWED);
    expect(rolledBack).toBeLessThanOrEqual(ALLOWED);
  });

  it('at all five margins is rarely rolled back, because the checks share the error', () => {
    const { promoted, rolledBack } = measureRates(plan, allAtMargin, RUNS);
    expect(promoted).toBe(0);
    expect(rolledBack).toBeLessThanOrEqual(ALLOWED);
  });

  it('that is as good is promoted in most runs, and never rolled back', () => {
    const { promoted, rolledBack } = measureRates(plan, {}, RUNS);
    expect(promoted).toBeGreaterThanOrEqual(0.6);
    expect(rolledBack).toBe(0);
  });

  it('that costs 1.7 times as much is rolled back, and never promoted', () => {
    const { promoted, rolledBack } = measureRates(plan, { busyFactor: 1.7 }, RUNS);
    expect([promoted, rolledBack > 0.9]).toEqual([0, true]);
  });
});
