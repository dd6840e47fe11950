import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { type ArmQuestion, compareArms } from './compare-arms.ts';
import type { ArmCluster, PairedCluster } from './outcomes.ts';

const QUESTION: ArmQuestion = {
  ...{ margin: { scale: 'absolute', value: 0.05 }, better: 'higher', range: 1, tail: 0.05, looks: { kind: 'once' } },
};

const pair = (baseline: number, candidate: number, n = 1): PairedCluster => ({ n, baseline, candidate });
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('arms on the same requests', () => {
  it('are compared by the counts of single 0/1 pairs', () => {
    const clusters = [
      ...repeat(880, pair(1, 1)),
      ...repeat(20, pair(0, 1)),
      ...repeat(20, pair(1, 0)),
      ...repeat(80, pair(0, 0)),
    ];
    const { estimate, lower, test, verdict } = compareArms({ design: 'pairs', clusters }, QUESTION);
    expect({ estimate, test, verdict }).toEqual({ estimate: 0, test: 'Tango score interval', verdict: 'non-inferior' });
    expect(lower).toBeCloseTo(-0.0105, 3);
  });

  it('with a relative margin are compared by candidate - (1 - margin) baseline', () => {
    const next = createRandom(1);
    const clusters = repeat(400, 0).map(() => {
      const baseline = next();
      return pair(baseline, 0.97 * baseline + 0.02 * (next() - 0.5));
    });
    const relative = (value: number) => ({ ...QUESTION, margin: { scale: 'relative', value } as const });
    expect(compareArms({ design: 'pairs', clusters }, relative(0.05))).toMatchObject({ verdict: 'non-inferior' });
    expect(compareArms({ design: 'pairs', clusters }, relative(0.01))).toMatchObject({ verdict: 'inferior' });
    const { estimate } = compareArms({ design: 'pairs', clusters }, relative(0.05));
    expect(estimate).toBeCloseTo(0.02 * 0.5, 2);
  });

  it('of a metric that is better when lower lose where the candidate is higher', () => {
    const next = createRandom(2);
    const clusters = repeat(200, 0).map(() => pair(1 + next(), 1.2 + next()));
    const lower: ArmQuestion = {
      ...QUESTION,
      better: 'lower',
      range: null,
      margin: { scale: 'absolute', value: 0.01 },
    };
    expect(compareArms({ design: 'pairs', clusters }, lower)).toMatchObject({ verdict: 'inferior' });
    expect(compareArms({ design: 'pairs', clusters }, { ...lower, better: 'higher' })).toMatchObject({
      verdict: 'non-inferior',
    });
  });

  it('have wider intervals where predictions of one cluster are alike', () => {
    const next = createRandom(3);
    const single: PairedCluster[] = [];
    const together: PairedCluster[] = [];
    for (let user = 0; user < 100; user += 1) {
      const [baseline, candidate] = [Number(next() < 0.7), Number(next() < 0.7)];
      together.push(pair(10 * baseline, 10 * candidate, 10));
      single.push(...repeat(10, pair(baseline, candidate)));
    }
    const width = (clusters: PairedCluster[]) => {
      const { lower, upper } = compareArms({ design: 'pairs', clusters }, QUESTION);
      return upper - lower;
    };
    expect(width(together) / width(single)).toBeGreaterThan(2.5);
  });

  it('that have not differed yet are no proof: a rare loss may not have been seen', () => {
    const clusters = repeat(60, pair(2, 2, 3));
    const { verdict, lower } = compareArms(
      { design: 'pairs', clusters },
      { ...QUESTION, margin: { scale: 'absolute', value: 0.01 } },
    );
    expect(verdict).toBe('inconclusive');
    expect(lower).toBeLessThan(-0.03);
  });

  it('without clusters have no interval and a reason', () => {
    expect(compareArms({ design: 'pairs', clusters: [] }, QUESTION)).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.any(String),
    });
  });
});

it('arms on separate requests weigh clusters by their size', () => {
  const next = createRandom(4);
  const arm = (share: number): ArmCluster[] =>
    repeat(300, 0).map(() => {
      const n = 1 + Math.floor(next() * 5);
      return { n, sum: repeat(n, 0).reduce((sum) => sum + Number(next() < share), 0) };
    });
  const [baseline, candidate] = [arm(0.8), arm(0.5)];
  const mean = (clusters: ArmCluster[]) =>
    clusters.reduce((sum, one) => sum + one.sum, 0) / clusters.reduce((sum, one) => sum + one.n, 0);
  const { estimate, verdict } = compareArms({ design: 'arms', baseline, candidate }, QUESTION);
  expect(estimate).toBeCloseTo(mean(candidate) - mean(baseline), 12);
  expect(verdict).toBe('inferior');
});
