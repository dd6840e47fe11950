import { describe, expect, test } from 'vitest';
import { createRandom } from '../random/xoshiro.ts';
import { generateRatings } from '../ratings/generate.ts';
import { splitByTime } from '../ratings/split.ts';
import { estimateDifference, estimateMean } from './estimate.ts';
import { evaluate } from './evaluate.ts';
import { ndcgAt, recallAt, reciprocalRankAt } from './ranking-metrics.ts';
import { scoreUser, topItems } from './score.ts';
import { trainModels } from './train-models.ts';
import type { ModelVariant } from './variants.ts';

const split = splitByTime(generateRatings({ seed: 5, userCount: 500, itemCount: 500, tasteCount: 32 }));
const settings = { unobservedWeight: 0.5, regularisation: 0.002, epochs: 3 };
const variants: ModelVariant[] = [
  { name: 'popularity', kind: 'popularity', members: [] },
  { name: 'mf-32', kind: 'matrix-factorisation', members: [{ ...settings, factorCount: 32, seed: 1 }] },
  {
    name: 'ensemble-3x32',
    kind: 'ensemble',
    members: [1, 2, 3].map((seed) => ({ ...settings, factorCount: 32, seed })),
  },
];

describe('ranking metrics', () => {
  test.each([
    ['a perfect list', [1, 2], new Set([1, 2]), 1, 1, 1],
    ['one of two relevant items at rank 2', [9, 1, 8], new Set([1, 2]), 0.38685280723454163, 0.5, 0.5],
    ['no hit', [7, 8], new Set([1]), 0, 0, 0],
    ['a hit beyond the cut', [7, 8, 9, 6, 5, 4, 3, 2, 0, 11, 1], new Set([1]), 0, 0, 0],
  ])('of %s', (_, list, relevant, ndcg, recall, reciprocalRank) => {
    expect(ndcgAt(10, list, relevant)).toBeCloseTo(ndcg, 12);
    expect(recallAt(10, list, relevant)).toBeCloseTo(recall, 12);
    expect(reciprocalRankAt(10, list, relevant)).toBeCloseTo(reciprocalRank, 12);
  });

  test('are unknown, not zero, for a user without relevant items', () => {
    expect([ndcgAt(10, [1], new Set()), recallAt(10, [1], new Set()), reciprocalRankAt(10, [1], new Set())]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('the interval of a mean', () => {
  test('agrees with a percentile bootstrap', () => {
    const random = createRandom(11);
    const values = Float64Array.from({ length: 2000 }, () => (random.next() < 0.7 ? 0 : random.next()));
    const means = Float64Array.from({ length: 2000 }, () => {
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[random.integer(values.length)] ?? 0;
      return sum / values.length;
    }).sort();
    const estimate = estimateMean(values);
    expect(estimate?.low).toBeCloseTo(means[49] ?? 0, 2);
    expect(estimate?.high).toBeCloseTo(means[1949] ?? 0, 2);
  });

  test('is unknown for one value and refuses samples of different users', () => {
    expect(estimateMean(Float64Array.of(1))).toBeNull();
    expect(() => estimateDifference(Float64Array.of(1), Float64Array.of(1, 2))).toThrow(RangeError);
  });
});

describe('the top of a score list', () => {
  test('is ordered, prefers the lower index on ties and never returns an excluded item', () => {
    const scores = Float64Array.of(0.5, 0.9, Number.NEGATIVE_INFINITY, 0.9, 0.1);
    expect([...topItems(scores, 3)]).toEqual([1, 3, 0]);
    expect([...topItems(scores, 5)]).toEqual([1, 3, 0, 4]);
  });
});

describe('training', () => {
  test('lowers the loss, beats popularity, and gains again from an ensemble', async () => {
    const [popularity, single, ensemble] = await trainModels(split, { variants, workerCount: 0 });
    if (popularity === undefined || single === undefined || ensemble === undefined)
      throw new Error('three were asked for');
    const losses = single.epochs.map((epoch) => epoch.loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    const quality = [popularity, single, ensemble].map(({ model }) => evaluate(model, split));
    const [baseline, one, three] = quality;
    expect(one?.ndcgAt10.low).toBeGreaterThan((baseline?.ndcgAt10.high ?? 1) * 1.3);
    expect(three?.ndcgAt10.mean).toBeGreaterThan(one?.ndcgAt10.mean ?? 1);
    expect(one?.ndcgAt10.sampleSize).toBeGreaterThan(450);
    expect(ensemble.intervals).toHaveLength(3);
  });

  test('gives the same model in worker threads as in the calling thread', async () => {
    const [inWorker] = await trainModels(split, { variants: variants.slice(1, 2), workerCount: 1 });
    const [inline] = await trainModels(split, { variants: variants.slice(1, 2), workerCount: 0 });
    expect(inWorker?.model).toEqual(inline?.model);
    expect(inWorker?.epochs).toHaveLength(3);
  });

  test('stops after the epoch that used up its time budget', async () => {
    const [model] = await trainModels(split, {
      variants: variants.slice(1, 2),
      workerCount: 0,
      timeBudgetSecondsPerMember: 0,
    });
    expect(model?.epochs).toHaveLength(1);
  });

  test('an ensemble scores the sum of its members', async () => {
    const [ensemble] = await trainModels(split, { variants: variants.slice(2), workerCount: 0 });
    if (ensemble === undefined) throw new Error('one was asked for');
    const whole = new Float64Array(500);
    const part = new Float64Array(500);
    const sum = new Float64Array(500);
    scoreUser(ensemble.model, 7, whole);
    for (const block of ensemble.model.blocks) {
      scoreUser({ ...ensemble.model, blocks: [block] }, 7, part);
      part.forEach((score, item) => {
        sum[item] = (sum[item] ?? 0) + score;
      });
    }
    whole.forEach((score, item) => {
      expect(score).toBeCloseTo(sum[item] ?? 0, 10);
    });
  });
});
