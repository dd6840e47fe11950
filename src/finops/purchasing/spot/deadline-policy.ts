/** A job that has to be done by a time, on one instance that is spot or on demand. Seconds. */
export interface DeadlineJob {
  readonly workSeconds: number;
  /** From its start. */
  readonly deadlineSeconds: number;
  /** From the request of an instance to the first new second of work: boot, fetch, restore, and repeated work. */
  readonly changeoverSeconds: number;
  /** Maximum time between two decisions. */
  readonly stepSeconds: number;
}

export interface DeadlineState {
  readonly elapsedSeconds: number;
  /** Work that survives a loss of the instance now. On demand this is all completed work. */
  readonly savedSeconds: number;
  readonly spotAvailable: boolean;
  readonly running: 'spot' | 'on-demand' | 'nothing';
}

export type DeadlineAction = 'spot' | 'on-demand' | 'wait';

/** A job returns from on demand to waiting only if it is this many changeovers ahead, to avoid oscillation. */
const CHANGEOVERS_AHEAD = 2;

/**
 * Whether the deadline is feasible on demand: one changeover and the work fit. Example: 48 h of work, a changeover of 12 min
 * -> from a deadline of 48 h 12 min on.
 */
export function isFeasible({ workSeconds, deadlineSeconds, changeoverSeconds }: DeadlineJob): boolean {
  return deadlineSeconds >= workSeconds + changeoverSeconds;
}

/**
 * Action until the next decision: Uniform Progress (Wu et al., "Can't Be Late", NSDI 2024) with a margin for the worst case.
 * It uses spot whenever it is available. Without spot it runs on demand while the work is behind an even pace, and waits
 * otherwise. The margin: spot or waiting is allowed only while a step without any progress, then a changeover, then all
 * unsaved work still fit before the deadline. So the deadline is met for any spot capacity, if `canPromise`, if on-demand
 * capacity is available, and if decisions come at least every `stepSeconds`.
 *
 * Example: 48 h of work, deadline 60 h, changeover 12 min, step 195 s, at 30 h with 23 h saved and no spot: behind the pace
 * of 24 h -> on-demand.
 */
export function decideDeadline(job: DeadlineJob, state: DeadlineState): DeadlineAction {
  const { workSeconds, deadlineSeconds, changeoverSeconds, stepSeconds } = job;
  const { elapsedSeconds, savedSeconds, spotAvailable, running } = state;
  const slack = deadlineSeconds - elapsedSeconds - (workSeconds - savedSeconds);
  if (slack < changeoverSeconds + stepSeconds) return 'on-demand';
  if (spotAvailable) return 'spot';
  const pace = (elapsedSeconds / deadlineSeconds) * workSeconds;
  const ahead = running === 'on-demand' ? CHANGEOVERS_AHEAD * changeoverSeconds : 0;
  return savedSeconds >= pace + ahead ? 'wait' : 'on-demand';
}

/** For comparison: spot if available, otherwise waiting, as long as the same margin allows it. */
export function decideGreedily(job: DeadlineJob, state: DeadlineState): DeadlineAction {
  const slack = job.deadlineSeconds - state.elapsedSeconds - (job.workSeconds - state.savedSeconds);
  if (slack < job.changeoverSeconds + job.stepSeconds) return 'on-demand';
  return state.spotAvailable ? 'spot' : 'wait';
}
