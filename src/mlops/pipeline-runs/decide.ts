import type { PlannedStep } from '../pipeline-definition/index.ts';
import { isGood, isOver, type RunState, type StepState } from './schema.ts';

/** Next actions of a run. */
export interface Decision {
  /** Steps whose turn it is. */
  readonly ready: readonly PlannedStep[];
  /** Steps that will never run, each with the reason. */
  readonly skipped: readonly { readonly step: PlannedStep; readonly reason: string }[];
  /** The end of the run; null while something is left. */
  readonly end: RunState | null;
}

export interface StepNow {
  readonly state: StepState;
  /** Unix milliseconds before which it must not start. Null: no delay. */
  readonly notBefore: number | null;
}

/**
 * Computes the steps that can start, the steps that never will, and whether the run is over, from the states of the
 * steps alone. A step with a `when` is decided once all steps that it needs are over; one without starts when they all
 * succeeded.
 */
export function decide(
  steps: readonly PlannedStep[],
  states: ReadonlyMap<string, StepNow>,
  now: number,
  stopping: boolean,
): Decision {
  const known = new Map([...states].map(([key, { state }]) => [key, state]));
  const stateOf = (key: string): StepState => known.get(key) ?? 'waiting';
  const ready: PlannedStep[] = [];
  const skipped: { step: PlannedStep; reason: string }[] = [];
  // Steps are ordered after all that they need, so a skip affects dependent steps in the same pass.
  for (const step of steps) {
    if (stateOf(step.key) !== 'waiting') continue;
    const reason = stopping ? 'the run was stopped' : findSkipReason(step, stateOf);
    if (reason !== null) {
      skipped.push({ step, reason });
      known.set(step.key, 'skipped');
    } else if (step.needs.every((need) => isOver(stateOf(need))) && (states.get(step.key)?.notBefore ?? 0) <= now) {
      ready.push(step);
    }
  }
  return {
    ready,
    skipped,
    end: steps.every(({ key }) => isOver(stateOf(key)))
      ? decideEndState(
          steps.map(({ key }) => stateOf(key)),
          stopping,
        )
      : null,
  };
}

function findSkipReason({ step, needs }: PlannedStep, stateOf: (key: string) => StepState): string | null {
  if (step.when !== undefined) return null;
  const bad = needs.find((need) => isOver(stateOf(need)) && !isGood(stateOf(need)));
  return bad === undefined
    ? null
    : `${bad} ${{ failed: 'failed', stopped: 'was stopped' }[String(stateOf(bad))] ?? 'was skipped'}`;
}

function decideEndState(states: readonly StepState[], stopping: boolean): RunState {
  if (stopping || states.includes('stopped')) return 'stopped';
  return states.includes('failed') ? 'failed' : 'succeeded';
}
