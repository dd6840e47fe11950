import { decimal } from '../../../platform/units/index.ts';
import { toDayNumber } from '../day.ts';
import type { Anomaly, LedgerJudging } from '../schema.ts';
import { isOfGpus } from '../slice.ts';
import type { AnomalySubscriptionSpec } from './schema.ts';

/** An anomaly that ended earlier is history: after the first import of a year of bills, only recent anomalies are announced. */
const RECENT_DAYS = 7;

/**
 * Anomalies to announce to a subscription, the largest impact first. They count (no feedback and not withdrawn), they are
 * open or ended within the last seven judged days, and they match the subscription's filters.
 */
export function selectAnnounced(
  { of, measures, direction, leastImpact }: Omit<AnomalySubscriptionSpec, 'notify'>,
  anomalies: readonly Anomaly[],
  { through, gpusThrough }: Pick<LedgerJudging, 'through' | 'gpusThrough'>,
): Anomaly[] {
  const wanted = Object.entries(of);
  return anomalies
    .filter(({ counts }) => counts)
    .filter(({ end, measure }) => {
      const last = isOfGpus(measure) ? gpusThrough : through;
      return last !== null && toDayNumber(end) > toDayNumber(last) - RECENT_DAYS;
    })
    .filter(({ slice, seenIn }) =>
      wanted.every(([dimension, value]) =>
        [slice, ...seenIn].some((one) => one.some((part) => part.dimension === dimension && part.value === value)),
      ),
    )
    .filter(({ measure }) => measures === undefined || measures.includes(measure))
    .filter((one) => direction === 'both' || one.direction === direction)
    .filter(({ impact, currency }) => {
      if (leastImpact === undefined || impact === null || currency !== leastImpact.currency) return true;
      return decimal(impact).abs().greaterThanOrEqualTo(leastImpact.amount);
    })
    .toSorted((a, b) =>
      decimal(b.impact ?? '0')
        .abs()
        .comparedTo(decimal(a.impact ?? '0').abs()),
    );
}
