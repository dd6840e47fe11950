import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import { type ComparisonQuestion, compareOutcomes, type Outcomes, type PairedCounts } from './index.ts';

const ask = (margin = 0.02, tail = 0.05): ComparisonQuestion => ({ margin, tail, looks: { kind: 'once' } });
const pairs = (both: number, onlyCandidate: number, onlyBaseline: number, neither: number): Outcomes => ({
  design: 'paired',
  kind: 'binary',
  both,
  onlyCandidate,
  onlyBaseline,
  neither,
});
const arms = (successes: number, n: number, other: number, otherN: number): Outcomes => ({
  design: 'unpaired',
  kind: 'binary',
  candidate: { successes, n },
  baseline: { successes: other, n: otherN },
});
const differences = (...values: readonly number[]): Outcomes => ({
  design: 'paired',
  kind: 'mean',
  differences: Float64Array.from(values),
});
const values = (candidate: readonly number[], baseline: readonly number[]): Outcomes => ({
  design: 'unpaired',
  kind: 'mean',
  candidate: Float64Array.from(candidate),
  baseline: Float64Array.from(baseline),
});

describe('the verdict of a comparison', () => {
  it.each([
    [pairs(880, 20, 20, 80), 0.02, 'non-inferior', 'Tango score interval'],
    [pairs(850, 10, 60, 80), 0.02, 'inferior', 'Tango score interval'],
    [pairs(85, 5, 6, 4), 0.02, 'inconclusive', 'Tango score interval'],
    [arms(4500, 5000, 4500, 5000), 0.02, 'non-inferior', 'Newcombe interval'],
    [arms(4000, 5000, 4500, 5000), 0.02, 'inferior', 'Newcombe interval'],
    [arms(90, 100, 90, 100), 0.02, 'inconclusive', 'Newcombe interval'],
    [differences(0.5, 0.7, 0.6, 0.4), 0, 'non-inferior', 'paired t interval'],
    [differences(-0.5, -0.7, -0.6, -0.4), 0.1, 'inferior', 'paired t interval'],
    [values([5, 6, 5.5, 6], [1, 2, 1.5, 1.2]), 0, 'non-inferior', 'Welch interval'],
    [values([1, 2, 1.5, 1.2], [5, 6, 5.5, 6]), 1, 'inferior', 'Welch interval'],
  ] as const)('of %j with margin %f is %s by the %s', (outcomes, margin, verdict, test) => {
    const found = compareOutcomes(outcomes, ask(margin));
    expect([found.verdict, found.test, found.reason]).toEqual([verdict, test, null]);
    if (verdict !== 'inconclusive') expect(found.samplesNeeded).toBe(0);
  });

  it('is about the samples still needed at the present estimate', () => {
    // One-sided 5 %, 80 % power, p = 0.9: 2,783 an arm, with the variance at the margin slightly above that at the estimate.
    const needed = compareOutcomes(arms(900, 1000, 900, 1000), ask()).samplesNeeded ?? 0;
    expect(Math.abs(needed + 1000 - 2783)).toBeLessThan(20);
    // At or below -margin no number of samples shows non-inferiority.
    expect(compareOutcomes(arms(88, 100, 90, 100), ask()).samplesNeeded).toBeNull();
    // No discordant pairs: n with z^2 (1 - margin) / margin.
    expect(compareOutcomes(pairs(90, 0, 0, 10), ask()).samplesNeeded).toBe(133 - 100);
    expect(compareOutcomes(pairs(120, 0, 0, 13), ask()).verdict).toBe('non-inferior');
    expect(compareOutcomes(pairs(119, 0, 0, 13), ask()).verdict).toBe('inconclusive');
  });
});

describe('a question about dependent observations', () => {
  it('divides the sample size by the inflation in every interval', () => {
    const dependence = { kind: 'autocorrelated', inflation: 4 } as const;
    const found = compareOutcomes(pairs(3520, 80, 80, 320), { ...ask(), dependence });
    const quarter = compareOutcomes(pairs(880, 20, 20, 80), ask());
    expect(found).toEqual({ ...quarter, n: 4000 });
    const wide = compareOutcomes(arms(3600, 4000, 3500, 4000), { ...ask(), dependence });
    const narrow = compareOutcomes(arms(900, 1000, 875, 1000), ask());
    expect([wide.lower, wide.upper]).toEqual([narrow.lower, narrow.upper]);
    const many = Array.from({ length: 400 }, (_, index) => Math.sin(index));
    const half = (outcomes: Outcomes, question: ComparisonQuestion): number => {
      const { lower, upper } = compareOutcomes(outcomes, question);
      return upper - lower;
    };
    for (const outcomes of [differences(...many), values(many, many.slice(0, 300))]) {
      expect(half(outcomes, { ...ask(), dependence }) / half(outcomes, ask())).toBeCloseTo(2, 1);
    }
  });
});

describe('data that carry no interval', () => {
  const constant = (n: number): number[] => new Array<number>(n).fill(0.25);

  it.each([
    ['no pairs', pairs(0, 0, 0, 0), /fewer than two/, 1],
    ['one pair', pairs(1, 0, 0, 0), /fewer than two/, 1],
    ['a negative count', pairs(5, -1, 0, 9), /count of pairs/, 1],
    ['a count that is not a number', pairs(5, Number.NaN, 0, 9), /count of pairs/, 1],
    ['an empty arm', arms(0, 0, 5, 10), /fewer than two/, 1],
    ['more successes than observations', arms(11, 10, 5, 10), /from 0 to its n/, 1],
    ['no differences', differences(), /fewer than two/, Infinity],
    ['one difference', differences(3), /fewer than two/, Infinity],
    ['a difference that is not a number', differences(1, 2, Number.NaN), /not a finite number/, Infinity],
    ['an infinite difference', differences(1, 2, Infinity), /not a finite number/, Infinity],
    ['differences too large to be squared', differences(1e200, -1e200, 3), /too large/, Infinity],
    ['few equal differences', differences(...constant(58)), /All values are equal/, Infinity],
    ['few equal values in both arms', values(constant(20), constant(20)), /All values are equal/, Infinity],
    ['an arm of one value', values([1], [1, 2, 3]), /fewer than two/, Infinity],
  ] as const)('%s: inconclusive with a reason', (_, outcomes, reason, range) => {
    const found = compareOutcomes(outcomes, ask());
    expect(found).toMatchObject({ verdict: 'inconclusive', lower: -range, upper: range, samplesNeeded: null });
    expect(found.reason).toMatch(reason);
  });

  it('are not equal values in number, nor equal 0/1 outcomes', () => {
    expect(compareOutcomes(differences(...constant(59)), ask())).toMatchObject({ lower: 0.25, upper: 0.25 });
    const found = compareOutcomes(pairs(1000, 0, 0, 0), ask());
    expect(found.verdict).toBe('non-inferior');
    expect([found.lower < -0.002, found.upper > 0.002]).toEqual([true, true]);
    const both = compareOutcomes(arms(1000, 1000, 1000, 1000), ask());
    expect([both.lower < -0.002, both.upper > 0.002]).toEqual([true, true]);
  });

  it('are inconclusive where dependence leaves fewer than two observations', () => {
    const dependence = { kind: 'autocorrelated', inflation: 600 } as const;
    expect(compareOutcomes(pairs(880, 20, 20, 80), { ...ask(), dependence }).reason).toMatch(/fewer than two/);
  });
});

describe('a wrong question', () => {
  it.each([
    [{ margin: -0.01 }, /margin/],
    [{ margin: Number.NaN }, /margin/],
    [{ tail: 0 }, /one-sided error/],
    [{ tail: 0.5 }, /one-sided error/],
    [{ tail: Number.NaN }, /one-sided error/],
    [{ dependence: { kind: 'autocorrelated', inflation: 0.5 } }, /inflation/],
  ] as const)('%j is refused', (part, message) => {
    expect(() => compareOutcomes(pairs(880, 20, 20, 80), { ...ask(), ...part })).toThrow(message);
  });
});

describe('every comparison', () => {
  const count = fc.integer({ min: 0, max: 400 });
  const real = fc.double({ min: -100, max: 100, noNaN: true });
  const list = fc.array(real, { minLength: 2, maxLength: 30 });
  const outcomes: fc.Arbitrary<Outcomes> = fc.oneof(
    fc.tuple(count, count, count, count).map((counts) => pairs(...counts)),
    fc.tuple(count, count, count, count).map(([a, b, c, d]) => arms(a, a + b, c, c + d)),
    list.map((all) => differences(...all)),
    fc.tuple(list, list).map(([candidate, baseline]) => values(candidate, baseline)),
  );
  const exchange = (given: Outcomes): Outcomes => {
    if (given.design === 'unpaired')
      return { ...given, candidate: given.baseline, baseline: given.candidate } as Outcomes;
    if (given.kind === 'mean') return { ...given, differences: given.differences.map((value) => -value) };
    return { ...given, onlyCandidate: given.onlyBaseline, onlyBaseline: given.onlyCandidate };
  };
  const options = { numRuns: 300, seed: 18 };

  it('has the opposite interval with its arms exchanged, around its estimate', () => {
    fc.assert(
      fc.property(outcomes, fc.double({ min: 1e-6, max: 0.4, noNaN: true }), (given, tail) => {
        const [one, other] = [compareOutcomes(given, ask(0, tail)), compareOutcomes(exchange(given), ask(0, tail))];
        expect(other.lower).toBeCloseTo(-one.upper, 9);
        expect(other.upper).toBeCloseTo(-one.lower, 9);
        if (one.reason !== null) return;
        expect(one.estimate).toBeGreaterThanOrEqual(one.lower);
        expect(one.estimate).toBeLessThanOrEqual(one.upper);
        if (given.kind === 'binary') expect([one.lower >= -1, one.upper <= 1]).toEqual([true, true]);
      }),
      options,
    );
  });

  it('passes with every larger margin and with every larger error', () => {
    const order = ['inferior', 'inconclusive', 'non-inferior'];
    const margin = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(outcomes, margin, margin, (given, first, second) => {
        const [small, large] = [Math.min(first, second), Math.max(first, second)];
        const rank = (at: number) => order.indexOf(compareOutcomes(given, ask(at)).verdict);
        expect(rank(large)).toBeGreaterThanOrEqual(rank(small));
        const [strict, loose] = [compareOutcomes(given, ask(small, 0.01)), compareOutcomes(given, ask(small, 0.1))];
        expect([loose.lower >= strict.lower, loose.upper <= strict.upper]).toEqual([true, true]);
      }),
      options,
    );
  });
});

describe('the time of a comparison', () => {
  it('is far below a second for a million outcomes', () => {
    const random = createRandom(1);
    const million = (): Float64Array => Float64Array.from({ length: 1e6 }, () => random());
    const cases: Outcomes[] = [
      pairs(850_000, 40_000, 41_000, 69_000),
      { design: 'paired', kind: 'mean', differences: million() },
      { design: 'unpaired', kind: 'mean', candidate: million(), baseline: million() },
    ];
    for (const outcomes of cases) {
      const start = performance.now();
      compareOutcomes(outcomes, ask());
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });
});
