import { decimal } from '../../../platform/units/index.ts';
import { dayNumber } from '../ledger/day.ts';
import type { Anomaly, LedgerJudging } from '../ledger/schema.ts';
import { isOfGpus } from '../ledger/slice.ts';
import type { AnomalySubscriptionSpec } from './schema.ts';

/** What ended longer ago is history: a first import of a year's bills tells of what is new in it, not of the year. */
const RECENT_DAYS = 7;

/**
 * Anomalies that a subscription is to be told of, the most money first: those that count (nobody has said anything of them, and no bill has
 * taken them back), that go on or ended in the last seven days that were judged, and that it asks for.
 */
export function worthTelling(
  { of, measures, direction, leastImpact }: AnomalySubscriptionSpec,
  anomalies: readonly Anomaly[],
  { through, gpusThrough }: Pick<LedgerJudging, 'through' | 'gpusThrough'>,
): Anomaly[] {
  const wanted = Object.entries(of);
  return anomalies
    .filter(({ counts }) => counts)
    .filter(({ end, measure }) => {
      const last = isOfGpus(measure) ? gpusThrough : through;
      return last !== null && dayNumber(end) > dayNumber(last) - RECENT_DAYS;
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
