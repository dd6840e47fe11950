import { describe, expect, it } from 'vitest';
import type { CascadeSums } from '../../../mlops/evaluations/index.ts';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import { buildFacts } from '../facts.testing.ts';
import type { QualityAxis } from '../schema.ts';
import { listProvenThresholds } from './select-threshold.ts';

const FOLDS = 20;
const THRESHOLDS = Array.from({ length: 19 }, (_, at) => (at + 1) / 20);

const AXIS = buildFacts([]).axis as QualityAxis;
const question = { axis: AXIS, margin: 0.01, alpha: 0.05 };

interface Example {
  readonly confidence: number;
  /** First outcome minus last. */
  readonly difference: number;
}

function sumExamples(examples: readonly Example[], change: Partial<CascadeSums> = {}): CascadeSums {
  const bins = examples.map(({ confidence, difference }, at) => ({
    ...{ fold: at % FOLDS, bin: THRESHOLDS.filter((one) => confidence >= one).length, rows: 1 },
    ...{ difference, square: difference ** 2 },
  }));
  const rows = examples.length;
  return { examples: 2 * rows, fitted: rows, thresholds: THRESHOLDS, folds: FOLDS, bins, inflation: 1, ...change };
}

/** Examples of which the first version errs where its confidence is below 0.3, and loses `loss` of the others. */
function simulateExamples(seed: number, count: number, loss = 0): Example[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const confidence = random();
    const isWrong = confidence < 0.3 ? random() < 0.5 : random() < loss;
    return { confidence, difference: isWrong ? -1 : 0 };
  });
}

describe('proven thresholds', () => {
  it('end where the first version begins to lose, the most escalated first', () => {
    const proven = listProvenThresholds(sumExamples(simulateExamples(1, 8000)), question);
    if (typeof proven === 'string') throw new Error(proven);
    const shares = proven.map(({ escalated }) => escalated);
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    // 0.3 loses nothing; 0.25 loses half of the 5 % below 0.3, 2.5 points.
    expect(proven.at(-1)?.acceptAtConfidence).toBeCloseTo(0.3, 9);
    expect(proven.at(-1)?.escalated).toBeCloseTo(0.3, 1);
  });

  it('are none where the mean of all examples is within the margin, but no test shows it', () => {
    // One threshold that accepts 95 %, and loses 0.8 % of all.
    const examples = Array.from({ length: 2000 }, (_, at) => ({
      confidence: at % 20 === 1 ? 0 : 0.99,
      difference: at % 125 === 0 ? -1 : 0,
    }));
    const accepted = examples.filter(({ confidence }) => confidence >= 0.5);
    const loss = accepted.reduce((sum, { difference }) => sum - difference, 0) / examples.length;
    expect(loss).toBe(0.008);
    expect(loss).toBeLessThan(question.margin);
    expect(listProvenThresholds(sumExamples(examples, toOneThreshold(examples)), question)).toBe(
      'no threshold is shown to lose less than 0.01 on the 1,000 of 2,000 fitted examples that test it',
    );
  });

  it('are not tested on too few examples, even where all answers are equal', () => {
    const equal = (count: number) => sumExamples(simulateExamples(3, count).map((one) => ({ ...one, difference: 0 })));
    expect(listProvenThresholds(equal(200), question)).toMatch(/^not tested: too few rows; on 100 of 200 fitted/);
    expect(listProvenThresholds(equal(0), question)).toMatch(/^not tested: too few rows; on 0 of 0/);
    expect(typeof listProvenThresholds(equal(2000), question)).toBe('object');
  });

  it('do not exist for one confidence', () => {
    expect(listProvenThresholds(sumExamples(simulateExamples(1, 100), { thresholds: [] }), question)).toMatch(
      'the same on all examples',
    );
  });

  it('follow the direction of the metric, and count scores too', () => {
    const lower = { ...AXIS, direction: 'lower', kind: 'score' } as const;
    const examples = simulateExamples(1, 8000);
    // Half a unit of an error more, where lower is better.
    const errors = examples.map((one) => ({ ...one, difference: -one.difference / 2 }));
    const proven = listProvenThresholds(sumExamples(errors), { ...question, axis: lower });
    expect(typeof proven === 'string' ? proven : proven.at(-1)?.acceptAtConfidence).toBeCloseTo(0.3, 9);
    // An error of the first that is smaller by one is a gain at every threshold.
    const gains = listProvenThresholds(sumExamples(examples), { ...question, axis: lower });
    expect(typeof gains === 'string' ? gains : gains.at(-1)?.acceptAtConfidence).toBe(THRESHOLDS[0]);
  });

  it('need more examples where these depend on each other', () => {
    const examples = simulateExamples(1, 8000);
    const dependent = listProvenThresholds(sumExamples(examples, { inflation: 50 }), question);
    expect(dependent).toMatch('too few rows');
  });

  it('contain an inferior one in at most alpha of the fits', () => {
    const count = draws(2000);
    let wrong = 0;
    for (let draw = 0; draw < count; draw += 1) {
      const random = createRandom(1000 + draw);
      // The only threshold accepts 98 % and loses 1.02 % of these: the margin.
      const examples = Array.from({ length: 1600 }, () => ({
        confidence: random() < 0.02 ? 0 : 0.99,
        difference: random() < 0.0102 ? -1 : 0,
      }));
      const proven = listProvenThresholds(sumExamples(examples, toOneThreshold(examples)), question);
      if (typeof proven !== 'string') wrong += 1;
    }
    expect(wrong / count).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / count));
  });
});

/** Sums for the only threshold 0.5. */
function toOneThreshold(examples: readonly Example[]): Pick<CascadeSums, 'bins' | 'thresholds'> {
  const bins = examples.map(({ confidence, difference }, at) => ({
    ...{ fold: at % FOLDS, bin: confidence >= 0.5 ? 1 : 0, rows: 1, difference, square: difference ** 2 },
  }));
  return { bins, thresholds: [0.5] };
}
