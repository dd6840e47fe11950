/** Kind of a run of anomalous points: values above or below the expected ones, zeros, or a new level that lasts. */
export type EpisodeKind = 'spike' | 'dip' | 'level_shift' | 'zero';

/** Anomalous points of one cause: in one direction, without normal points in between. */
export interface Episode {
  /** Milliseconds since 1970 of its first point. */
  readonly startAt: number;
  /** Time of its last point; of an open episode, the latest point. */
  readonly endAt: number;
  readonly kind: EpisodeKind;
  /** Sum of value minus expected over its points, in the unit of the values. */
  readonly impact: number;
  readonly points: number;
  /** Whether the episode is still open. */
  readonly open: boolean;
}

/** A point of an episode. */
export interface EpisodePoint {
  readonly at: number;
  readonly value: number;
  readonly expected: number;
}

/** The episode of some points, earliest first; `null` without points. `lasting`: its values have become the normal level. */
export function buildEpisode(
  points: readonly EpisodePoint[],
  { lasting, open }: { readonly lasting: boolean; readonly open: boolean },
): Episode | null {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const impact = points.reduce((sum, { value, expected }) => sum + value - expected, 0);
  return {
    startAt: first.at,
    endAt: last.at,
    kind: classifyEpisode(points, impact, lasting),
    impact,
    points: points.length,
    open,
  };
}

function classifyEpisode(points: readonly EpisodePoint[], impact: number, lasting: boolean): EpisodeKind {
  if (points.every(({ value, expected }) => value === 0 && expected !== 0)) return 'zero';
  if (lasting) return 'level_shift';
  return impact < 0 ? 'dip' : 'spike';
}

/** Judgement of a point, based on it and the points before. */
export interface Judgement {
  /** 0 (normal) to 1; 0.5 and above is an alarm. Null while there are too few points. */
  readonly score: number | null;
  /** Expected value; null while there are too few points. */
  readonly expected: number | null;
  /** The episode that this point ended. */
  readonly ended: Episode | null;
}

/** Maps a strength of evidence, >= 0, to 0 to 1, so that the alarm threshold becomes 0.5. */
export function toScore(strength: number, alarmStrength: number): number {
  return strength / (strength + alarmStrength);
}

/** A method to judge a series point by point. Its state is plain data, with no more history than it needs. */
export interface Judge<State> {
  judge(at: number, value: number): Judgement;
  /** The open episode; null if there is none. */
  open(): Episode | null;
  state(): State;
}
