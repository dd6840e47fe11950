import type { ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';

/** The point with an id; null where there is none. */
export function findPoint(points: readonly ModelFrontierPoint[], id: string | null): ModelFrontierPoint | null {
  return points.find(({ point }) => point === id) ?? null;
}
