import { toDayNumber } from './day.ts';
import type { Lesson } from './judge-series.ts';
import type { Anomaly, AnomalyFeedback } from './schema.ts';
import type { LedgerSeries } from './series.ts';
import { areCompatible, areSameSlices, isOfGpus, isWithin } from './slice.ts';

/** Factor of the alarm threshold after each false alarm. */
const WRONG_RATIO = 1.2;
/** A recurring cost comes on about the same day of the month. */
const SAME_DAY_OF_MONTH = 1;
/** A recurring cost may be larger by this factor and still count as expected. */
const MOST_RATIO = 1.5;
/** The return to the normal level after a plan belongs to the plan. */
const AFTER_PLAN_DAYS = 3;

export type Judged = Pick<
  Anomaly,
  'id' | 'measure' | 'direction' | 'slice' | 'seenIn' | 'currency' | 'start' | 'end'
> & {
  readonly impact: string | null;
  readonly feedback: AnomalyFeedback | null;
};

/** The lessons for one series, from the feedback on anomalies seen in it. */
export function findLessons(series: LedgerSeries, said: readonly Judged[]): Lesson[] {
  return said.flatMap(({ slice, seenIn, direction, feedback, currency, measure, start, end }): Lesson[] => {
    if (feedback === null || feedback.from !== null || currency !== series.currency) return [];
    if (isOfGpus(measure) !== isOfGpus(series.measure)) return [];
    const isSeen = seenIn.some((one) => areSameSlices(one, series.slice)) || isWithin(slice, series.slice);
    if (!isSeen) return [];
    const afterDay = toDayNumber(feedback.afterDay);
    if (feedback.verdict === 'expected') {
      const days = { firstDay: toDayNumber(start), lastDay: toDayNumber(end) };
      return [{ afterDay, accept: { direction: direction === 'over' ? 1 : -1, ...days } }];
    }
    return feedback.verdict === 'wrong' && measure === series.measure ? [{ afterDay, strengthRatio: WRONG_RATIO }] : [];
  });
}

/** The verdict that a new anomaly inherits from an earlier one: it is within a plan, or was expected last month too. */
export function inheritVerdict(
  found: Omit<Judged, 'id' | 'feedback'>,
  said: readonly Judged[],
): AnomalyFeedback | null {
  for (const earlier of said) {
    const { feedback } = earlier;
    if (feedback === null || feedback.from !== null || earlier.currency !== found.currency) continue;
    if (!areCompatible(earlier.slice, found.slice)) continue;
    if (isPlanned(found, earlier, feedback) || isRepeat(found, earlier, feedback)) {
      return { ...feedback, from: earlier.id };
    }
  }
  return null;
}

function isPlanned(found: Pick<Judged, 'start'>, { start }: Judged, { verdict, until }: AnomalyFeedback): boolean {
  if (verdict !== 'planned' || until === null) return false;
  return found.start >= start && toDayNumber(found.start) <= toDayNumber(until) + AFTER_PLAN_DAYS;
}

function isRepeat(found: Omit<Judged, 'id' | 'feedback'>, earlier: Judged, { verdict }: AnomalyFeedback): boolean {
  if (verdict !== 'expected' || found.direction !== earlier.direction || found.start <= earlier.end) return false;
  if (found.impact === null || earlier.impact === null) return false;
  const apart = Math.abs(getDayOfMonth(found.start) - getDayOfMonth(earlier.start));
  return apart <= SAME_DAY_OF_MONTH && Number(found.impact) / Number(earlier.impact) <= MOST_RATIO;
}

function getDayOfMonth(day: string): number {
  return Number(day.slice('YYYY-MM-'.length));
}
