import type { StoredLook } from '../looks/store.ts';
import type { ReplayedEpisode } from '../replay.ts';

/** Fields of a stored episode that the match needs. */
export interface EpisodeSpan {
  /** Places of the looks that opened and closed it; null: it is older than stored looks; it is open. */
  readonly firstLook: number | null;
  readonly lastLook: number | null;
  readonly isOpen: boolean;
}

export type JudgedEpisode = ReplayedEpisode<StoredLook>;

export interface MatchedEpisodes<E extends EpisodeSpan> {
  readonly matched: readonly { readonly before: E; readonly now: JudgedEpisode }[];
  /** Episodes that there are by the labels of now, and were not opened. */
  readonly added: readonly JudgedEpisode[];
  /** Episodes that were opened, and are none by the labels of now. */
  readonly revised: readonly E[];
}

/**
 * Matches stored episodes with the episodes that the looks yield now. Two episodes match if they share looks: open with open
 * first, then closed with closed, then closed now with open before.
 * A closed episode never reopens: where the looks say that it continues, they open another one.
 */
export function matchEpisodes<E extends EpisodeSpan>(
  stored: readonly E[],
  judged: readonly JudgedEpisode[],
): MatchedEpisodes<E> {
  const left = new Set(stored);
  const matched = new Map<JudgedEpisode, E>();
  const match = (now: JudgedEpisode, isAllowed: (before: E) => boolean) => {
    if (matched.has(now)) return;
    const before = [...left].find((one) => isAllowed(one) && sharesLooks(one, now));
    if (before === undefined) return;
    left.delete(before);
    matched.set(now, before);
  };
  for (const now of judged) if (now.closed === null) match(now, ({ isOpen }) => isOpen);
  for (const now of judged) if (now.closed !== null) match(now, ({ isOpen }) => !isOpen);
  for (const now of judged) if (now.closed !== null) match(now, ({ isOpen }) => isOpen);
  return {
    matched: [...matched].map(([now, before]) => ({ before, now })),
    added: judged.filter((now) => !matched.has(now)),
    revised: [...left],
  };
}

function sharesLooks({ firstLook, lastLook }: EpisodeSpan, { opened, closed }: JudgedEpisode): boolean {
  const [from, until] = [firstLook ?? 0, lastLook ?? Number.POSITIVE_INFINITY];
  return from < (closed?.place ?? Number.POSITIVE_INFINITY) && (opened?.place ?? 0) < until;
}
