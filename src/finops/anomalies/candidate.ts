import type { EpisodeKind } from '../anomaly-detection/index.ts';
import type { LedgerSeries } from './series.ts';

/** Evaluation of a day, from that day and the days before. */
export interface JudgedDay {
  readonly day: number;
  readonly value: number;
  readonly expected: number | null;
  /** One standard deviation. */
  readonly spread: number | null;
}

/** Consecutive anomalous days of one series. */
export interface Candidate {
  readonly series: LedgerSeries;
  readonly kind: EpisodeKind;
  /** 1: more cost than expected, or lower utilization for the same cost. */
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

/** Feedback on a series, applied after a day: it accepts the open change as the normal level, or raises the alarm threshold. */
export interface Lesson {
  readonly afterDay: number;
  /** The accepted change: its direction in money, and its days as known at that time. */
  readonly accept?: { readonly direction: 1 | -1; readonly firstDay: number; readonly lastDay: number };
  readonly strengthRatio?: number;
}

/** Days of a candidate are those of its series. */
export type CandidateSummary = Omit<Candidate, 'days'>;
