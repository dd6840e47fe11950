import type { ArmCluster } from './outcomes.ts';

/**
 * Pairs the mean scores of the clusters of a hold-out with those of the candidate: for each cluster of the baseline an equal part of the
 * candidate's, each used once. Both sides are ordered as they are given, which must not depend on their scores.
 */
export function createHoldoutPairs(
  baseline: readonly ArmCluster[],
  candidate: readonly ArmCluster[],
): { baseline: number; candidate: number }[] {
  const size = Math.floor(candidate.length / Math.max(1, baseline.length));
  if (size === 0) return [];
  return baseline.map(({ n, sum }, place) => {
    const part = candidate.slice(place * size, (place + 1) * size);
    const mean = part.reduce((total, one) => total + one.sum / one.n, 0) / part.length;
    return { baseline: sum / n, candidate: mean };
  });
}
