import { describe, expect, it } from 'vitest';
import { CanaryAnalysis } from '../../mlops/endpoint-spec/rollout/schema.ts';
import { type CanaryEvidence, NO_BUSY, type SeriesEvidence, type SideEvidence } from '../../mlops/serving/index.ts';
import { draws, isDeep } from '../../testing/deep.ts';
import { normal, seeded } from '../../testing/random.ts';
import { judgeCanary } from './judge.ts';
import { type Law, simulateCanary } from './streams.testing.ts';

const side: SideEvidence = { requests: 0, errors: 0, batches: [], latenciesMs: [], stride: 1, busy: NO_BUSY };
const spec = { metric: 'prometheus', name: 'queue depth', source: 'main', query: 'q{version="$version"}', every: '15s' };

function judgeSeries(check: object, series: SeriesEvidence | null) {
  const evidence: CanaryEvidence = {
    ...{ share: 0.5, isAssignedByRequest: true, live: side, canary: side, prices: null },
    ...{ quality: [null], series: [series], fractions: [], previous: null },
  };
  const analysis = CanaryAnalysis.parse({ checks: [{ ...spec, ...check }], deadline: '1h' });
  return judgeCanary(evidence, { analysis, steps: 1 }).checks[0];
}

/** Values around 10 with a load that moves both sides by up to 5; the canary is `shift` higher. */
function buildSeries(instants: number, shift: number, level = 10): SeriesEvidence {
  const next = seeded(1);
  const load = Array.from({ length: instants }, (_, at) => 5 * Math.sin(at / 10));
  const values = (more: number) => load.map((moved) => level + more + moved + 0.5 * normal(next));
  return { live: values(0), canary: values(shift), instants, reason: null };
}

describe('a check of a Prometheus metric', () => {
  it.each([
    ['a margin where lower is better', { better: 'lower', margin: 1 }, 0.2, 'passes', 'difference', 1],
    ['a margin where lower is better, and more', { better: 'lower', margin: 1 }, 3, 'fails', 'difference', 1],
    ['a margin where higher is better', { better: 'higher', margin: 1 }, 0.2, 'passes', 'difference', -1],
    ['a margin where higher is better, and less', { better: 'higher', margin: 1 }, -3, 'fails', 'difference', -1],
    ['a ratio where lower is better', { better: 'lower', ratio: 1.2 }, 0.2, 'passes', 'ratio', 1.2],
    ['a ratio where higher is better, and less', { better: 'higher', ratio: 0.9 }, -4, 'fails', 'ratio', 0.9],
  ] as const)('with %s', (_, check, shift, verdict, scale, limit) => {
    const found = judgeSeries(check, buildSeries(240, shift));
    expect(found).toMatchObject({ name: 'prometheus queue depth', verdict, scale, limit, n: 240, sampleMs: 15_000 });
    expect(found?.estimate).toBeCloseTo(scale === 'ratio' ? 1 + shift / 10 : shift, 0);
    expect(found?.unit).toBe(scale === 'ratio' ? undefined : 'query');
  });

  it('pairs the sides, so that a load that moves both does not widen its interval', () => {
    const { live, canary, ...more } = buildSeries(240, 0.2);
    const check = { better: 'lower', margin: 1 };
    const width = (series: SeriesEvidence) => {
      const { lower, upper } = judgeSeries(check, series) ?? {};
      return (upper ?? Number.POSITIVE_INFINITY) - (lower ?? Number.NEGATIVE_INFINITY);
    };
    expect(width({ live, canary: canary.toReversed(), ...more })).toBeGreaterThan(5 * width({ live, canary, ...more }));
  });

  it.each<[string, SeriesEvidence | null, object, RegExp]>([
    ['no query yet', null, { margin: 1 }, /has not been queried/],
    ['a query that failed', { live: [], canary: [], instants: 9, reason: 'It is down.' }, { margin: 1 }, /It is down/],
    ['7 pairs', buildSeries(7, -5), { margin: 1 }, /7 intervals .* needs 8/],
    ['a ratio to a negative mean', buildSeries(100, -5, -20), { ratio: 1.1 }, /not above 0: use a margin/],
    ['constant values', { live: Array(20).fill(1), canary: Array(20).fill(1), instants: 20, reason: null }, { margin: 1 }, /All values are equal/],
  ])('with %s is inconclusive with the reason', (_, series, check, reason) => {
    const found = judgeSeries({ better: 'lower', ...check }, series);
    expect(found).toMatchObject({ verdict: 'inconclusive', reason: expect.stringMatching(reason) });
  });
});

const LOOKS = isDeep ? 60 : 15;
const good: Law = { errorRate: 0, medianMs: 20, accuracy: 1, gauge: 10 };

/** Shares of canaries that are promoted and rolled back, with values of AR(1) 0.6 on both sides. */
function measureRates(check: object, gauge: number, { runs, instants }: { runs: number; instants: number }) {
  const analysis = CanaryAnalysis.parse({ checks: [{ ...spec, ...check }], deadline: '1h' });
  const tally = { promoted: 0, 'rolled back': 0, undecided: 0 };
  for (let seed = 1; seed <= runs; seed += 1) {
    const canary = { ...good, gauge };
    tally[simulateCanary({ seed, analysis, live: good, canary, responses: 100, looks: LOOKS, instants })] += 1;
  }
  const rates = { promoted: tally.promoted / runs, rolledBack: tally['rolled back'] / runs };
  if (isDeep) console.log(JSON.stringify({ check, gauge, instants, ...rates }));
  return rates;
}

describe('over many looks at dependent values', () => {
  it.each([
    ['a margin', { better: 'lower', margin: 1 }, 240],
    ['a ratio', { better: 'lower', ratio: 1.1 }, 240],
    ['a margin and few values', { better: 'lower', margin: 1 }, 60],
  ])('a canary at the limit, with %s, is promoted or rolled back with at most the stated error', (_, check, instants) => {
    const runs = draws(1_000);
    const { promoted, rolledBack } = measureRates(check, 11, { runs, instants });
    const allowed = 0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / runs);
    expect(promoted).toBeLessThanOrEqual(allowed);
    expect(rolledBack).toBeLessThanOrEqual(allowed);
  });

  it('a canary as good is promoted in 80 % of runs within 240 values', () => {
    const { promoted } = measureRates({ better: 'lower', margin: 1 }, 10, { runs: draws(200), instants: 240 });
    expect(promoted).toBeGreaterThanOrEqual(0.8);
  });
});
