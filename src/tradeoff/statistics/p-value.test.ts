import { describe, expect, it } from 'vitest';
import { computeNormalTail, computeStudentTwoSided } from '../../platform/numbers/index.ts';
import { compareOutcomes, computeMoments, computeNonInferiorityPValue, type Outcomes } from './index.ts';
import { computeTangoScore } from './paired/tango.ts';

const counts = { both: 85, onlyCandidate: 5, onlyBaseline: 6, neither: 4 };
const pairs: Outcomes = { design: 'paired', kind: 'binary', ...counts };

describe('the p-value of non-inferiority', () => {
  it('is that of the score test and of the t test', () => {
    expect(computeNonInferiorityPValue(pairs, { margin: 0.05 })).toBeCloseTo(
      computeNormalTail(computeTangoScore(counts, -0.05)),
      11,
    );
    expect(computeNonInferiorityPValue(pairs, { margin: 0 })).toBeCloseTo(
      computeNormalTail(computeTangoScore(counts, 0)),
      11,
    );
    const differences = Float64Array.of(0.1, 0.4, -0.2, 0.6, 0.3);
    const { mean, variance } = computeMoments(differences);
    const t = (mean + 0.1) / Math.sqrt(variance / 5);
    const found = computeNonInferiorityPValue({ design: 'paired', kind: 'mean', differences }, { margin: 0.1 });
    expect(found).toBeCloseTo(computeStudentTwoSided(t, 4) / 2, 11);
  });

  it('is where the verdict changes', () => {
    const arms: Outcomes = {
      design: 'unpaired',
      kind: 'binary',
      candidate: { successes: 180, n: 200 },
      baseline: { successes: 181, n: 200 },
    };
    const tail = computeNonInferiorityPValue(arms, { margin: 0.05 }) ?? Number.NaN;
    const judge = (at: number) => compareOutcomes(arms, { margin: 0.05, tail: at, looks: { kind: 'once' } }).verdict;
    expect([judge(tail * 1.001), judge(tail * 0.999)]).toEqual(['non-inferior', 'inconclusive']);
  });

  it('is null without an interval, and tiny at most 1e-12', () => {
    expect(computeNonInferiorityPValue({ ...pairs, both: Number.NaN }, { margin: 0.05 })).toBeNull();
    const certain: Outcomes = { ...pairs, both: 1e6 };
    expect(computeNonInferiorityPValue(certain, { margin: 0.5 })).toBeCloseTo(1e-12, 15);
    expect(() => computeNonInferiorityPValue(pairs, { margin: -1 })).toThrow(RangeError);
  });
});
