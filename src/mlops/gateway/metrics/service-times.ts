import type { Sql } from '../../../platform/store/index.ts';
import { createDdSketch, type DdSketch } from './dd-sketch.ts';
import { listTalliesIn } from './store.ts';
import { SPANS } from './tally.ts';

/** Service times of a version at an endpoint, as its answers took them. */
interface MeasuredServiceTimes {
  /** Requests that a replica had at a time, at least, while these were measured. */
  readonly concurrency: number;
  /** Seconds in ascending order; each value represents the same number of answers. */
  readonly serviceSeconds: readonly number[];
  /** Answers behind them. */
  readonly measurements: number;
}

/** With fewer answers, the slow quantiles are too uncertain. */
const LEAST_ANSWERS = 200;
const POINTS = 500;

/**
 * Service times of a version in the hours that begin in [start, end) Unix ms, at the largest concurrency with enough
 * measured answers: answers from a replica with fewer requests do not show how slow it is with more. null with fewer than
 * 200 answers.
 * Example: 5,000 answers with one request in the replica and 300 with two to four: those 300, for 2 concurrent requests.
 */
export async function loadServiceTimes(
  sql: Sql,
  { endpoint, version }: { readonly endpoint: string; readonly version: string },
  within: { readonly start: number; readonly end: number },
): Promise<MeasuredServiceTimes | null> {
  const byLevel = new Map<number, DdSketch>();
  for (const tally of await listTalliesIn(sql, endpoint, { ...within, spanMs: SPANS.hour })) {
    if (tally.version !== version) continue;
    for (const [level, sketch] of tally.service) {
      const merged = byLevel.get(level) ?? createDdSketch();
      byLevel.set(level, merged);
      merged.merge(sketch);
    }
  }
  const above = createDdSketch();
  for (const [level, sketch] of [...byLevel].toSorted(([a], [b]) => b - a)) {
    above.merge(sketch);
    if (above.count >= LEAST_ANSWERS) {
      return { concurrency: level, serviceSeconds: sampleQuantiles(above), measurements: above.count };
    }
  }
  return null;
}

/** Quantiles in the middle of equal shares, scaled so that their mean is exact. */
function sampleQuantiles(sketch: DdSketch): number[] {
  const count = Math.min(POINTS, sketch.count);
  const points = Array.from({ length: count }, (_, index) => sketch.quantile((index + 0.5) / count) ?? 0);
  const sum = points.reduce((total, point) => total + point, 0);
  const factor = sum === 0 ? 1 : (sketch.sum / sketch.count) * (count / sum);
  return points.map((point) => point * factor);
}
