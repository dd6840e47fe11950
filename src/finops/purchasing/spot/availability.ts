import { computeQuantile, createSeededRandom, sortAscending } from '../../../platform/numbers/index.ts';

/** When spot capacity could be had. Seconds from the first reading; runs are sorted, half-open, and do not touch. */
export interface Availability {
  readonly name: string;
  readonly lengthSeconds: number;
  readonly up: readonly (readonly [start: number, end: number])[];
}

/** A time in which spot capacity could be had, seconds from the start of a replay; the end is exclusive. */
export interface UpRun {
  readonly start: number;
  readonly end: number;
}

/**
 * The runs from an instant of the history on, as an endless cycle: after its last reading the first one follows, so that no
 * start is truncated by the end of the history and each has equal weight. A run across this seam is one run. Empty without
 * capacity.
 */
export function* iterateRuns({ lengthSeconds, up }: Availability, startSeconds: number): Generator<UpRun> {
  const [first] = up;
  if (first === undefined) return;
  if (up.length === 1 && first[0] === 0 && first[1] === lengthSeconds) {
    yield { start: 0, end: Number.POSITIVE_INFINITY };
    return;
  }
  let held: UpRun | null = null;
  for (let lap = 0; ; lap += 1) {
    for (const [from, to] of up) {
      const end = lap * lengthSeconds + to - startSeconds;
      if (end <= 0) continue;
      const start = Math.max(lap * lengthSeconds + from - startSeconds, 0);
      if (held !== null && held.end >= start) {
        held = { start: held.start, end };
        continue;
      }
      if (held !== null) yield held;
      held = { start, end };
    }
  }
}

/** A part of a history, as a separate history. */
export function cutHistory({ name, up }: Availability, start: number, end: number): Availability {
  const within = up.flatMap(([from, to]): [number, number][] => {
    const cut: [number, number] = [Math.max(from, start) - start, Math.min(to, end) - start];
    return cut[0] < cut[1] ? [cut] : [];
  });
  return { name, lengthSeconds: end - start, up: within };
}

export interface Interruptions {
  readonly upSeconds: number;
  /** Number of times that available capacity was lost; a run that lasts to the end of the history does not count. */
  readonly interruptions: number;
  /** Up time divided by the interruptions: M of Young and Daly; null without one. */
  readonly meanSeconds: number | null;
  /** 95 % interval of it. Without an interruption only the low end is known (rule of three); the high end is null. */
  readonly lowSeconds: number | null;
  readonly highSeconds: number | null;
}

const DRAWS = 1000;
const RULE_OF_THREE = 3;

/**
 * Mean time between interruptions. The interval resamples whole runs (bootstrap, 1,000 draws of a fixed seed), because their
 * lengths vary far more than those of a memoryless process.
 * Example: two runs of an hour, both interrupted, in four hours -> 3,600 s between interruptions.
 */
export function estimateInterruptions({ lengthSeconds, up }: Availability): Interruptions {
  const runs = up.map(([start, end]) => ({ seconds: end - start, ended: end < lengthSeconds }));
  const upSeconds = runs.reduce((sum, { seconds }) => sum + seconds, 0);
  const interruptions = runs.filter(({ ended }) => ended).length;
  if (interruptions === 0) {
    const lowSeconds = upSeconds === 0 ? null : upSeconds / RULE_OF_THREE;
    return { upSeconds, interruptions, meanSeconds: null, lowSeconds, highSeconds: null };
  }
  const random = createSeededRandom(1);
  const drawn = Array.from({ length: DRAWS }, () => {
    let seconds = 0;
    let ended = 0;
    for (let count = 0; count < runs.length; count += 1) {
      const run = runs[Math.floor(random() * runs.length)] as (typeof runs)[number];
      seconds += run.seconds;
      ended += run.ended ? 1 : 0;
    }
    return ended === 0 ? Number.POSITIVE_INFINITY : seconds / ended;
  });
  const means = sortAscending(drawn);
  const high = computeQuantile(means, 0.975);
  return {
    upSeconds,
    interruptions,
    meanSeconds: upSeconds / interruptions,
    lowSeconds: computeQuantile(means, 0.025),
    highSeconds: high === null || !Number.isFinite(high) ? null : high,
  };
}
