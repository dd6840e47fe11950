import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws, isDeep } from '../../../testing/deep.ts';
import { type RecordedPair, simulateTrial } from '../engine/simulate-trial.ts';
import { computeNdcg, hasMovielens, openRecommender } from './recommender.testing.ts';

const RUNS = draws(1_000, 30);
const USERS = 1_200;
/** 5 % and 1.645 standard errors of a share of the runs. */
const MOST = 0.05 + 1.645 * Math.sqrt((0.05 * 0.95) / RUNS);

describe.skipIf(!hasMovielens)(
  'the engine on users of MovieLens, drawn with replacement (../shared/data/stats)',
  () => {
    const recommender = hasMovielens ? openRecommender() : null;

    /** NDCG of both arms by user. */
    function compareModels(neighbours: number, bits: number | null): { baseline: number; candidate: number }[] {
      if (recommender === null) return [];
      const [before, after] = [
        recommender.lists({ neighbours: 10_000, bits: null }),
        recommender.lists({ neighbours, bits }),
      ];
      return recommender.visitors.map(({ user, relevant }) => ({
        baseline: computeNdcg(before.get(user) ?? [], relevant),
        candidate: computeNdcg(after.get(user) ?? [], relevant),
      }));
    }

    function countOutcomes(users: readonly { baseline: number; candidate: number }[], relativeMargin: number) {
      const counts = { kept: 0, 'rolled back': 0, 'not proven': 0, undone: 0 };
      for (let seed = 1; seed <= RUNS; seed += 1) {
        const next = createRandom(seed);
        const pairs = Array.from({ length: USERS }, (): RecordedPair => {
          const user = users[Math.floor(next() * users.length)] as { baseline: number; candidate: number };
          return { ...user, baselineCost: 3, candidateCost: 1 };
        });
        const { outcome, decidedAt } = simulateTrial(pairs, {
          ...{ margin: { scale: 'relative', value: relativeMargin }, better: 'higher', alpha: 0.05, range: 1 },
          averageRunLength: 1e9,
        });
        counts[outcome === 'undone' && decidedAt !== null ? 'kept' : outcome] += 1;
      }
      return counts;
    }

    const relativeLoss = (users: readonly { baseline: number; candidate: number }[]) =>
      1 - users.reduce((sum, one) => sum + one.candidate, 0) / users.reduce((sum, one) => sum + one.baseline, 0);

    it('keeps a change with a loss of the whole margin, and rolls it back, in at most 5 % of the runs each', () => {
      const models = [
        [100, null],
        [20, null],
        [10_000, 4],
      ] as const;
      for (const [neighbours, bits] of isDeep ? models : models.slice(0, 1)) {
        const users = compareModels(neighbours, bits);
        const counts = countOutcomes(users, relativeLoss(users));
        expect(counts.kept / RUNS).toBeLessThanOrEqual(MOST);
        expect(counts['rolled back'] / RUNS).toBeLessThanOrEqual(MOST);
      }
    });

    it('keeps similarities of four bits within 5 %, and proves nothing within 0.5 %', () => {
      const users = compareModels(10_000, 4);
      const wide = countOutcomes(users, 0.05);
      const narrow = countOutcomes(users, 0.005);
      expect(wide.kept / RUNS).toBeGreaterThan(0.8);
      expect(narrow.kept / RUNS).toBeLessThanOrEqual(MOST);
    });
  },
);
