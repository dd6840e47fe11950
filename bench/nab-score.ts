/** A labelled series of the Numenta Anomaly Benchmark. */
export interface NabSeries {
  /** Such as `realTweets/Twitter_volume_AAPL.csv`. */
  readonly name: string;
  readonly points: readonly (readonly [at: number, value: number])[];
  /** First and last row of each window, both inside, in order. */
  readonly windows: readonly (readonly [first: number, last: number])[];
}

/** The parts of a NAB score that add up over series. */
export interface NabTally {
  readonly windows: number;
  readonly found: number;
  readonly falseAlarms: number;
  /** Sum of the worth of the best alarm in each window that has one, 0 to 1 each. */
  readonly gain: number;
  /** Sum of the worth of alarms outside of windows, below zero. */
  readonly loss: number;
}

/** Weights of a profile of NAB; a detected anomaly has weight 1. */
export interface NabProfile {
  readonly missed: number;
  readonly falseAlarm: number;
}

export const STANDARD: NabProfile = { missed: 1, falseAlarm: 0.11 };
export const LOW_FALSE_POSITIVES: NabProfile = { missed: 1, falseAlarm: 0.22 };
export const LOW_FALSE_NEGATIVES: NabProfile = { missed: 2, falseAlarm: 0.11 };

const UNSCORED_SHARE = 0.15;
const MOST_UNSCORED_ROWS = 750;
/** Distance in window widths from which an alarm after a window has the same score as any farther one. */
const MOST_WIDTHS = 3;

/** Tallies the rows of a series whose score reaches `threshold`, by the published rules of NAB (Lavin and Ahmad 2015). */
export function tallySeries({ points, windows }: NabSeries, scores: readonly number[], threshold: number): NabTally {
  const first = Math.min(Math.floor(UNSCORED_SHARE * points.length), MOST_UNSCORED_ROWS);
  const best = new Map<number, number>();
  let [loss, falseAlarms] = [0, 0];
  for (let row = first; row < points.length; row += 1) {
    if ((scores[row] ?? 0) < threshold) continue;
    const inside = windows.findIndex(([start, end]) => start <= row && row <= end);
    const [start, end] = windows[inside] ?? [0, 0];
    if (inside === -1) {
      loss += worthOutside(row, windows);
      falseAlarms += 1;
    } else {
      const worth = closeness(-(end - row + 1) / (end - start + 1)) / closeness(-1);
      best.set(inside, Math.max(worth, best.get(inside) ?? Number.NEGATIVE_INFINITY));
    }
  }
  const gain = [...best.values()].reduce((sum, worth) => sum + worth, 0);
  return { windows: windows.length, found: best.size, falseAlarms, gain, loss };
}

function worthOutside(row: number, windows: NabSeries['windows']): number {
  const before = windows.findLast(([, end]) => end < row);
  if (before === undefined) return -1;
  const [start, end] = before;
  return closeness((row - end) / Math.max(end - start, 1));
}

/** Near 1 at the start of a window (-1), 0 at its end, near -1 a width later. */
function closeness(widths: number): number {
  return widths > MOST_WIDTHS ? -1 : 2 / (1 + Math.exp(5 * widths)) - 1;
}

export function sumTallies(tallies: readonly NabTally[]): NabTally {
  return tallies.reduce(
    (sum, one) => ({
      windows: sum.windows + one.windows,
      found: sum.found + one.found,
      falseAlarms: sum.falseAlarms + one.falseAlarms,
      gain: sum.gain + one.gain,
      loss: sum.loss + one.loss,
    }),
    { windows: 0, found: 0, falseAlarms: 0, gain: 0, loss: 0 },
  );
}

/** 100 for an alarm at the first row of each window and nowhere else, 0 for none at all; null without a window. */
export function nabScore({ windows, found, gain, loss }: NabTally, { missed, falseAlarm }: NabProfile): number | null {
  if (windows === 0) return null;
  const raw = gain - missed * (windows - found) + falseAlarm * loss;
  return (100 * (raw + missed * windows)) / (windows + missed * windows);
}
