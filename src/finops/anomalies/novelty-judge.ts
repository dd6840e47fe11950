import { type Episode, type EpisodePoint, episodeOf, type Judge, scoreOf } from './episodes.ts';
import { createNovelty, type NoveltyMemory } from './novelty.ts';

interface OpenNovelty {
  readonly direction: 1 | -1;
  readonly points: readonly EpisodePoint[];
  /** Usual points in a row since its last one. */
  readonly usual: number;
}

/** What the judge remembers: plain data. */
export interface NoveltyState {
  readonly memory: NoveltyMemory;
  readonly seen: number;
  /** How new each of the last points was. */
  readonly recent: readonly number[];
  readonly open: OpenNovelty | null;
}

/** Share of the usual range by which a value must be new to raise an alarm. */
const ALARM_NOVELTY = 0.07;
const WARM_UP_POINTS = 150;
/** So many points after something new, only what is newer by a fifth is told again. */
const QUIET_POINTS = 100;
const NEWER = 1.2;
/** Usual points in a row that end an episode. */
const USUAL_POINTS = 3;
const LASTING_POINTS = QUIET_POINTS;

/**
 * Judges a series with many points a day by what is new: a value that none seen is near to, or none at this time of day. What is new is
 * told once: within the next 100 points only something newer by a fifth scores.
 */
export function createNoveltyJudge(restored?: NoveltyState): Judge<NoveltyState> {
  const novelty = createNovelty(restored?.memory);
  let seen = restored?.seen ?? 0;
  let latest = restored?.memory.points.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY;
  const recent = [...(restored?.recent ?? [])];
  let open = restored?.open ?? null;

  return {
    judge: (at, value) => {
      const expected = novelty.expected(at);
      const strength = novelty.of(at, value);
      const isNew = strength > NEWER * Math.max(0, ...recent);
      const score = scoreOf(isNew ? strength : 0, ALARM_NOVELTY);
      const ready = seen >= WARM_UP_POINTS;
      const alarm = ready && isNew && strength >= ALARM_NOVELTY;
      const ended = expected === null || at < latest ? null : follow({ at, value, expected }, alarm, strength);
      if (at >= latest) learn(at, value, strength);
      return { score: ready ? score : null, expected: ready ? expected : null, ended };
    },
    open: () => (open === null ? null : episodeOf(open.points, { lasting: false, open: true })),
    state: () => ({ memory: novelty.memory(), seen, recent: [...recent], open }),
  };

  function learn(at: number, value: number, strength: number): void {
    novelty.learn(at, value);
    latest = at;
    seen += 1;
    recent.push(strength);
    if (recent.length > QUIET_POINTS) recent.shift();
  }

  /** Opens, continues or ends the episode by a point; answers the one that it ended. */
  function follow(point: EpisodePoint, alarm: boolean, strength: number): Episode | null {
    const direction = point.value < point.expected ? -1 : 1;
    if (open === null) {
      if (alarm) open = { direction, points: [point], usual: 0 };
      return null;
    }
    const same = direction === open.direction;
    if (same && (alarm || strength >= ALARM_NOVELTY || novelty.isRare(point.value))) {
      open = { ...open, points: [...open.points, point], usual: 0 };
      return open.points.length < LASTING_POINTS ? null : closed(true, null);
    }
    if (alarm) return closed(false, { direction, points: [point], usual: 0 });
    open = { ...open, usual: open.usual + 1 };
    return open.usual < USUAL_POINTS ? null : closed(false, null);
  }

  function closed(lasting: boolean, next: OpenNovelty | null): Episode | null {
    const ended = open === null ? null : episodeOf(open.points, { lasting, open: false });
    open = next;
    return ended;
  }
}
