import type { Run } from '../../../src/mlops/runs/schema.ts';
import { guessDirection } from '../runs/metric-words.ts';

/** Id of the run with the best value of a metric among several; null with one value, or where the better direction is not known. */
export function findBestRun(runs: readonly Pick<Run, 'runId' | 'metrics'>[], metric: string): string | null {
  const direction = guessDirection(metric);
  const known = runs.flatMap(({ runId, metrics }) => {
    const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    return value == null ? [] : [{ runId, value }];
  });
  if (direction === null || known.length < 2) return null;
  const best = known.reduce((one, other) =>
    (direction === 'higher' ? other.value > one.value : other.value < one.value) ? other : one,
  );
  return best.runId;
}
