import { buildEpisode, type Episode, type EpisodePoint, type Judge, toScore } from './episodes.ts';
import { createNovelty, MEAN_POINTS, type NoveltyMemory } from './novelty.ts';

interface OpenNovelty {
  readonly direction: 1 | -1;
  readonly points: readonly EpisodePoint[];
  /** Usual points in a row since its last one. */
  readonly usual: number;
}

/** State of the judge as plain data. */
export interface NoveltyState {
  readonly memory: NoveltyMemory;
  readonly seen: number;
  /** Novelty of the last points, without points before a later one of at least the same novelty; numbered from the first of the series. */
  readonly recent: readonly (readonly [place: number, strength: number])[];
  readonly open: OpenNovelty | null;
}

/** Parameters of the judge; `bench/nab-leave-out.ts` measures other values. */
export interface NoveltyOptions {
  /** Newest points whose mean is compared with its time of day. */
  readonly meanPoints: number;
  /** Share of the usual range by which a value must be new to raise an alarm. */
  readonly alarmNovelty: number;
  /** For this many points after an alarm, only a higher novelty raises another one. */
  readonly quietPoints: number;
  /** Factor by which the novelty must be higher. */
  readonly newer: number;
}

export const NOVELTY_OPTIONS: NoveltyOptions = {
  meanPoints: MEAN_POINTS,
  alarmNovelty: 0.06,
  quietPoints: 100,
  newer: 1.5,
};

const WARM_UP_POINTS = 150;
/** Consecutive normal points that end an episode. */
const USUAL_POINTS = 3;
/** Number of points after which new values become normal. */
const LASTING_POINTS = 100;

/**
 * Judges a series with many points a day by novelty: a value far from all earlier values, or a mean of the newest points
 * that is new at this time of day. A novelty is reported once: within the next 100 points, only a value that is newer by
 * half scores.
 */
export function createNoveltyJudge(
  restored?: NoveltyState,
  { meanPoints, alarmNovelty, quietPoints, newer }: NoveltyOptions = NOVELTY_OPTIONS,
): Judge<NoveltyState> {
  const novelty = createNovelty(restored?.memory, meanPoints);
  let seen = restored?.seen ?? 0;
  let latest = restored?.memory.points.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const recent = [...(restored?.recent ?? [])];
  let open = restored?.open ?? null;

  return {
    judge: (at, value) => {
      const expected = novelty.expected(at);
      const strength = novelty.of(at, value);
      const isNew = strength > newer * (recent[0]?.[1] ?? 0);
      const score = toScore(isNew ? strength : 0, alarmNovelty);
      const ready = seen >= WARM_UP_POINTS;
      const alarm = ready && isNew && strength >= alarmNovelty;
      const ended = expected === null || at < latest ? null : follow({ at, value, expected }, alarm);
      if (at >= latest) learn(at, value, strength);
      return { score: ready ? score : null, expected: ready ? expected : null, ended };
    },
    open: () => (open === null ? null : buildEpisode(open.points, { lasting: false, open: true })),
    state: () => ({ memory: novelty.memory(), seen, recent: [...recent], open }),
  };

  function learn(at: number, value: number, strength: number): void {
    novelty.learn(at, value);
    latest = at;
    while (recent.length > 0 && (recent.at(-1)?.[1] ?? 0) <= strength) recent.pop();
    recent.push([seen, strength]);
    seen += 1;
    while (recent[0] !== undefined && recent[0][0] < seen - quietPoints) recent.shift();
  }

  /** Opens, continues or ends the episode with a point; returns the ended episode. */
  function follow(point: EpisodePoint, alarm: boolean): Episode | null {
    const direction = point.value < point.expected ? -1 : 1;
    if (open === null) {
      if (alarm) open = { direction, points: [point], usual: 0 };
      return null;
    }
    const same = direction === open.direction;
    if (same && (alarm || isUnusual(point))) {
      open = { ...open, points: [...open.points, point], usual: 0 };
      return open.points.length < LASTING_POINTS ? null : closed(true, null);
    }
    if (alarm) return closed(false, { direction, points: [point], usual: 0 });
    open = { ...open, usual: open.usual + 1 };
    return open.usual < USUAL_POINTS ? null : closed(false, null);
  }

  /** Judges the point alone: the mean that raised the alarm stays new for some points after it. */
  function isUnusual({ at, value }: EpisodePoint): boolean {
    return novelty.isRare(value) || novelty.ofValue(at, value) >= alarmNovelty;
  }

  function closed(lasting: boolean, next: OpenNovelty | null): Episode | null {
    const ended = open === null ? null : buildEpisode(open.points, { lasting, open: false });
    open = next;
    return ended;
  }
}
