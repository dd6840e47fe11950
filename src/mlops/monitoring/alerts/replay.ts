import type { AlertLook } from './looks/look.ts';
import { advanceState, type Hysteresis, type StandingCounts } from './state.ts';

export interface ReplayStep {
  readonly look: AlertLook;
  readonly rule: Hysteresis;
}

/** An episode as computed from looks. */
export interface ReplayedEpisode<T extends ReplayStep> {
  /** The look that opened it; null: it was open before the first one. */
  readonly opened: T | null;
  /** The look that closed it; null: it is open after the last one. */
  readonly closed: T | null;
  /** The last state while it was open, and the gravest. */
  readonly state: StandingCounts['state'];
  readonly gravest: StandingCounts['state'];
  /** The last look that was bad, and the last one of these whose loss is known; null: there is none. */
  readonly shown: T | null;
  readonly priced: T | null;
}

export interface Replayed<T extends ReplayStep> {
  readonly episodes: readonly ReplayedEpisode<T>[];
  /** State of the alert after each look. */
  readonly counts: readonly StandingCounts[];
}

/** Applies looks in order, with the same steps as a live alert, starting from its state before them. */
export function replay<T extends ReplayStep>(steps: readonly T[], from: StandingCounts): Replayed<T> {
  const episodes: ReplayedEpisode<T>[] = from.open ? [startEpisode<T>(null, from.state)] : [];
  const counts: StandingCounts[] = [];
  for (const one of steps) {
    const { after, happened } = advanceState(counts.at(-1) ?? from, one.look.level, one.rule);
    counts.push(after);
    if (happened === 'opened') episodes.push(startEpisode(one, after.state));
    const last = episodes.pop();
    if (last === undefined) continue;
    episodes.push(last.closed === null ? advanceEpisode(last, one, after) : last);
  }
  return { episodes, counts };
}

function startEpisode<T extends ReplayStep>(opened: T | null, state: StandingCounts['state']): ReplayedEpisode<T> {
  return { opened, closed: null, state, gravest: state, shown: null, priced: null };
}

function advanceEpisode<T extends ReplayStep>(
  before: ReplayedEpisode<T>,
  one: T,
  { open, state }: StandingCounts,
): ReplayedEpisode<T> {
  if (!open) return { ...before, closed: one };
  const gravest = state === 'alert' || before.gravest === 'ok' ? state : before.gravest;
  const { level, loss } = one.look;
  if (level === 'ok' || level === 'unknown') return { ...before, state, gravest };
  return { ...before, state, gravest, shown: one, priced: loss === null ? before.priced : one };
}
