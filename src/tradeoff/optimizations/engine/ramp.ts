export interface RampStep {
  /** Percent of the traffic of the candidate; 0: copies only. */
  readonly percent: number;
  /** Minimum duration. */
  readonly forMs: number;
  /** Requests of the candidate, at least. */
  readonly requests: number;
}

export interface RampState {
  /** Place of the present step. */
  readonly step: number;
  readonly startedMs: number;
  readonly stepMs: number;
  /** Requests that the candidate answered in this step. */
  readonly requests: number;
}

export type RampMove = 'keep' | 'roll back: harm' | 'roll back: deadline' | 'advance' | 'stay';

/**
 * The consequence of a look, in this order: harm rolls back; proof keeps at the last step after its time; the deadline rolls back; a finished
 * step advances. Nothing is kept without proof, and a clock that goes back prolongs a step.
 *
 * @example the last step is over and all checks pass -> 'keep'
 */
export function chooseMove(
  { steps, deadlineMs }: { readonly steps: readonly RampStep[]; readonly deadlineMs: number },
  state: RampState,
  judgement: { readonly harmed: readonly string[]; readonly isProven: boolean },
  nowMs: number,
): RampMove {
  if (judgement.harmed.length > 0) return 'roll back: harm';
  const { forMs, requests } = steps[state.step] ?? { forMs: 0, requests: 0 };
  const isOver = nowMs >= state.stepMs + forMs && state.requests >= requests;
  const isLast = state.step >= steps.length - 1;
  if (isOver && isLast && judgement.isProven) return 'keep';
  if (nowMs >= state.startedMs + deadlineMs) return 'roll back: deadline';
  return isOver && !isLast ? 'advance' : 'stay';
}
