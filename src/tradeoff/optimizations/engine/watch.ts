import { type ChangeDetector, createChangeDetector, createMeanChangeDetector } from '../../statistics/index.ts';
import type { Direction, Margin } from './outcomes.ts';

/** Mean scores of one cluster in one stretch of time, on the same requests: one observation of the watch. */
export interface WatchedPair {
  readonly baseline: number;
  readonly candidate: number;
}

export interface WatchTerms {
  readonly margin: Margin;
  readonly better: Direction;
  /** Average number of observations to a false alarm, at least. */
  readonly averageRunLength: number;
  /** Largest score of one prediction; 1 for shares and ranking metrics, null where scores have no bounds. */
  readonly range: number | null;
  /** State of a watch that is continued; left out: a new one. */
  readonly begun?: readonly number[];
}

export interface WatchResult {
  readonly observations: number;
  /** Evidence of a loss beyond the margin; the alarm is raised at `averageRunLength`. */
  readonly evidence: number;
  /** Place of the observation that raised the alarm; null without an alarm. */
  readonly alarmAt: number | null;
  /** Further observations that only set the scale of a metric without bounds; 0: none. */
  readonly scaleNeeds: number;
  readonly state: readonly number[];
}

/**
 * Watches a kept change: an e-detector of "still within the margin" on paired observations in the order of their predictions. A late loss is
 * not diluted by earlier good data. The result follows from the observations alone, so that labels may arrive in any order.
 */
export function watchKept(observations: Iterable<WatchedPair>, terms: WatchTerms): WatchResult {
  const { margin, better } = terms;
  const isRelative = margin.scale === 'relative';
  const baselineWeight = isRelative ? (better === 'higher' ? 1 - margin.value : 1 + margin.value) : 1;
  const sign = better === 'higher' ? 1 : -1;
  const { detector, scaleNeeds } = createDetector(terms, baselineWeight);
  const finish = (observations: number, alarmAt: number | null): WatchResult => ({
    ...{ observations, alarmAt, scaleNeeds: scaleNeeds() },
    ...{ evidence: detector.evidence(), state: detector.state() },
  });
  let count = 0;
  for (const { baseline, candidate } of observations) {
    count += 1;
    if (detector.add(sign * (candidate - baselineWeight * baseline))) return finish(count, count - 1);
  }
  return finish(count, null);
}

/** Scores with bounds need no assumption about their variance; the others do. */
function createDetector(
  { margin, averageRunLength, range, begun = [] }: WatchTerms,
  baselineWeight: number,
): { readonly detector: ChangeDetector; readonly scaleNeeds: () => number } {
  const question = { averageRunLength, begun, margin: margin.scale === 'relative' ? 0 : margin.value };
  if (range !== null) {
    const detector = createChangeDetector({ ...question, range: range * Math.max(1, baselineWeight) });
    return { detector, scaleNeeds: () => 0 };
  }
  const detector = createMeanChangeDetector(question);
  return { detector, scaleNeeds: detector.scaleNeeds };
}
