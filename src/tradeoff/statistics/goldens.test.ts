import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  applyHolm,
  computeBcaInterval,
  computeFarringtonManningInterval,
  computeFarringtonManningScore,
  computeFiellerSet,
  computeMcNemarTest,
  computeMoments,
  computeNewcombeInterval,
  computeRankingMetrics,
  computeTangoInterval,
  computeWelchInterval,
  computeWilsonInterval,
  type Interval,
} from './index.ts';
import { computePairedMeanInterval } from './paired/paired-mean.ts';

const Pair = z.tuple([z.number(), z.number()]);
const Four = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const Values = z.array(z.number());
const Goldens = z.object({
  tango: z.array(z.object({ table: Four, tail: z.number(), interval: Pair })),
  mcnemar: z.array(z.object({ pair: Pair, exact: z.number(), midP: z.number(), asymptotic: z.number() })),
  proportions: z.array(
    z.object({ arms: Four, wilson: Pair, newcombe: Pair, score: Pair, z: z.record(z.string(), z.number()) }),
  ),
  means: z.object({
    first: Values,
    second: Values,
    third: Values,
    welch: Pair,
    paired: Pair,
    skewed: Values,
    bca: Pair,
    fieller: z.array(z.object({ input: Values.length(7), interval: Pair })),
  }),
  holm: z.object({ pValues: Values, adjusted: Values }),
  ndcg: z.array(z.object({ relevance: Values, k: z.number(), ndcg: z.number() })),
});
/** SciPy, statsmodels, scikit-learn and mpmath; goldens/make_references.py makes them. */
const goldens = Goldens.parse(JSON.parse(readFileSync(new URL('goldens/references.json', import.meta.url), 'utf8')));

function expectInterval({ lower, upper }: Interval, expected: readonly [number, number], digits = 11): void {
  expect(lower).toBeCloseTo(expected[0], digits);
  expect(upper).toBeCloseTo(expected[1], digits);
}

describe('paired proportions', () => {
  it.each(goldens.tango)('Tango’s interval of $table at $tail is $interval', ({ table, tail, interval }) => {
    const [both, onlyCandidate, onlyBaseline, neither] = table;
    expectInterval(computeTangoInterval({ both, onlyCandidate, onlyBaseline, neither }, tail), interval);
  });

  it('Tango’s interval of the airway hyper-responsiveness data is that of Fagerland, Lydersen and Laake (2014)', () => {
    const found = computeTangoInterval({ both: 1, onlyCandidate: 1, onlyBaseline: 7, neither: 12 }, 0.025);
    expectInterval(found, [-0.517, -0.026], 3);
  });

  it.each(goldens.mcnemar)('McNemar’s test of $pair has the p-values of statsmodels', ({ pair, ...expected }) => {
    const found = computeMcNemarTest({ onlyCandidate: pair[0], onlyBaseline: pair[1] });
    expect(found.exact).toBeCloseTo(expected.exact, 11);
    expect(found.midP).toBeCloseTo(expected.midP, 11);
    expect(found.asymptotic).toBeCloseTo(expected.asymptotic, 11);
  });

  it('McNemar’s test of equal or no discordant pairs is 1', () => {
    for (const count of [0, 6]) {
      const found = computeMcNemarTest({ onlyCandidate: count, onlyBaseline: count });
      expect(found).toEqual({ exact: 1, midP: 1, asymptotic: 1 });
    }
  });
});

describe('unpaired proportions', () => {
  it.each(goldens.proportions)('$arms have the intervals and score statistics of the references', (golden) => {
    const [successes, n, otherSuccesses, otherN] = golden.arms;
    const [candidate, baseline] = [
      { successes, n },
      { successes: otherSuccesses, n: otherN },
    ];
    expectInterval(computeWilsonInterval(candidate, 0.025), golden.wilson);
    expectInterval(computeNewcombeInterval(candidate, baseline, 0.025), golden.newcombe);
    expectInterval(computeFarringtonManningInterval(candidate, baseline, 0.025), golden.score);
    for (const [difference, expected] of Object.entries(golden.z)) {
      expect(computeFarringtonManningScore(candidate, baseline, Number(difference))).toBeCloseTo(expected, 10);
    }
  });

  it.each([
    [56, 70, 48, 80, [0.0524, 0.3339], [0.0533, 0.3377]],
    [9, 10, 3, 10, [0.1705, 0.809], [0.1821, 0.837]],
  ] as const)(
    '%i/%i and %i/%i have the intervals of Newcombe (1998), methods 10 and 5',
    (s1, n1, s2, n2, hybrid, mee) => {
      const [candidate, baseline] = [
        { successes: s1, n: n1 },
        { successes: s2, n: n2 },
      ];
      expectInterval(computeNewcombeInterval(candidate, baseline, 0.025), hybrid, 4);
      expectInterval(computeFarringtonManningInterval(candidate, baseline, 0.025), mee, 4);
    },
  );
});

describe('means', () => {
  const { means } = goldens;
  const [first, second, third] = [means.first, means.second, means.third].map((values) =>
    Float64Array.from(values),
  ) as [Float64Array, Float64Array, Float64Array];

  it('Welch’s interval is that of statsmodels', () => {
    expectInterval(computeWelchInterval(computeMoments(first), computeMoments(second), 0.025), means.welch);
  });

  it('Welch’s interval is that of GrowthBook’s test_two_sided_ttest', () => {
    const candidate = { n: 3461, mean: 0.7, variance: 6.2 ** 2 };
    const baseline = { n: 3407, mean: 0.41, variance: 3.9 ** 2 };
    expectInterval(computeWelchInterval(candidate, baseline, 0.025), [0.04538, 0.53462], 5);
  });

  it('the paired interval is that of SciPy’s ttest_rel', () => {
    const differences = first.map((value, index) => value - (third[index] ?? Number.NaN));
    expectInterval(computePairedMeanInterval(computeMoments(differences), 0.025), means.paired);
  });

  it('the BCa interval of skewed differences is that of SciPy’s bootstrap to 2 % of its width', () => {
    const found = computeBcaInterval(Float64Array.from(means.skewed), 0.05);
    const allowed = 0.02 * (means.bca[1] - means.bca[0]);
    expect(Math.abs(found.lower - means.bca[0])).toBeLessThan(allowed);
    expect(Math.abs(found.upper - means.bca[1])).toBeLessThan(allowed);
    expect(found.test).toBe('BCa bootstrap interval');
  });

  it('a large or constant sample has Student’s interval in place of the bootstrap, by its name', () => {
    const large = Float64Array.from({ length: 20_001 }, (_, index) => index % 7);
    expect(computeBcaInterval(large, 0.05).test).toBe('paired t interval');
    expect(computeBcaInterval(new Float64Array(30).fill(2), 0.05)).toEqual({
      lower: 2,
      upper: 2,
      test: 'paired t interval',
    });
  });

  it.each(means.fieller)('Fieller’s interval of $input is $interval', ({ input, interval }) => {
    const [mean, squaredError, other, otherError, covariance, tail, degrees] = input as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const of = { mean, squaredError };
    const set = computeFiellerSet(of, { mean: other, squaredError: otherError }, tail, { covariance, degrees });
    expect(set.kind).toBe('interval');
    if (set.kind === 'interval') expectInterval(set, interval);
  });

  it('Fieller’s set without a bound is reported as such', () => {
    const uncertain = { mean: 1, squaredError: 1 };
    expect(computeFiellerSet({ mean: 0.5, squaredError: 1 }, uncertain, 0.025)).toEqual({ kind: 'all' });
    const set = computeFiellerSet({ mean: 10, squaredError: 1 }, uncertain, 0.025);
    expect(set.kind).toBe('complement');
    if (set.kind !== 'complement') return;
    expect(set.below).toBeLessThan(set.above);
    // The estimate 10 is in the set, 0 is not.
    expect([set.above < 10, set.below < 0]).toEqual([true, true]);
  });
});

describe('Holm’s correction and NDCG', () => {
  it('is that of statsmodels', () => {
    const tests = goldens.holm.pValues.map((pValue, index) => ({ name: `metric ${index}`, pValue }));
    const found = applyHolm(tests, 0.05);
    found.forEach(({ adjusted }, index) => {
      expect(adjusted).toBeCloseTo(goldens.holm.adjusted[index] ?? Number.NaN, 12);
    });
    expect(found.map(({ isRejected }) => isRejected)).toEqual([true, false, false, true, false]);
  });

  it('counts a test without a p-value and does not reject it', () => {
    const found = applyHolm(
      [
        { name: 'a', pValue: null },
        { name: 'b', pValue: 0.02 },
      ],
      0.05,
    );
    expect(found).toEqual([
      { name: 'a', pValue: null, adjusted: null, isRejected: false },
      { name: 'b', pValue: 0.02, adjusted: 0.04, isRejected: true },
    ]);
    expect(() => applyHolm([], 0)).toThrow(RangeError);
  });

  it.each(goldens.ndcg)('NDCG@$k of $relevance is that of scikit-learn: $ndcg', ({ relevance, k, ndcg }) => {
    const rows = relevance.map((gain, index) => ({ user: 'u', item: `${index}`, score: -index, relevance: gain }));
    expect(computeRankingMetrics(rows, k).byUser.get('u')?.ndcg).toBeCloseTo(ndcg, 12);
  });
});
