import { describe, expect, it } from 'vitest';
import { compareOutcomes } from '../compare.ts';
import type { Looks, Outcomes, PairedCounts } from '../outcomes.ts';
import { computeSequenceMultiplier } from './asymptotic-sequence.ts';
import { computeLookLevels } from './lan-demets.ts';
import { computePairedBettingInterval } from './paired-betting.ts';

const PAIRED_COUNTS: Outcomes & PairedCounts = {
  design: 'paired',
  kind: 'binary',
  both: 880,
  onlyCandidate: 20,
  onlyBaseline: 22,
  neither: 78,
};
const COUNTS: Outcomes = {
  design: 'unpaired',
  kind: 'binary',
  candidate: { successes: 3600, n: 4000 },
  baseline: { successes: 3610, n: 4000 },
};
const VALUES = Float64Array.from({ length: 400 }, (_, place) => 100 + ((place * 37) % 101) / 10);
const MEANS: Outcomes = {
  design: 'unpaired',
  kind: 'mean',
  candidate: VALUES,
  baseline: VALUES.map((value) => value + 0.1),
};
const DIFFERENCES: Outcomes = { design: 'paired', kind: 'mean', differences: VALUES.map((value) => value - 105) };

function compare(outcomes: Outcomes, looks: Looks, inflation = 1) {
  return compareOutcomes(outcomes, {
    margin: 0.02,
    tail: 0.05,
    looks,
    dependence: { kind: 'autocorrelated', inflation },
  });
}

const planned = (look: number, fraction: number, previousFractions: readonly number[] = []): Looks => ({
  kind: 'planned',
  count: 4,
  look,
  fraction,
  previousFractions,
});

describe('comparisons at several looks', () => {
  it.each([
    ['paired counts', PAIRED_COUNTS],
    ['counts of two arms', COUNTS],
    ['means of two arms', MEANS],
    ['paired differences', DIFFERENCES],
  ])('a planned look at %s is a single test at the level of the look', (_name, outcomes) => {
    const at = compare(outcomes, planned(2, 0.6, [0.3]));
    const level = computeLookLevels([0.3, 0.6], 0.05)[1] as number;
    const once = compareOutcomes(outcomes, { margin: 0.02, tail: level, looks: { kind: 'once' } });
    expect([at.lower, at.upper]).toEqual([once.lower, once.upper]);
    expect(at.test).toBe("Lan-DeMets bound (O'Brien-Fleming), look 2 of 4");
    expect(at.tail).toBe(0.05);
    expect(at.lower).toBeLessThan(compare(outcomes, { kind: 'once' }).lower);
  });

  it('an anytime look is as wide as the confidence sequence, and wider with dependence', () => {
    const at = compare(MEANS, { kind: 'anytime' });
    const variance = VALUES.reduce((sum, value) => sum + (value - 105) ** 2, 0) / 399;
    const half = Math.sqrt((2 * variance) / 400) * computeSequenceMultiplier(800, { tail: 0.05 });
    // Student's t of about 798 degrees of freedom instead of the normal law: 1 % wider so far in the tail.
    expect((at.upper - at.lower) / 2 / half).toBeGreaterThan(1);
    expect((at.upper - at.lower) / 2 / half).toBeLessThan(1.02);
    expect(at.test).toBe('asymptotic confidence sequence');
    const dependent = compare(MEANS, { kind: 'anytime' }, 3);
    expect(dependent.lower).toBeLessThan(at.lower);
    expect(dependent.upper).toBeGreaterThan(at.upper);
  });

  it('pairs count twice, as observations of both arms', () => {
    const at = compare(DIFFERENCES, { kind: 'anytime', tunedAt: 800 });
    const variance = VALUES.reduce((sum, value) => sum + (value - 105) ** 2, 0) / 399;
    const half = Math.sqrt(variance / 400) * computeSequenceMultiplier(800, { tail: 0.05, tunedAt: 800 });
    expect((at.upper - at.lower) / 2 / half).toBeGreaterThan(1);
    expect((at.upper - at.lower) / 2 / half).toBeLessThan(1.02);
  });

  it('paired counts are judged by the betting sequence, unless they depend on each other or a size is stated', () => {
    const { lower, upper, test } = compare(PAIRED_COUNTS, { kind: 'anytime' });
    expect({ lower, upper }).toEqual(computePairedBettingInterval(PAIRED_COUNTS, 0.05));
    expect(test).toBe('betting confidence sequence');
    expect(compare(PAIRED_COUNTS, { kind: 'anytime' }, 1.5).test).toBe('asymptotic confidence sequence');
    expect(compare(PAIRED_COUNTS, { kind: 'anytime', tunedAt: 2000 }).test).toBe('asymptotic confidence sequence');
  });

  it('has no verdict at a look without error to spend, nor at the first observations', () => {
    expect(compare(COUNTS, planned(1, 0.001))).toMatchObject({ lower: -1, upper: 1, verdict: 'inconclusive' });
    expect(compare(MEANS, planned(1, 0.001))).toMatchObject({
      lower: Number.NEGATIVE_INFINITY,
      verdict: 'inconclusive',
    });
    const few: Outcomes = { ...PAIRED_COUNTS, both: 3, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
    expect(compare(few, { kind: 'anytime' }).verdict).toBe('inconclusive');
  });

  it('needs fewer samples with planned looks than at any time', () => {
    const needed = (looks: Looks) => compare(COUNTS, looks).samplesNeeded as number;
    expect(needed(planned(1, 0.25))).toBeGreaterThan(0);
    expect(needed({ kind: 'anytime' })).toBeGreaterThan(needed(planned(1, 0.25)));
  });

  it.each([planned(5, 0.5), planned(0, 0.5), planned(2, 0.5, [0.6]), planned(1, 1.5)])(
    'refuses the look %j',
    (looks) => {
      expect(() => compare(COUNTS, looks)).toThrow(RangeError);
    },
  );
});
