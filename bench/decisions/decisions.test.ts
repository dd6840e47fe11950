import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/platform/numbers/index.ts';
import type { FrontierPoint } from '../../src/tradeoff/outcome-files/schema.ts';
import { buildEvaluation, parseApiTask, reorderRows } from './decision-data.ts';
import { mergeAlike } from './frontier-section.ts';
import { countVerdicts, judgeByZ, tiltShares } from './resampled-looks.ts';
import { computeRandomRouter, countModelPairs } from './routing-section.ts';
import { buildTable, formatInterval, formatShare } from './tables.ts';
import { findBestApi, fitThresholdRule, replayStages, shuffleRows } from './threshold-rule.ts';

const TEXT = `small_label,small_confidence,small_correct,large_label,large_confidence,large_correct
a,0.9,1,a,0.5,1
b,0.8,1,b,0.5,1
c,0.4,0,c,0.5,1
d,,0,d,0.5,1
`;
const task = parseApiTask('letters', TEXT, [
  { api: 'small', price: '10' },
  { api: 'large', price: '100' },
]);
const ROWS = [0, 1, 2, 3];

describe('a task of FrugalML', () => {
  it('is read by column, with prices of 1,000 calls and unknown confidences as NaN', () => {
    expect(task.apis.map(({ pricePerThousand }) => pricePerThousand)).toEqual([1, 10]);
    expect(task.apis[0]?.confidence[3]).toBeNaN();
    expect(buildEvaluation(task).text).toContain('pricePerThousand: 10}');
  });

  it('is written in another order of its rows', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of reorderRows(task, [2, 0]).readBytes()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(`${task.header}\nc,0.4,0,c,0.5,1\na,0.9,1,a,0.5,1\n`);
  });
});

describe('the threshold rule', () => {
  it('takes the cheapest threshold within the loss, and pays every stage that is asked', () => {
    const { baseline, stages } = fitThresholdRule(task.apis, ROWS, 0);
    expect(baseline).toBe(findBestApi(task.apis, ROWS));
    expect(stages).toEqual([
      { api: 0, acceptAtConfidence: 0.8 },
      { api: 1, acceptAtConfidence: null },
    ]);
    const { counts, saving } = replayStages(task.apis, ROWS, stages, baseline);
    expect(counts).toEqual({ both: 4, onlyCandidate: 0, onlyBaseline: 0, neither: 0 });
    // Four calls at 1 and two at 10, in place of four at 10.
    expect(saving).toBeCloseTo(1 - 24 / 40, 12);
  });

  it('allows more loss where it is told to, and keeps the best API where none qualifies', () => {
    expect(fitThresholdRule(task.apis, ROWS, 0.25).stages[0]).toEqual({ api: 0, acceptAtConfidence: 0.4 });
    expect(fitThresholdRule(task.apis, [2, 3], 0).stages).toEqual([{ api: 1, acceptAtConfidence: null }]);
  });

  it('shuffles rows without losing one', () => {
    const rows = shuffleRows(100, createRandom(1));
    expect(rows).not.toEqual(rows.toSorted((a, b) => a - b));
    expect(new Set(rows).size).toBe(100);
  });
});

describe('looks at drawn pairs', () => {
  const counts = { both: 80, onlyCandidate: 4, onlyBaseline: 6, neither: 10 };

  it('have the stated difference and the recorded share of pairs that differ', () => {
    const shares = tiltShares(counts, -0.01);
    expect(shares?.onlyCandidate).toBeCloseTo(0.045, 12);
    expect(shares?.onlyBaseline).toBeCloseTo(0.055, 12);
    expect(tiltShares(counts, -0.2)).toBeNull();
  });

  it('keep a candidate without a difference, and err more often where a plain test is repeated', () => {
    const shares = { onlyCandidate: 0.05, onlyBaseline: 0.05 };
    const question = { shares, tail: 0.05, n: 2000, looks: 50, runs: 100, seed: 1 };
    const { once, planned, anytime } = countVerdicts({ ...question, margin: 0.05 });
    expect([once.keep, planned.keep, anytime.keep]).toEqual([100, 100, 100]);
    expect(planned.pairs).toBeLessThan(once.pairs);
    const wrong = countVerdicts({ ...question, margin: 0 });
    expect(wrong.planned.keep).toBeLessThanOrEqual(8);
    expect(wrong.anytime.keep).toBeLessThanOrEqual(8);
    expect(wrong.naive.keep).toBeGreaterThan(15);
  });

  it('are judged by the plain z test', () => {
    expect(judgeByZ({ both: 900, onlyCandidate: 50, onlyBaseline: 50, neither: 0 }, 0.02)).toBe('non-inferior');
    expect(judgeByZ({ both: 900, onlyCandidate: 10, onlyBaseline: 90, neither: 0 }, 0.02)).toBe('inferior');
    expect(judgeByZ({ both: 10, onlyCandidate: 0, onlyBaseline: 0, neither: 0 }, 0.02)).toBe('inconclusive');
  });
});

describe('routing', () => {
  it('counts the pairs of the two models', () => {
    const text = 'domain,mixtral_8x7b_correct,gpt4_1106_correct\na,1,1\na,1,0\nb,0,1\nb,0,0\nb,0,1';
    expect(countModelPairs(text)).toEqual({ both: 1, onlyCandidate: 1, onlyBaseline: 2, neither: 1 });
  });

  it('has a random router that loses and saves in proportion to the weak calls', () => {
    const router = computeRandomRouter({ estimate: -0.12, lower: -0.14, upper: -0.1 }, 0.9, 0.75);
    expect(router.difference.estimate).toBeCloseTo(-0.03, 12);
    expect(router.saving).toBeCloseTo(0.225, 12);
  });
});

describe('tables of the page', () => {
  it('merge points of the same cost and quality', () => {
    const point = (name: string, cost: number) => ({ name, cost, quality: { estimate: 0.9 } }) as FrontierPoint;
    expect(mergeAlike([point('a', 1), point('b', 1), point('c', 2)]).map(({ count }) => count)).toEqual([2, 1]);
  });

  it('print intervals in points, shares with their standard error, and an unknown as a dash', () => {
    expect(formatInterval({ estimate: 0.0123, lower: -0.001, upper: null })).toBe('+1.23 (-0.10 to –)');
    expect(formatShare(5, 100)).toBe('5.0 % ± 2.2');
    expect(formatShare(0, 0)).toBe('–');
    expect(buildTable(['a', 'b'], [['x|y', '1']])).toBe('| a | b |\n| --- | ---: |\n| x\\|y | 1 |');
  });
});
