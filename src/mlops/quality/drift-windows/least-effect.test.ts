import { describe, expect, it } from 'vitest';
import type { DriftColumn } from '../../drift/schema.ts';
import { judgeColumn, leastEffect } from './least-effect.ts';

const tested = (more: Partial<DriftColumn>) =>
  ({ adjustedPValue: 1e-9, effect: 0.05, missingEffect: null, drifted: true, threshold: 0.05, ...more }) as DriftColumn;
const judged = (column: DriftColumn, minEffect: number | null = 0.1) =>
  judgeColumn(column, { threshold: 0.0005, minEffect, said: undefined });

describe('the least effect of a column', () => {
  it.each([
    ['ks', undefined, undefined, 0.1],
    ['ks', undefined, { ks: 0.04, jensenshannon: 0.3 }, 0.1],
    ['ks', undefined, { ks: 0.35, jensenshannon: null }, 0.35],
    ['chi2_contingency', undefined, { ks: 0.35, jensenshannon: 0.2 }, 0.2],
    ['chi2_permutation', undefined, { ks: 0.35, jensenshannon: null }, 0.1],
    ['ks', { ks: 0.02 }, { ks: 0.35, jensenshannon: null }, 0.02],
    ['chi2_contingency', { ks: 0.02 }, undefined, 0.1],
    [null, undefined, undefined, 0.1],
    ['mmd', undefined, undefined, null],
  ] as const)('of %s, said %j, varying by %j, is %s', (method, said, variation, least) => {
    expect(leastEffect({ method }, said, variation)).toBe(least);
  });
});

describe('a column drifted', () => {
  it.each([
    ['when its change is significant and large', tested({ effect: 0.1 }), [true, true]],
    ['not when it is significant and small', tested({ effect: 0.099 }), [true, false]],
    ['not when it is large by chance', tested({ effect: 0.5, adjustedPValue: 0.001 }), [false, false]],
    ['when its missing values became many', tested({ effect: null, missingEffect: 0.4 }), [true, true]],
    ['not when hardly more are missing', tested({ missingEffect: 0.02 }), [true, false]],
    ['unless it could not be tested', tested({ adjustedPValue: null, drifted: null }), [null, null]],
  ] as const)('%s', (_, column, [significant, drifted]) => {
    expect(judged(column)).toMatchObject({ significant, drifted });
  });

  it('not when its method has no effect size', () => {
    expect(judged(tested({ effect: null }), null)).toMatchObject({ significant: true, drifted: false });
  });
});
