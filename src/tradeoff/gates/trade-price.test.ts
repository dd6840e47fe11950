import { describe, expect, it } from 'vitest';
import type { GateFacts, VersionEvidence } from '../evidence/schema.ts';
import { computeBenchmarkCosts } from '../unit-cost/index.ts';
import { PolicySpec } from './schema.ts';
import { evaluatePolicy } from './weigh.ts';

const AT = '2026-11-10T00:00:00.000Z';
const HOUR_MS = 3_600_000;
const TABLE = { evaluation: 'ev_1', runId: 'r', evaluationVersion: 1, sha256: 'a', rows: 20_000, importedAt: AT };

/** A benchmark on `vcpu` CPUs at 0.04 USD an hour: 10,000 predictions an hour. */
const buildVersion = (version: string, vcpu: string, gate?: GateFacts): VersionEvidence => ({
  ...{ model: 'm', version, aliases: [], runId: `r${version}`, createdAt: AT, quality: [] },
  trainingCost: {
    cost: { amount: '1', currency: 'USD' },
    ...{ reason: null, basis: 'metered', intervals: 1, predictions: null, window: null, source: 'metered' },
  },
  unitCosts: computeBenchmarkCosts(
    [
      {
        ...{ resource: 'vcpu', quantity: vcpu, start: 0, end: HOUR_MS, predictions: 10_000, benchmark: null },
        ...{ endpoint: null, cost: { amount: '1', currency: 'USD' }, statedPrice: null, origin: 'test' },
      },
    ],
    () => ({ price: { amount: '0.04', currency: 'USD' }, source: 'own' }),
  ),
  ...(gate === undefined ? {} : { gate }),
});

/** 20,000 pairs; the candidate alone is correct in `gained` of them. */
function buildFacts(gained: number): GateFacts {
  const rows = 20_000;
  const [mean, share] = [gained / rows, (16_000 + gained) / rows];
  const moments = (value: number) => ({ mean: value, variance: value * (1 - value) });
  return {
    ...{ at: AT, latency: null, requests: null, look: null, approvals: [], requestedBy: null, lostChampion: null },
    outcomes: [
      {
        ...{ metric: 'accuracy', name: 'default', ...TABLE, outcome: 'correct', kind: 'binary' },
        ...{ ...moments(share), inflation: null, examplesPerDay: null },
      },
    ],
    pairs: [
      {
        ...{ metric: 'accuracy', baseline: TABLE, overlap: 1 },
        paired: {
          pairs: rows,
          counts: { both: 16_000, onlyCandidate: gained, onlyBaseline: 0, neither: rows - 16_000 - gained },
          ...{ candidate: moments(share), baseline: moments(0.8), difference: moments(mean), clusters: null },
        },
      },
    ],
  };
}

/** Ten replicas at full use: 10 x 0.04 x 730 h x CPUs a month, 292 USD for one CPU. */
const SPEC = {
  ...{ model: 'm', currency: 'USD', alpha: 0.05 },
  quality: [{ metric: 'accuracy', direction: 'higher', nonInferiority: { margin: '0.02' } }],
  cost: [{ measure: 'costPerMonth', predictionsPerMonth: 73_000_000, targetUtilization: 1, atMost: '5000' }],
};

const check = (gained: number, vcpu: string, perPoint: string) => {
  const policy = PolicySpec.parse({ ...SPEC, tradePrice: { metric: 'accuracy', perPoint } });
  const candidate = buildVersion('2', vcpu, buildFacts(gained));
  const { checks } = evaluatePolicy({ policy, candidate, champion: buildVersion('1', '1'), budgets: new Map() });
  return checks.find(({ name }) => name === 'trade price of accuracy');
};

describe('the trade price', () => {
  it('passes when the gain is worth more than it costs at the lower end of its interval', () => {
    // 3 points gained for 292 USD more a month.
    const passed = check(600, '2', '120');
    expect(passed).toMatchObject({ holds: true, measured: '292', unit: 'USD per month', side: 'cost' });
    // Lower end of the interval of 600 of 20,000 at 1.645: 2.8079 by Wilson's score, 2.8066 with the correction for skewness.
    expect(Number(passed?.bound)).toBeCloseTo(120 * 2.8066, 1);
  });

  it('is inconclusive when only the estimate of the gain is worth it', () => {
    expect(check(600, '2', '100')?.holds).toBeNull();
  });

  it('fails when the gain is not worth it at the upper end of its interval', () => {
    expect(check(600, '2', '50')?.holds).toBe(false);
  });

  it('asks a version without a gain to cost no more', () => {
    expect(check(0, '2', '120')?.holds).toBe(false);
    expect(check(0, '0.5', '120')?.holds).toBe(true);
  });

  it('is inconclusive without a cost, and passes without a champion', () => {
    const policy = PolicySpec.parse({ ...SPEC, tradePrice: { metric: 'accuracy', perPoint: '120' } });
    const { unitCosts: _costs, ...bare } = buildVersion('2', '1', buildFacts(600));
    const find = (champion: VersionEvidence | null) =>
      evaluatePolicy({ policy, candidate: bare, champion, budgets: new Map() }).checks.find(
        ({ name }) => name === 'trade price of accuracy',
      );
    expect(find(buildVersion('1', '1'))).toMatchObject({ holds: null, source: 'unknown: no cost was recorded' });
    expect(find(null)).toMatchObject({ holds: true });
  });
});
