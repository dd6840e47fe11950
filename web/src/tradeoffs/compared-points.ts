import { decimal } from '../../../src/platform/units/schema.ts';
import type { ModelFrontier, ModelFrontierPoint } from '../../../src/tradeoff/frontier/schema.ts';
import { formatPercent, formatTimes } from '../format/number.ts';
import { findPoint } from './find-point.ts';

interface ComparedPoints {
  /** The frontier point with the best quality. */
  readonly best: ModelFrontierPoint;
  /** The best one within the budget, else the cheapest one of the frontier. */
  readonly other: ModelFrontierPoint;
}

/**
 * The two points of the frontier that are compared where the champion is not on the chart: the best one, and the one within the budget
 * (else the cheapest). null where both are the same.
 */
export function chooseComparedPoints({
  points,
  qualityAxis,
  bestWithinBudget,
}: Pick<ModelFrontier, 'points' | 'qualityAxis' | 'bestWithinBudget'>): ComparedPoints | null {
  if (qualityAxis === null) return null;
  const sign = qualityAxis.direction === 'higher' ? 1 : -1;
  const frontier = points.filter(({ status }) => status === 'frontier');
  const best = frontier.toSorted((one, two) => sign * (two.quality.estimate - one.quality.estimate))[0];
  const other = findPoint(points, bestWithinBudget.point) ?? frontier[0];
  if (best === undefined || other === undefined || best.point === other.point) return null;
  return { best, other };
}

/**
 * Gain of quality and cost of the best point against the other one.
 *
 * @example { gain: "46 % better", cost: "costs 5.5 times as much" }
 */
export function describeCompared({ best, other }: ComparedPoints): { readonly gain: string; readonly cost: string } {
  const [here, there] = [other.quality.estimate, best.quality.estimate];
  const gain = here === 0 ? 'better' : `${formatPercent(Math.abs((there - here) / here) * 100)} better`;
  const [cost, before] = [decimal(best.costPerMonth.amount), decimal(other.costPerMonth.amount)];
  if (before.isZero()) return { gain, cost: 'costs more' };
  const percent = cost.minus(before).dividedBy(before).times(100).toNumber();
  if (percent < 0) return { gain, cost: `costs ${formatPercent(-percent)} less` };
  if (percent < 100) return { gain, cost: `costs ${formatPercent(percent)} more` };
  return { gain, cost: `costs ${formatTimes(cost.toString(), before.toString())} as much` };
}

/** The champion of a policy that is no point, with the evaluation that it lacks; null where it is a point, or nothing is. */
export function findUncomparedBaseline({
  points,
  baseline,
  qualityAxis,
  leftOut,
}: Pick<ModelFrontier, 'points' | 'baseline' | 'qualityAxis' | 'leftOut'>): {
  readonly version: string;
  readonly evaluation: string;
  readonly runId: string | null;
} | null {
  if (baseline === null || qualityAxis === null || points.length === 0) return null;
  const missing = leftOut.find(({ version, missing }) => version === baseline.version && missing === 'quality');
  if (missing === undefined) return null;
  const [, runId = null] = /run ([0-9a-f]{32})/.exec(missing.reason) ?? [];
  return { version: baseline.version, evaluation: qualityAxis.evaluation, runId };
}
