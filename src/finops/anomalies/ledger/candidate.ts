import type { EpisodeKind } from '../episodes.ts';
import type { LedgerSeries } from './series.ts';

/** A day as it was judged, by it and the days before. */
export interface JudgedDay {
  readonly day: number;
  readonly value: number;
  readonly expected: number | null;
  /** One standard deviation. */
  readonly spread: number | null;
}

/** Days of one series that are out of the ordinary together. */
export interface Candidate {
  readonly series: LedgerSeries;
  readonly kind: EpisodeKind;
  /** 1: more money than expected, or the same money for less. */
  readonly direction: 1 | -1;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly open: boolean;
  /** Sums over its days. */
  readonly actual: number;
  readonly expected: number;
  /** All judged days of the series. */
  readonly days: readonly JudgedDay[];
}

/** What people said of a series: after the day, a change that goes on is the usual, or an alarm takes more. */
export interface Lesson {
  readonly afterDay: number;
  /** The change that is meant: its direction in money, and its days as they were known. */
  readonly accept?: { readonly direction: 1 | -1; readonly firstDay: number; readonly lastDay: number };
  readonly strengthRatio?: number;
}

/** Days of a candidate are those of its series. */
export type Found = Omit<Candidate, 'days'>;
