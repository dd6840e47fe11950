import type { ScatterPoint } from '../charts/run-scatter-option.ts';
import { paddedLogDomain } from '../models/axis-domain.ts';
import type { NamedRun } from './curves.ts';
import { paretoFront } from './pareto.ts';
import { findBetterDirection, readFigure } from './run-columns.ts';

/**
 * Ratio of highest to lowest cost from which the axis is logarithmic. A linear axis would draw all cheap runs on one
 * spot.
 */
const LOG_FROM = 50;

/**
 * Start and end of a logarithmic axis for costs that are far apart; null when a linear axis is sufficient, or one of
 * them is zero.
 * Example: 0.001 and 2 -> 0.00056 to 3.6; 1 and 20 -> null.
 */
export function computeLogDomain(values: readonly number[]): readonly [number, number] | null {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  return values.length > 1 && least > 0 && greatest / least > LOG_FROM ? paddedLogDomain(values) : null;
}

/** The runs that have both figures, in order of x, with the Pareto-optimal ones marked. */
export function scatterPoints(
  runs: readonly NamedRun[],
  x: string,
  y: string,
  betterY: 'higher' | 'lower',
  currency: string | undefined,
): ScatterPoint[] {
  const points = runs.flatMap(({ run, name, variable }) => {
    const [across, up] = [readFigure(run, x, currency), readFigure(run, y, currency)];
    if (typeof across !== 'number' || typeof up !== 'number') return [];
    return [{ id: run.runId, name, variable, x: across, y: up }];
  });
  const front = new Set(paretoFront(points, { x: findBetterDirection(x), y: betterY }).map(({ id }) => id));
  return points.map((point) => ({ ...point, front: front.has(point.id) })).sort((a, b) => a.x - b.x);
}
