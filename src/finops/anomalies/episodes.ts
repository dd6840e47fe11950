/** What a run of anomalous points is: values above or below what was expected, none at all, or a new level that stays. */
export type EpisodeKind = 'spike' | 'dip' | 'level_shift' | 'zero';

/** Anomalous points of one cause: in one direction, without the usual in between. */
export interface Episode {
  /** Milliseconds since 1970 of its first point. */
  readonly startAt: number;
  /** Of its last point; of one that still goes on, the latest. */
  readonly endAt: number;
  readonly kind: EpisodeKind;
  /** Sum of value minus expected over its points, in the unit of the values. */
  readonly impact: number;
  readonly points: number;
  /** Whether it still goes on. */
  readonly open: boolean;
}

/** A point of an episode. */
export interface EpisodePoint {
  readonly at: number;
  readonly value: number;
  readonly expected: number;
}

/** The episode of some points, the earliest first; `null` of none. `lasting` when its values have become the usual. */
export function episodeOf(
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
    kind: kindOf(points, impact, lasting),
    impact,
    points: points.length,
    open,
  };
}

function kindOf(points: readonly EpisodePoint[], impact: number, lasting: boolean): EpisodeKind {
  if (points.every(({ value, expected }) => value === 0 && expected !== 0)) return 'zero';
  if (lasting) return 'level_shift';
  return impact < 0 ? 'dip' : 'spike';
}

/** What is said of a point, by it and by those before it. */
export interface Judgement {
  /** 0 (as usual) up to 1; 0.5 and above is an alarm. Null while too little is known. */
  readonly score: number | null;
  /** What the value should have been; null while too little is known. */
  readonly expected: number | null;
  /** The episode that this point ended. */
  readonly ended: Episode | null;
}

/** Brings a strength of evidence, 0 and above, between 0 and 1, so that the one that raises an alarm is 0.5. */
export function scoreOf(strength: number, alarmStrength: number): number {
  return strength / (strength + alarmStrength);
}

/** One way to judge a series, point after point. Its state is plain data: what was seen, no more than it needs. */
export interface Judge<State> {
  judge(at: number, value: number): Judgement;
  /** The episode that goes on; null when there is none. */
  open(): Episode | null;
  state(): State;
}
