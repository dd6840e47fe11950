import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { type BoundedSequence, createBettingSequence, createEmpiricalBernsteinSequence } from './betting-sequence.ts';

/** The data of the goldens: 60 values spread over 0..1, and 200 outcomes with nine successes in ten. */
const SPREAD = Array.from({ length: 60 }, (_, i) => ((i * 37 + 11) % 101) / 100);
const OUTCOMES = Array.from({ length: 200 }, (_, i) => ((i * 7919) % 10 < 9 ? 1 : 0));

function collect(sequence: BoundedSequence, values: readonly number[], places: readonly number[]) {
  return values.flatMap((value, index) => {
    sequence.add(value);
    const { lower, upper } = sequence.interval();
    return places.includes(index + 1) ? [[index + 1, lower, upper]] : [];
  });
}

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.flat().forEach((value, place) => {
    expect(Math.abs(value - (expected.flat()[place] as number))).toBeLessThan(1e-9);
  });
}

describe('confidence sequences of a bounded mean', () => {
  // confseq 0.0.11, confseq.predmix.predmix_empbern_cs(x, alpha=.05), running intersection.
  it.each([
    [
      SPREAD,
      [
        [10, 0, 1],
        [30, 0.20867457639622689, 0.7860357436595569],
        [60, 0.3455550464665631, 0.6640503122521297],
      ],
    ],
    [
      OUTCOMES,
      [
        [10, 0.06411431386682342, 1],
        [30, 0.5966352293895238, 1],
        [200, 0.8198514713458651, 0.9734304533434504],
      ],
    ],
  ])('empirical Bernstein equals confseq', (values, expected) => {
    const places = expected.map(([n]) => n as number);
    expectClose(collect(createEmpiricalBernsteinSequence({ tail: 0.025 }), values, places), expected);
  });

  // confseq 0.0.11, confseq.betting.hedged_cs(x, alpha=.05, breaks=100).
  it.each([
    [
      SPREAD,
      [
        [10, 0.21, 0.76],
        [30, 0.34, 0.65],
        [60, 0.39, 0.61],
      ],
    ],
    [
      OUTCOMES,
      [
        [10, 0.44, 1],
        [30, 0.67, 1],
        [200, 0.82, 0.95],
      ],
    ],
  ])('hedged capital equals confseq', (values, expected) => {
    const places = expected.map(([n]) => n as number);
    expectClose(collect(createBettingSequence({ tail: 0.025 }, 100), values, places), expected);
  });

  it.each([createEmpiricalBernsteinSequence, createBettingSequence])('%o scales to other bounds', (create) => {
    const unit = create({ tail: 0.05 });
    const scaled = create({ tail: 0.05, bounds: { lower: -1, upper: 3 } });
    for (const value of SPREAD) {
      unit.add(value);
      scaled.add(4 * value - 1);
    }
    expect(scaled.interval().lower).toBeCloseTo(4 * unit.interval().lower - 1, 12);
    expect(scaled.interval().upper).toBeCloseTo(4 * unit.interval().upper - 1, 12);
  });

  it('hold over 1,000 observations more often than they must', () => {
    const runs = 100;
    let misses = 0;
    for (let run = 0; run < runs; run += 1) {
      const next = createRandom(run);
      const sequence = createBettingSequence({ tail: 0.05 }, 100);
      for (let i = 0; i < 1000; i += 1) sequence.add(next() < 0.9 ? 1 : 0);
      const { lower, upper } = sequence.interval();
      if (lower > 0.9 || upper < 0.9) misses += 1;
    }
    expect(misses / runs).toBeLessThanOrEqual(0.1);
  });

  it('refuse observations outside the bounds, and bounds that do not rise', () => {
    expect(() => createBettingSequence({ tail: 0.05 }).add(1.01)).toThrow(RangeError);
    expect(() => createEmpiricalBernsteinSequence({ tail: 0.05 }).add(Number.NaN)).toThrow(RangeError);
    expect(() => createBettingSequence({ tail: 0.05, bounds: { lower: 1, upper: 1 } })).toThrow(RangeError);
    expect(() => createBettingSequence({ tail: 0.6 })).toThrow(RangeError);
  });
});
