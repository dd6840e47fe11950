import { decimal, decimalString, type Money } from '../../../platform/units/index.ts';
import type { ExperimentReturn } from './schema.ts';

/** One point of quality, in the unit of the metric. */
const POINT = '0.01';
const DIGITS = 12;
const PLACES = 20;

export interface QualityFacts {
  /** null: no metric is known. */
  readonly metric: string | null;
  /** Value of the first run with the metric; null: none has it. */
  readonly baseline: number | null;
  /** Best value of all runs; null: none has it. */
  readonly best: number | null;
  /** Whether a lower value is better. */
  readonly isLower: boolean;
}

/**
 * Cost of a point of quality: cost of the runs / ((best - baseline) / 0.01), the difference turned round where lower is better.
 * Unknown with a reason without a metric, a value or a cost, and where no run was better than the first.
 *
 * @example 120 USD, baseline 0.70, best 0.76 -> 6 points, 20 USD a point
 */
export function computeCostPerPoint(quality: QualityFacts, cost: Money | null): ExperimentReturn['quality'] {
  const { metric, baseline, best, isLower } = quality;
  const unknown = (reason: string, points: number | null = null) => ({
    metric,
    baseline,
    best,
    points,
    costPerPoint: null,
    reason,
  });
  if (metric === null) return unknown('no policy of its models has a rule of quality; name a metric');
  if (baseline === null || best === null) return unknown(`no run has logged ${metric}`);
  const exact = (value: number) => decimal(value.toPrecision(DIGITS));
  const gain = isLower ? exact(baseline).minus(exact(best)) : exact(best).minus(exact(baseline));
  const points = gain.dividedBy(POINT).toDecimalPlaces(PLACES);
  if (points.lte(0)) return unknown('no run is better than the first', 0);
  if (cost === null) return unknown('the cost of its runs is unknown or in several currencies', points.toNumber());
  const amount = decimalString(decimal(cost.amount).dividedBy(points).toDecimalPlaces(PLACES));
  return {
    metric,
    baseline,
    best,
    points: points.toNumber(),
    costPerPoint: { amount, currency: cost.currency },
    reason: null,
  };
}
