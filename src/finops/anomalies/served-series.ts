import type { CountedPredictions } from '../metering/index.ts';
import { toDayNumber } from './day.ts';
import { isDaily, type LedgerSeries } from './series.ts';

/** Fewer predictions of a day are no rate. */
const LEAST_PREDICTIONS = 1000;
const PER = 1000;

/**
 * Daily cost of 1,000 predictions of an endpoint or a model: its cost on the bill divided by its counted predictions. Days
 * without a count, or with fewer than 1,000 predictions, are left out. `costs`: the cost series of the ledger.
 */
export function buildServedSeries(
  costs: readonly LedgerSeries[],
  counted: readonly CountedPredictions[],
): LedgerSeries[] {
  return costs.flatMap((series) => {
    const [part] = series.slice;
    if (series.measure !== 'cost' || (part?.dimension !== 'endpoint' && part?.dimension !== 'model')) return [];
    const { dimension, value } = part;
    const alone = costs.filter(
      ({ measure, slice: [of] }) => measure === 'cost' && of?.dimension === dimension && of.value === value,
    );
    // With costs in two currencies, neither alone is the cost of a prediction.
    if (alone.length > 1) return [];
    const predictions = new Map<number, number>();
    for (const one of counted) {
      const day = toDayNumber(one.day);
      if (one[dimension] === value) predictions.set(day, (predictions.get(day) ?? 0) + one.predictions);
    }
    const points = series.points.flatMap(({ day, value: cost }) => {
      const count = predictions.get(day) ?? 0;
      return count < LEAST_PREDICTIONS ? [] : [{ day, value: (cost * PER) / count }];
    });
    const weights = new Map([...predictions].map(([day, count]) => [day, count / PER]));
    const served: LedgerSeries = {
      ...series,
      measure: 'cost_per_1000_predictions',
      unit: '1,000 predictions',
      points,
      weights,
    };
    return isDaily(served) ? [served] : [];
  });
}
