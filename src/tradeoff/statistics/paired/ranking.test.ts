import { describe, expect, it } from 'vitest';
import { computeRankingMetrics, pairRankings, type RankedRow } from '../index.ts';

const list = (user: string, relevance: readonly number[], missed = 0): RankedRow[] => [
  ...relevance.map((gain, index) => ({ user, item: `item ${index}`, score: -index, relevance: gain })),
  ...Array.from({ length: missed }, (_, index) => ({ user, item: `missed ${index}`, score: null, relevance: 1 })),
];

describe('ranking metrics by user', () => {
  it('count relevant items that were not retrieved', () => {
    const { byUser } = computeRankingMetrics(list('u', [0, 1, 0, 1], 2), 3);
    const best = 1 + 1 / Math.log2(3) + 1 / 2;
    expect(byUser.get('u')).toEqual({ recall: 0.25, ndcg: 1 / Math.log2(3) / best, reciprocalRank: 0.5, hit: 1 });
    expect(computeRankingMetrics(list('u', [0, 0, 1]), 2).byUser.get('u')).toEqual({
      recall: 0,
      ndcg: 0,
      reciprocalRank: 0,
      hit: 0,
    });
  });

  it('leave out users without a relevant item, and count them', () => {
    const found = computeRankingMetrics([...list('u', [0, 0]), ...list('v', [1])], 5);
    expect([[...found.byUser.keys()], found.usersWithoutRelevant]).toEqual([['v'], 1]);
  });

  it('order equal scores by item', () => {
    const rows = ['b', 'a', 'c'].map((item) => ({ user: 'u', item, score: 1, relevance: item === 'a' ? 1 : 0 }));
    expect(computeRankingMetrics(rows, 1).byUser.get('u')?.hit).toBe(1);
  });

  it('refuse an item twice, a wrong k and a wrong relevance', () => {
    expect(() => computeRankingMetrics([...list('u', [1]), ...list('u', [1])], 1)).toThrow(/appears twice/);
    expect(() => computeRankingMetrics([], 0)).toThrow(/k must be/);
    expect(() => computeRankingMetrics([{ user: 'u', item: 'a', score: 1, relevance: -1 }], 1)).toThrow(/relevance/);
    expect(() => computeRankingMetrics([{ user: 'u', item: 'a', score: Number.NaN, relevance: 1 }], 1)).toThrow(
      /score/,
    );
  });

  it('are paired by user', () => {
    const candidate = computeRankingMetrics([...list('u', [1, 0]), ...list('v', [0, 1])], 2);
    const baseline = computeRankingMetrics([...list('u', [0, 1]), ...list('w', [1, 0])], 2);
    const paired = pairRankings(candidate, baseline, 'reciprocalRank');
    expect(paired).toEqual({ differences: Float64Array.of(0.5), users: ['u'], onlyCandidate: 1, onlyBaseline: 1 });
  });
});
