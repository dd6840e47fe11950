import type { ChangeState } from '../anomaly-detection/index.ts';
import type { CandidateSummary, JudgedDay, Lesson } from './candidate.ts';
import { buildSeriesKey, type LedgerSeries } from './series.ts';

/** How far a series was judged. */
export interface Progress {
  /** Points of the series that are judged. */
  readonly points: number;
  readonly days: readonly JudgedDay[];
  readonly found: readonly CandidateSummary[];
  /** Factor of the alarm threshold at that point. */
  readonly ratio: number;
  /** Lessons that were learned by then. */
  readonly learned: number;
  readonly state: ChangeState;
}

/**
 * State of the last judging, so that only changed days are judged again. A judgement depends only on the days before, the
 * alarm threshold and the feedback: if these are the same, so is the judgement.
 */
export interface SeriesMemory {
  /** Point to continue from; null: from the first day. */
  resume(series: LedgerSeries, strength: number, lessons: readonly Lesson[]): Progress | null;
  note(series: LedgerSeries, progress: Progress): void;
  /** Forgets series that were not judged since the last call. */
  sweep(): void;
}

interface Remembered {
  points: LedgerSeries['points'];
  asked: string;
  incompleteFrom: number;
  /** In the order of points. */
  snapshots: Progress[];
  isUsed: boolean;
}

/** Interval of snapshots in points. A judging resumes from the last snapshot before the first changed point. */
const EVERY_POINTS = 14;

export function createSeriesMemory(): SeriesMemory {
  const all = new Map<string, Remembered>();
  return {
    resume(series, strength, lessons) {
      const key = buildSeriesKey(series);
      const before = all.get(key);
      const asked = JSON.stringify([strength, lessons]);
      const incompleteFrom = series.incompleteFrom ?? Number.POSITIVE_INFINITY;
      const usable = before?.asked === asked ? before : undefined;
      const complete = Math.min(incompleteFrom, usable?.incompleteFrom ?? 0);
      const same = usable === undefined ? 0 : countSamePoints(usable.points, series.points, complete);
      const snapshots = usable?.snapshots.filter(({ points }) => points <= same) ?? [];
      all.set(key, { points: series.points, asked, incompleteFrom, snapshots, isUsed: true });
      return snapshots.at(-1) ?? null;
    },
    note(series, progress) {
      if (progress.points % EVERY_POINTS !== 0) return;
      const { days, found } = progress;
      all.get(buildSeriesKey(series))?.snapshots.push({ ...progress, days: [...days], found: [...found] });
    },
    sweep() {
      for (const [key, remembered] of all) {
        if (remembered.isUsed) remembered.isUsed = false;
        else all.delete(key);
      }
    },
  };
}

/** How many of the first points are the same, and of days that are complete in both. */
function countSamePoints(a: LedgerSeries['points'], b: LedgerSeries['points'], complete: number): number {
  let same = 0;
  for (; same < a.length && same < b.length; same += 1) {
    const [one, other] = [a[same], b[same]];
    if (one?.day !== other?.day || one?.value !== other?.value || (one?.day ?? complete) >= complete) break;
  }
  return same;
}
