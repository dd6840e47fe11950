import { z } from 'zod';
import { AlertState } from './schema.ts';

/** Level of one look. `unknown`: not enough data to decide. `no_data`: the missing data is the problem. */
export type LookLevel = 'ok' | 'warning' | 'alert' | 'no_data' | 'unknown';

/** State of an alert with its counts of looks. */
export interface StandingCounts {
  readonly state: AlertState;
  /** Looks in a row that were bad in any way; that were as bad as an alert; that were not that bad; good; unknown. */
  readonly bad: number;
  readonly grave: number;
  readonly calm: number;
  readonly good: number;
  readonly unknown: number;
  /** An episode is open. */
  readonly open: boolean;
}

const count = z.number().int();

/** `StandingCounts` as the store has them. */
export const StoredCounts = z.strictObject({
  state: AlertState,
  ...{ bad: count, grave: count, calm: count, good: count, unknown: count },
  open: z.boolean(),
});

export const FRESH: StandingCounts = { state: 'ok', bad: 0, grave: 0, calm: 0, good: 0, unknown: 0, open: false };

export interface Hysteresis {
  /** Bad looks in a row that open an episode. */
  readonly open: number;
  /** Good looks in a row that close it. */
  readonly close: number;
}

export type EpisodeEvent = 'opened' | 'changed' | 'closed';

/**
 * Computes the next state of an alert and the event of its episode. An episode opens after `open` consecutive bad looks and
 * closes after `close` good ones. While it is open, it becomes an alert after `open` looks as bad as that, and a warning
 * again after `close` looks that are not. A look of level `unknown` changes no other count. `open` consecutive unknown looks
 * are shown as `no_data` where no episode is open; an open episode stays, because missing data is no recovery.
 */
export function advanceState(
  before: StandingCounts,
  level: LookLevel,
  { open, close }: Hysteresis,
): { readonly after: StandingCounts; readonly happened: EpisodeEvent | null } {
  if (level === 'unknown') {
    const unknown = before.unknown + 1;
    const state = !before.open && unknown >= open ? 'no_data' : before.state;
    return { after: { ...before, unknown, state }, happened: null };
  }
  const counts = updateCounts(before, level);
  const state = decideState(before, counts, level, { open, close });
  const isOpen = before.open ? counts.good < close : counts.bad >= open;
  const after = { ...counts, state, open: isOpen };
  if (isOpen !== before.open) return { after, happened: isOpen ? 'opened' : 'closed' };
  return { after, happened: isOpen && state !== before.state ? 'changed' : null };
}

function updateCounts(before: StandingCounts, level: Exclude<LookLevel, 'unknown'>): StandingCounts {
  const [isBad, isGrave] = [level !== 'ok', level === 'alert' || level === 'no_data'];
  return {
    ...before,
    bad: isBad ? before.bad + 1 : 0,
    grave: isGrave ? before.grave + 1 : 0,
    calm: isGrave ? 0 : before.calm + 1,
    good: isBad ? 0 : before.good + 1,
    unknown: 0,
  };
}

function decideState(
  before: StandingCounts,
  { bad, grave, calm, good }: StandingCounts,
  level: Exclude<LookLevel, 'unknown'>,
  { open, close }: Hysteresis,
): AlertState {
  const gravest = level === 'no_data' ? 'no_data' : 'alert';
  if (grave >= open) return gravest;
  if (!before.open) return bad >= open ? 'warning' : 'ok';
  if (good >= close) return 'ok';
  return before.state === 'alert' && bad > 0 && calm >= close ? 'warning' : before.state;
}
