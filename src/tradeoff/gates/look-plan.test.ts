import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../platform/numbers/index.ts';
import { draws } from '../../testing/deep.ts';
import { compareOutcomes, type Looks } from '../statistics/index.ts';
import { computeTailOfLook, planLook } from './look-plan.ts';

const plan = (looks: Parameters<typeof planLook>[0]['looks'], previous: number[], n: number) =>
  planLook(
    { looks },
    { number: previous.length + 1, spentAt: null, previous: previous.map((accuracy) => ({ accuracy })) },
    { metric: 'accuracy', n },
  );

describe('the plan of a look', () => {
  it('divides the examples by those of the first look times the planned looks', () => {
    expect(plan({ planned: 4 }, [], 100)).toEqual({
      ...{ kind: 'planned', count: 4, look: 1, fraction: 0.25, previousFractions: [] },
    });
    expect(plan({ planned: 4 }, [100], 300)).toMatchObject({ look: 2, fraction: 0.75, previousFractions: [0.25] });
    expect(plan({ planned: 4 }, [100, 300], 900)).toMatchObject({ look: 3, fraction: 1 });
  });

  it('divides by the stated examples where the policy states them', () => {
    expect(plan({ planned: 4, examples: 1000 }, [100], 300)).toMatchObject({ fraction: 0.3, previousFractions: [0.1] });
  });

  it('has no further look when the planned examples were tested', () => {
    expect(plan({ planned: 4, examples: 200 }, [200], 300)).toMatchObject({ reason: expect.stringContaining('spent') });
  });

  it('shares alpha over the looks of a check without a sequential test', () => {
    const tail = (looks: Parameters<typeof planLook>[0]['looks'], number: number) =>
      computeTailOfLook({ alpha: 0.05, looks } as Parameters<typeof computeTailOfLook>[0], number);
    expect([tail(1, 1), tail({ planned: 5 }, 2)]).toEqual([0.05, 0.01]);
    const sum = Array.from({ length: 1000 }, (_, at) => tail('anytime', at + 1)).reduce((all, one) => all + one, 0);
    expect(sum).toBeLessThan(0.05);
  });
});

describe('the error of a gate over its looks, at a loss of the margin', () => {
  const RUNS = draws(2_000);
  const LOOKS = 10;
  const STEP = 200;
  const MARGIN = 0.02;

  /** Share of runs in which one of ten looks at growing evaluations passes although the loss is the margin. */
  function countWrongPasses(chooseLooks: (previous: number[], n: number) => Looks): number {
    const random = createSeededRandom(18);
    let wrong = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
      const previous: number[] = [];
      let hasPassed = false;
      for (let look = 1; look <= LOOKS && !hasPassed; look += 1) {
        for (let at = 0; at < STEP; at += 1) {
          const draw = random();
          if (draw < 0.03) counts.onlyCandidate += 1;
          else if (draw < 0.06 + MARGIN) counts.onlyBaseline += 1;
          else counts.both += 1;
        }
        const looks = chooseLooks(previous, look * STEP);
        const outcomes = { design: 'paired', kind: 'binary', ...counts } as const;
        hasPassed = compareOutcomes(outcomes, { margin: MARGIN, tail: 0.05, looks }).verdict === 'non-inferior';
        previous.push(look * STEP);
      }
      if (hasPassed) wrong += 1;
    }
    return wrong / RUNS;
  }

  const byPlan = (looks: Parameters<typeof planLook>[0]['looks']) => (previous: number[], n: number) => {
    const planned = plan(looks, previous, n);
    if ('reason' in planned) throw new Error(planned.reason);
    return planned;
  };
  const bound = 0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / RUNS);

  it('is at most alpha with planned looks and at any time, and more than alpha with a test at each look', () => {
    expect(countWrongPasses(byPlan({ planned: LOOKS }))).toBeLessThanOrEqual(bound);
    expect(countWrongPasses(byPlan('anytime'))).toBeLessThanOrEqual(bound);
    // Negative control: the same test, repeated.
    expect(countWrongPasses(() => ({ kind: 'once' }))).toBeGreaterThan(0.12);
  });
});
