import type { EndpointVariant } from '../../../src/mlops/serving/schema.ts';
import { decimal, decimalString, type Money } from '../../../src/platform/units/schema.ts';

export interface EndpointFigures {
  /** Requests answered by the versions that are live now, as metered; null: none yet. */
  readonly predictions: number | null;
  /** Cost of 1,000 of them; null without a price or a prediction, or in several currencies. */
  readonly per1000: Money | null;
  /** Resources without a price, which the cost leaves out. */
  readonly unpriced: readonly string[];
  readonly ready: number;
  readonly wanted: number;
}

type Counted = Pick<EndpointVariant, 'cost' | 'replicasReady' | 'replicasWanted'>;

/**
 * Exact total of predictions and cost over the live versions of an endpoint.
 * Example: 1,000 predictions for $2 and 3,000 for $2 -> 4,000 predictions at $1 per 1,000.
 */
export function computeFigures(variants: readonly Counted[]): EndpointFigures {
  const counts = variants.flatMap(({ cost: { predictions } }) => (predictions === null ? [] : [predictions]));
  const predictions = counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
  return {
    predictions,
    per1000: computePer1000(variants, predictions),
    unpriced: [...new Set(variants.flatMap(({ cost }) => cost.unpriced))].sort(),
    ready: variants.reduce((sum, { replicasReady }) => sum + replicasReady, 0),
    wanted: variants.reduce((sum, { replicasWanted }) => sum + replicasWanted, 0),
  };
}

function computePer1000(variants: readonly Counted[], predictions: number | null): Money | null {
  const costs = variants.flatMap(({ cost: { cost } }) => (cost === null ? [] : [cost]));
  const [first] = costs;
  if (first === undefined || predictions === null || predictions === 0) return null;
  if (costs.some(({ currency }) => currency !== first.currency)) return null;
  const sum = costs.reduce((total, { amount }) => total.plus(amount), decimal(0));
  return { amount: decimalString(sum.times(1000).dividedBy(predictions)), currency: first.currency };
}
