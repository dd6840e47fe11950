import type { ScalingObservation } from './policy.ts';

export interface ConcurrencyWindow {
  add(seen: ScalingObservation): void;
  /**
   * Mean number of requests that waited or were served over the last `windowSeconds`, >= 0; over all that was seen while that
   * is less. Example: 8 requests over the first 5 of 10 seen seconds, asked for 10: 4.
   */
  mean(windowSeconds: number): number;
}

interface Interval {
  readonly from: number;
  readonly to: number;
  readonly concurrencySeconds: number;
}

/** Means over windows no longer than `memorySeconds`. An interval that only partly lies in the window counts by that part. */
export function createConcurrencyWindow(memorySeconds: number): ConcurrencyWindow {
  const intervals: Interval[] = [];
  let begun: number | null = null;
  return {
    add: ({ fromSeconds, atSeconds, concurrencySeconds }) => {
      begun ??= fromSeconds;
      intervals.push({ from: fromSeconds, to: atSeconds, concurrencySeconds });
      while ((intervals[0]?.to ?? atSeconds) <= atSeconds - memorySeconds) intervals.shift();
    },
    mean: (windowSeconds) => {
      const now = intervals.at(-1)?.to ?? 0;
      const seconds = Math.min(windowSeconds, now - (begun ?? now));
      if (seconds <= 0) return 0;
      return intervals.reduce((sum, one) => sum + selectPartAfter(one, now - windowSeconds), 0) / seconds;
    },
  };
}

function selectPartAfter({ from, to, concurrencySeconds }: Interval, start: number): number {
  if (to <= start) return 0;
  return from >= start ? concurrencySeconds : (concurrencySeconds * (to - start)) / (to - from);
}
