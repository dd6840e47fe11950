import { type Availability, iterateRuns } from './availability.ts';
import type { CheckpointCosts } from './checkpoint-interval.ts';

export interface ReplayedJob extends CheckpointCosts {
  readonly workSeconds: number;
  /** Work between two saves. */
  readonly intervalSeconds: number;
}

export interface CheckpointReplay {
  /** Time with allocated capacity, which is the paid time. */
  readonly paidSeconds: number;
  /** From the start of the job to its end, including the wait for capacity. */
  readonly elapsedSeconds: number;
  readonly interruptions: number;
}

/** A job that has not ended after this many passes over the history does not end. */
const MOST_LAPS = 10;

/**
 * Duration of a job from an instant of the history on. Whenever capacity is available, the job restarts from its last save,
 * works, and saves after every interval; it loses unsaved work when the capacity is lost. Null if it does not end.
 * Example: 1 h of work, capacity always available, restart 360 s, an interval of 2 h -> 3,960 s paid.
 */
export function replayCheckpoints(
  history: Availability,
  startSeconds: number,
  { workSeconds, intervalSeconds, saveSeconds, restartSeconds }: ReplayedJob,
): CheckpointReplay | null {
  let left = workSeconds;
  let paidSeconds = 0;
  let interruptions = 0;
  for (const { start, end } of iterateRuns(history, startSeconds)) {
    const usable = end - start - restartSeconds;
    const saves = Math.ceil(left / intervalSeconds) - 1;
    const needed = left + saves * saveSeconds;
    if (needed <= usable) {
      const last = restartSeconds + needed;
      return { paidSeconds: paidSeconds + last, elapsedSeconds: start + last, interruptions };
    }
    paidSeconds += end - start;
    interruptions += 1;
    if (usable > 0) left -= Math.floor(usable / (intervalSeconds + saveSeconds)) * intervalSeconds;
    if (end > history.lengthSeconds * MOST_LAPS) return null;
  }
  return null;
}
