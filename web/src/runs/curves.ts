import type { MetricHistory } from '../../../src/mlops/run-views/views/schema.ts';
import type { Run } from '../../../src/mlops/runs/schema.ts';
import type { CurveSeries } from '../charts/metric-curves-option.ts';
import { categoryColour, OTHER_COLOUR, SERIES_LIMIT } from '../theme/category-colours.ts';
import { smoothed } from './ema.ts';
import type { CurvesSearch } from './runs-search.ts';

export interface NamedRun {
  readonly run: Run;
  readonly name: string;
  /** CSS variable of its colour: one of seven, then grey. */
  readonly variable: string;
  readonly grey: boolean;
}

/** Runs with a unique name and a colour: the first seven have one each, the rest is grey. */
export function namedRuns(runs: readonly Run[]): NamedRun[] {
  const often = Map.groupBy(runs, (run) => run.runName);
  return runs.map((run, index) => ({
    run,
    name: (often.get(run.runName)?.length ?? 0) > 1 ? `${run.runName} ${run.runId.slice(0, 6)}` : run.runName,
    variable: index < SERIES_LIMIT ? categoryColour(index) : OTHER_COLOUR,
    grey: index >= SERIES_LIMIT,
  }));
}

/** Horizontal position of a sample: its step, its time, or milliseconds since its run started. */
function listPositions(history: MetricHistory, run: Run, axis: CurvesSearch['axis']): readonly number[] {
  if (axis === undefined) return history.steps;
  if (axis === 'time') return history.timesMs;
  const start = Date.parse(run.startTime);
  return history.timesMs.map((time) => time - start);
}

/** The curves of one metric, within the range that is shown and one point beyond it on either side. */
export function buildCurves(
  histories: readonly MetricHistory[],
  runs: readonly NamedRun[],
  { axis, smooth = 0, scale, start: from, end: to }: CurvesSearch,
): CurveSeries[] {
  const byRun = new Map(histories.map((history) => [history.runId, history]));
  return runs.flatMap(({ run, name, variable, grey }) => {
    const history = byRun.get(run.runId);
    if (history === undefined) return [];
    const places = listPositions(history, run, axis);
    const drawable = history.values.map((value) => (scale === 'log' && value !== null && value <= 0 ? null : value));
    const even = smoothed(drawable, smooth);
    const points = places.map((x, index) => ({
      x,
      value: drawable[index] ?? null,
      smooth: even[index] ?? null,
      step: history.steps[index] ?? 0,
      timeMs: history.timesMs[index] ?? 0,
    }));
    return [
      { id: run.runId, name, variable, grey, points: cut(points, from, to), thinned: history.samples > points.length },
    ];
  });
}

function cut<P extends { readonly x: number }>(points: readonly P[], from = -Infinity, to = Infinity): P[] {
  const first = points.findIndex(({ x }) => x >= from);
  const last = points.findLastIndex(({ x }) => x <= to);
  if (first === -1 || last === -1) return [];
  return points.slice(Math.max(0, first - 1), last + 2);
}
