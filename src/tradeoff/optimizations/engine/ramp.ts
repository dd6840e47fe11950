/** Terms of a ramp: percent of the traffic by step, in ascending order, each for a minimum time and number of requests. */
export interface RampTerms {
  readonly percents: readonly number[];
  readonly stepMs: number;
  /** Requests of the candidate in a step, at least. */
  readonly requests: number;
  readonly deadlineMs: number;
}

export interface RampState {
  readonly step: number;
  readonly startedMs: number;
  readonly stepMs: number;
  /** Requests that the candidate answered in this step. */
  readonly requests: number;
}

export type RampMove =
  | { readonly move: 'keep' }
  | { readonly move: 'roll back'; readonly cause: 'harm' | 'deadline' }
  | { readonly move: 'advance' }
  | { readonly move: 'stay' };

/**
 * The consequence of a look, in this order: harm rolls back; proof keeps at the last step after its time; the deadline rolls back; a finished step
 * advances. Nothing is kept without proof, and a clock that goes back prolongs a step.
 */
export function chooseMove(
  terms: RampTerms,
  state: RampState,
  judgement: { readonly harmed: readonly string[]; readonly isProven: boolean },
  nowMs: number,
): RampMove {
  if (judgement.harmed.length > 0) return { move: 'roll back', cause: 'harm' };
  const isOver = nowMs >= state.stepMs + terms.stepMs && state.requests >= terms.requests;
  const isLast = state.step >= terms.percents.length - 1;
  if (isOver && isLast && judgement.isProven) return { move: 'keep' };
  if (nowMs >= state.startedMs + terms.deadlineMs) return { move: 'roll back', cause: 'deadline' };
  return isOver && !isLast ? { move: 'advance' } : { move: 'stay' };
}
