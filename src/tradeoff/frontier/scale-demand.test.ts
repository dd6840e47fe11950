import { expect, it } from 'vitest';
import { listConfigurations, narrowEvidence } from './configurations.ts';
import { buildBenchmark, buildVersion } from './facts.testing.ts';
import { buildMonthRule, planCost } from './plan-cost.ts';
import { scaleDemand } from './scale-demand.ts';

const terms = { rule: buildMonthRule(null, undefined), currency: 'USD' };
const stated = { rule: buildMonthRule(null, 10_000_000), currency: 'USD' };

/** A version with 14 recorded days of 7,200 requests in one hour and 3 in every other, on replicas of 0.7 a second. */
function buildRecorded() {
  const requestsPerHour = Array.from({ length: 24 }, (_, hour) => (hour === 12 ? 7200 : 3));
  const days = Array.from({ length: 14 }, (_, day) => ({
    start: `2026-11-${String(day + 1).padStart(2, '0')}T00:00:00.000Z`,
    requestsPerHour,
  }));
  const change = { demandTrace: { endpoint: 'e', days }, demandPerMonth: 1e9 };
  const { evidence } = buildVersion('1', { unitCosts: [buildBenchmark('1', { seconds: 1000, spread: 0 })], change });
  const [configuration] = listConfigurations(evidence);
  if (configuration === undefined) throw new Error('no configuration');
  return narrowEvidence(evidence, configuration);
}

it('keeps the shape of a recorded trace, with fractions of requests, and never falls back on the mean demand', () => {
  const evidence = buildRecorded();
  const whole = planCost(evidence, terms);
  if (typeof whole === 'string') throw new Error(whole);
  expect(whole.replicas).toEqual({ least: 1, most: 3 });
  for (const [factor, most] of [
    [0.5, 2],
    [0.01, 1],
    [1e-9, 1],
  ] as const) {
    const scaled = scaleDemand(evidence, terms, { factor, demand: whole.demand });
    const cost = planCost(scaled.evidence, scaled.terms);
    if (typeof cost === 'string') throw new Error(cost);
    expect(cost.replicas).toEqual({ least: 1, most });
    expect(cost.demand.source).toBe('recorded');
    expect(cost.demand.predictionsPerMonth / whole.demand.predictionsPerMonth).toBeCloseTo(factor, 12);
  }
});

it('multiplies another demand as a whole, to at least one prediction', () => {
  const evidence = buildRecorded();
  const whole = planCost(evidence, stated);
  if (typeof whole === 'string') throw new Error(whole);
  const demandAt = (factor: number) =>
    scaleDemand(evidence, stated, { factor, demand: whole.demand }).terms.rule.predictionsPerMonth;
  expect([demandAt(1), demandAt(0.3), demandAt(1e-9)]).toEqual([10_000_000, 3_000_000, 1]);
});
